import { type StoredModel, decodeModel } from '../interop/index.ts'
import { type Files, nodeFiles } from './checkpoint-files.ts'
import { decodeCheckpointModel } from './checkpoint.ts'
import { diskError } from './disk-error.ts'
import { lastGood, noRun, readIndex } from './run-index.ts'

/** Which checkpoint of a run is wanted. */
export type Which = 'best' | 'last'

/**
 * The model of a run directory or of a model file, without locking.
 * @param which of a run; `best` is the last one where nothing was validated
 */
export async function readModel(
  path: string,
  which: Which = 'best',
  files: Files = nodeFiles,
): Promise<StoredModel> {
  try {
    return await readFrom(path, which, files)
  } catch (error) {
    throw diskError(error, path, 'read a model', undefined)
  }
}

async function readFrom(path: string, which: Which, files: Files): Promise<StoredModel> {
  if ((await files.list(path)).length === 0) {
    const bytes = await files.read(path)
    if (!bytes) throw noRun(path)
    return decodeModel(bytes, path)
  }
  const { index } = await readIndex(path, files)
  const best = which === 'best' && index.best !== null ? [index.best] : []
  return (await lastGood(path, files, [...best, ...index.kept], decodeCheckpointModel)).found
}
