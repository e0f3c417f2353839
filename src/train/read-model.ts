import { SluiceError } from '../core/errors.ts'
import type { Reading } from '../data/index.ts'
import { type StoredModel, decodeModel } from '../interop/index.ts'
import { type Files, nodeFiles } from './checkpoint-files.ts'
import { decodeCheckpointModel, modelFile } from './checkpoint.ts'
import { readError } from './disk-error.ts'
import { lastGood, readIndex } from './run-index.ts'

/** Which checkpoint of a run is wanted. */
export type Which = 'best' | 'last'

/** A model that was found. */
export interface FoundModel {
  readonly model: StoredModel
  /** How the text that it learned from was read; absent for a model file. */
  readonly reading?: Reading
  /** Checkpoints that were passed over, one line each. */
  readonly notes: readonly string[]
}

/** The model of a run directory, of one of its checkpoints or of a model file, without locking; see `findModel`. */
export async function readModel(
  path: string,
  which: Which = 'best',
  files: Files = nodeFiles,
): Promise<StoredModel> {
  return (await findModel(path, which, files)).model
}

/**
 * The same, with notes on damaged checkpoints that were passed over.
 * @param which of a run; `best` is the last one where nothing was validated
 */
export async function findModel(
  path: string,
  which: Which = 'best',
  files: Files = nodeFiles,
): Promise<FoundModel> {
  try {
    return await find(path, which, files)
  } catch (error) {
    throw readError(error, path)
  }
}

async function find(path: string, which: Which, files: Files): Promise<FoundModel> {
  const names = await files.list(path)
  if (names.length === 0) return { model: await readFile(path, files), notes: [] }
  if (names.includes(modelFile)) return { ...(await readCheckpoint(path, files)), notes: [] }
  const { index, notes } = await readIndex(path, files)
  const best = which === 'best' && index.best !== null ? [index.best] : []
  const { found, passed } = await lastGood(
    path,
    files,
    [...new Set([...best, ...index.kept])],
    decodeCheckpointModel,
  )
  return { ...found, notes: [...notes, ...passed] }
}

async function readFile(path: string, files: Files): Promise<StoredModel> {
  const bytes = await files.read(path)
  if (!bytes) throw new SluiceError('run-empty/path', { path })
  return decodeModel(bytes, path)
}

/** The model of the folder of one checkpoint, whose name holds its hash. */
function readCheckpoint(path: string, files: Files): Promise<Omit<FoundModel, 'notes'>> {
  const folder = path.replace(/[/\\]+$/, '')
  const name = folder.replace(/^.*[/\\]/, '')
  return decodeCheckpointModel(name, (file) => files.read(`${folder}/${file}`))
}
