import { SluiceError } from '../core/errors.ts'
import type { Files } from './checkpoint-files.ts'
import { type ReadFile, decodeCheckpoint, runFormat, stepOf } from './checkpoint.ts'

/** File of a run directory that names its checkpoints. */
export const indexFile = 'run.json'
/** Folder of a run directory that holds its checkpoints. */
export const checkpointsFolder = 'checkpoints'
/** File of a run directory with one line an update. */
export const metricsFile = 'metrics.jsonl'

/** What reading a run needs of its files. */
export type RunReader = Pick<Files, 'read' | 'list'>

/** Which checkpoints of a run count. */
export interface RunIndex {
  /** Names, the last one first. */
  readonly kept: readonly string[]
  readonly best: string | null
}

/** Text of the index file. */
export function encodeIndex(index: RunIndex): Uint8Array {
  const [last = null, ...earlier] = index.kept
  const text = JSON.stringify({ format: runFormat, last, best: index.best, earlier }, undefined, 2)
  return new TextEncoder().encode(`${text}\n`)
}

/**
 * Reads the index of a run. Where it is missing or damaged, the checkpoints that are there make a new one, and `notes`
 * say so.
 */
export async function readIndex(
  path: string,
  files: RunReader,
): Promise<{ index: RunIndex; notes: readonly string[] }> {
  const bytes = await files.read(`${path}/${indexFile}`)
  const index = bytes && parseIndex(bytes, path)
  if (index) return { index, notes: [] }
  const names = (await files.list(`${path}/${checkpointsFolder}`)).filter(
    (name) => stepOf(name) !== undefined,
  )
  const kept = names.toSorted((a, b) => stepOf(b)! - stepOf(a)!)
  const state = bytes ? 'damaged' : 'missing'
  const notes =
    kept.length > 0 ? [`${path}/${indexFile} is ${state}; the checkpoints beside it are used.`] : []
  return { index: { kept, best: null }, notes }
}

function parseIndex(bytes: Uint8Array, path: string): RunIndex | undefined {
  const value = parsed(bytes)
  if (typeof value !== 'object' || value === null) return undefined
  const { format, last, best, earlier } = value as Record<string, unknown>
  if (typeof format === 'number' && format > runFormat) {
    throw new SluiceError('run-version', { path })
  }
  const kept = [last, ...(Array.isArray(earlier) ? (earlier as unknown[]) : [])]
  if (!kept.every(isName) || !(best === null || isName(best))) return undefined
  return { kept, best }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && stepOf(value) !== undefined
}

/** Reads the files of one checkpoint of a run. */
export function reader(path: string, files: RunReader, name: string): ReadFile {
  return (file) => files.read(`${path}/${checkpointsFolder}/${name}/${file}`)
}

/** Whether a checkpoint is there and every hash of it is right. */
export async function isWhole(path: string, files: RunReader, name: string): Promise<boolean> {
  return decodeCheckpoint(name, reader(path, files, name)).then(
    () => true,
    () => false,
  )
}

/** The first of some checkpoints that can be read, which are left with it, and what is to be said about the others. */
export interface Found<T> {
  readonly found: T
  readonly kept: readonly string[]
  readonly passed: readonly string[]
}

/** Reads the first whole checkpoint of a list; none at all, or none whole, is an error. */
export async function lastGood<T>(
  path: string,
  files: RunReader,
  names: readonly string[],
  decode: (name: string, read: ReadFile) => Promise<T>,
): Promise<Found<T>> {
  if (names.length === 0) throw new SluiceError('run-empty/folder', { path })
  const passed: string[] = []
  for (const [position, name] of names.entries()) {
    try {
      const found = await decode(name, reader(path, files, name))
      return { found, kept: names.slice(position), passed }
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'checkpoint-damaged') throw error
      passed.push(`${error.message} The one before it is used.`)
    }
  }
  throw new SluiceError('checkpoint-damaged/all', { path, count: passed.length })
}
