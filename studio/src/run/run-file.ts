import type { Model } from 'sluice'
import { sha256 } from 'sluice/data'
import { modelFrom } from 'sluice/interop'
import { type Checkpoint, decodeRun, encodeRun } from 'sluice/train'
import type { Curve } from '../train/curve.ts'
import type { TrainSpec } from '../worker/messages.ts'
import { tar, untar } from './tar.ts'

/*
 * A run in one file: the archive of a run directory, as `sluice train` writes it, with the text and what the page shows
 * beside it.
 */

/** What the page shows of a training. */
export interface Shown {
  readonly curve: Curve
  readonly samples: readonly { readonly step: number; readonly text: string }[]
  readonly pace: { readonly tokensPerSecond: number; readonly learningRate: number; readonly epoch: number }
}

/** A training, so that it can go on elsewhere. */
export interface SavedRun {
  readonly checkpoint: Checkpoint
  readonly text: { readonly name: string; readonly content: string }
  readonly spec: TrainSpec
  /** Updates of the model before this training. */
  readonly before: number
  readonly shown: Shown
}

const textFile = 'text.txt'
const studioFile = 'studio.json'
const sumsFile = 'SHA256SUMS'
/** Version of `studio.json`. */
const format = 1

/** Writes a run. @param folder that it is unpacked to */
export async function encodeRunFile(run: SavedRun, folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const { checkpoint, text, spec, before, shown } = run
  const { steps, losses, validations } = shown.curve
  const metrics = steps.map((step, index) => {
    const validation = validations[index]
    return { step, loss: losses[index], ...(typeof validation === 'number' && { validation }) }
  })
  const files = new Map(await encodeRun(checkpoint, metrics))
  const write = (path: string, content: string): unknown => files.set(path, new TextEncoder().encode(content))
  write(textFile, text.content)
  write(studioFile, JSON.stringify({ format, name: text.name, spec, before, shown }))
  write(sumsFile, await sumsOf(files))
  return tar(new Map(Array.from(files, ([path, bytes]) => [`${folder}/${path}`, bytes])))
}

/** Reads a run that `encodeRunFile` wrote. @param name of its file @throws an error for people */
export async function decodeRunFile(
  bytes: Uint8Array,
  name: string,
): Promise<SavedRun & { readonly model: Model }> {
  const all = untar(bytes)
  if (!all) throw new Error(`${name} is damaged or cut off: nothing was taken from it.`)
  const files = new Map(Array.from(all, ([path, file]) => [path.slice(path.indexOf('/') + 1), file]))
  const read = (path: string): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(files.get(path))
  if (!files.has(studioFile) || !files.has(textFile))
    throw new Error(
      `${name} is no run that this page saved: the text and the settings of the page are missing.`,
    )
  await requireWhole(files, read(sumsFile), name)
  const { format: own, name: textName, ...studio } = JSON.parse(read(studioFile)) as Studio
  if (own !== format) throw new Error(`${name} was saved by a later version of the studio.`)
  const { checkpoint, model } = await decodeRun(files, name)
  return { checkpoint, model: modelFrom(model), text: { name: textName, content: read(textFile) }, ...studio }
}

interface Studio extends Pick<SavedRun, 'spec' | 'before' | 'shown'> {
  readonly format: number
  readonly name: string
}

/** Hashes of all files, as the command `sha256sum` writes them and `sha256sum -c` compares. */
async function sumsOf(files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const lines = Array.from(files, async ([path, bytes]) => `${await sha256(bytes)}  ${path}\n`)
  return (await Promise.all(lines)).join('')
}

async function requireWhole(
  files: ReadonlyMap<string, Uint8Array>,
  sums: string,
  name: string,
): Promise<void> {
  const others = new Map(Array.from(files).filter(([path]) => path !== sumsFile))
  const ordered = (lines: string): string => lines.split('\n').sort().join('\n') // as another archiver may have them
  if (ordered(await sumsOf(others)) !== ordered(sums))
    throw new Error(`${name} is damaged: nothing was taken from it.`)
}
