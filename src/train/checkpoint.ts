import { SluiceError } from '../core/errors.ts'
import { type Reading, sha256 } from '../data/index.ts'
import {
  type StoredModel,
  type Tensor,
  decodeModel,
  encodeModel,
  readSafetensors,
  writeSafetensors,
} from '../interop/index.ts'
import type { Machine } from '../runtime/types.ts'
import type { Progress } from './progress.ts'
import type { Snapshot, Tensors } from './session.ts'
import type { Settings } from './settings.ts'

/** What a run reads: a text, or examples. */
export interface DataDescription {
  readonly text?: {
    readonly name: string
    readonly characters: number
    readonly sha256: string
    readonly reading: Reading
  }
  readonly examples?: {
    readonly name: string
    /** Examples trained on and held out. */
    readonly count: number
    readonly sha256: string
  }
}

/** What a run was started with; a continuation is held to it. */
export interface Description extends DataDescription {
  readonly settings: Settings
  /** What ran last: other machines and versions continue, but not to the same bits. */
  readonly machine: Pick<Machine, 'runtime' | 'isa'>
  readonly version: string
}

/** Everything that a run continues from. */
export interface Checkpoint {
  readonly progress: Progress
  readonly description: Description
  readonly model: Omit<StoredModel, 'parameters'>
  readonly snapshot: Snapshot
}

/** Version of the layout of checkpoints and run directories; later ones are refused. */
export const runFormat = 1

const manifestFile = 'checkpoint.json'
/** The file that sampling reads. */
export const modelFile = 'model.safetensors'
const trainingFile = 'training.safetensors'

interface Manifest {
  readonly format: number
  readonly progress: Progress
  readonly description: Description
  /** Bytes of metrics.jsonl at this point of the run. */
  readonly metricsLength: number
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
}

/** A checkpoint as files of one folder. */
export interface EncodedCheckpoint {
  /** Name of the folder: the update and a hash of everything in it, such as `step-00000500-0123456789abcdef`. */
  readonly name: string
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Writes a checkpoint. Its name holds the hash of its manifest, and the manifest the hashes of the other files. */
export async function encodeCheckpoint(
  checkpoint: Checkpoint,
  metricsLength: number,
): Promise<EncodedCheckpoint> {
  const { progress, description, model, snapshot } = checkpoint
  const files = new Map<string, Uint8Array>([
    [modelFile, encodeModel({ ...model, parameters: snapshot.average ?? snapshot.weights })],
    [trainingFile, writeSafetensors({ tensors: trainingTensors(snapshot), metadata: new Map() })],
  ])
  const hashes: Manifest['files'] = Object.fromEntries(
    await Promise.all(
      [...files].map(
        async ([name, bytes]) => [name, { bytes: bytes.length, sha256: await sha256(bytes) }] as const,
      ),
    ),
  )
  const manifest: Manifest = { format: runFormat, progress, description, metricsLength, files: hashes }
  const bytes = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`)
  files.set(manifestFile, bytes)
  return { name: await nameOf(progress.step, bytes), files }
}

async function nameOf(step: number, manifest: Uint8Array): Promise<string> {
  return `step-${String(step).padStart(8, '0')}-${(await sha256(manifest)).slice(0, 16)}`
}

/** The update that a checkpoint's name tells, or undefined for other names. */
export function stepOf(name: string): number | undefined {
  const match = /^step-(\d{8,})-[0-9a-f]{16}$/.exec(name)
  return match ? Number(match[1]) : undefined
}

/**
 * Slots, states, and what the model's file does not hold: weights where that is their average, and either where their
 * precision is more than that of the file.
 */
function trainingTensors({ weights, average, slots, states }: Snapshot): Tensors {
  const isFull = ([, { data }]: [string, Tensor]): boolean => data instanceof Float64Array
  const full = [...weights].filter((weight) => average || isFull(weight))
  return new Map<string, Tensor>([
    ...full.map(([name, tensor]) => [`value.${name}`, tensor] as const),
    ...[...(average ?? [])].filter(isFull).map(([name, tensor]) => [`average.${name}`, tensor] as const),
    ...slots,
    ...[...states].map(([name, tensor]) => [`state.${name}`, tensor] as const),
  ])
}

/** Gives the bytes of a file of one checkpoint's folder, or undefined where there is none. */
export type ReadFile = (file: string) => Promise<Uint8Array | undefined>

/** Reads a checkpoint and compares every hash; a damaged one is an error with code `checkpoint-damaged`. */
export async function decodeCheckpoint(
  name: string,
  read: ReadFile,
): Promise<{ checkpoint: Checkpoint; metricsLength: number }> {
  const manifest = await readManifest(name, read)
  const { progress, description, metricsLength } = manifest
  const { parameters, ...model } = decodeModel(await readHashed(name, modelFile, manifest, read), modelFile)
  const { tensors } = readSafetensors(await readHashed(name, trainingFile, manifest, read), trainingFile)
  const values = under('value.', tensors)
  const averages = under('average.', tensors)
  const average = averages.size > 0 ? averages : parameters
  const snapshot = {
    weights: values.size > 0 ? values : parameters,
    ...(progress.averaged && { average }),
    slots: new Map([...tensors].filter(([key]) => key.startsWith('slot'))),
    states: under('state.', tensors),
  }
  return { checkpoint: { progress, description, model, snapshot }, metricsLength }
}

/** The model of a checkpoint alone, checked like the rest, and how the text that it learned from was read, if any. */
export async function decodeCheckpointModel(
  name: string,
  read: ReadFile,
): Promise<{ readonly model: StoredModel; readonly reading?: Reading }> {
  const manifest = await readManifest(name, read)
  const model = decodeModel(await readHashed(name, modelFile, manifest, read), `${name}/${modelFile}`)
  const { text } = manifest.description
  return { model, ...(text && { reading: text.reading }) }
}

/** Tensors whose names start with a prefix, without it. */
function under(prefix: string, tensors: Tensors): Tensors {
  const found = [...tensors].filter(([name]) => name.startsWith(prefix))
  return new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]))
}

async function readManifest(name: string, read: ReadFile): Promise<Manifest> {
  const bytes = await read(manifestFile)
  if (!bytes || (await nameOf(stepOf(name) ?? -1, bytes)) !== name) throw damaged(name, manifestFile)
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Manifest
  if (manifest.format === runFormat) return manifest
  throw new SluiceError('checkpoint-version', { name, format: manifest.format, known: runFormat })
}

async function readHashed(
  name: string,
  file: string,
  { files }: Manifest,
  read: ReadFile,
): Promise<Uint8Array> {
  const bytes = await read(file)
  if (bytes && (await sha256(bytes)) === files[file]?.sha256) return bytes
  throw damaged(name, file)
}

function damaged(name: string, file: string): SluiceError {
  return new SluiceError('checkpoint-damaged/file', { name, file })
}
