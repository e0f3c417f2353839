import { type StoredModel, decodeModel } from '../interop/index.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, modelFile } from './checkpoint.ts'
import {
  type RunReader,
  checkpointsFolder,
  encodeIndex,
  indexFile,
  lastGood,
  metricsFile,
  readIndex,
} from './run-index.ts'

/** Files of a run directory by their paths in it, for those who have no disk. */
export type RunFiles = ReadonlyMap<string, Uint8Array>

/**
 * A run of one checkpoint as the files of its directory, which the command line continues and samples from.
 * @param metrics lines of its updates, as `RunStore.log` was given them
 */
export async function encodeRun(checkpoint: Checkpoint, metrics: readonly object[]): Promise<RunFiles> {
  const lines = new TextEncoder().encode(metrics.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const { name, files } = await encodeCheckpoint(checkpoint, lines.length)
  return new Map([
    [indexFile, encodeIndex({ kept: [name], best: null })],
    [metricsFile, lines],
    ...Array.from(files, ([file, bytes]) => [`${checkpointsFolder}/${name}/${file}`, bytes] as const),
  ])
}

/**
 * The last whole checkpoint of a run directory's files, and its model.
 * @param path what they are, for errors
 * @throws SluiceError `run-empty`, `run-version`, `checkpoint-version` or `checkpoint-damaged`
 */
export async function decodeRun(
  files: RunFiles,
  path: string,
): Promise<{ readonly checkpoint: Checkpoint; readonly model: StoredModel }> {
  const own = (full: string): string => full.slice(path.length + 1)
  const reader: RunReader = {
    read: async (full) => files.get(own(full)),
    list: async (full) => namesIn(files, `${own(full)}/`),
  }
  const { index } = await readIndex(path, reader)
  const { found, kept } = await lastGood(path, reader, index.kept, decodeCheckpoint)
  const bytes = files.get(`${checkpointsFolder}/${kept[0]}/${modelFile}`)!
  return { checkpoint: found.checkpoint, model: decodeModel(bytes, path) }
}

function namesIn(files: RunFiles, folder: string): readonly string[] {
  const inside = Array.from(files.keys()).filter((path) => path.startsWith(folder))
  return [...new Set(inside.map((path) => path.slice(folder.length).split('/')[0]!))]
}
