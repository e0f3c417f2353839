import { modelFrom, sequenceModelFrom } from './interop/index.ts'
import type { Model, SequenceModel } from './model/index.ts'
import { type Which, readModel as readStored } from './train/read-model.ts'

/*
 * What `import … from 'sluice'` gives in Node: everything that a browser has, sequences, and files.
 */

export * from './browser.ts'
export * from './sequences.ts'
export { evaluate, train } from './sequences.ts'
export { type FileOptions, text } from './data/file.ts'
export { RunDirectory } from './train/directory.ts'

/** The model of the next token of a run directory (its best or its last checkpoint) or of a model file. */
export async function readModel(path: string, which?: Which): Promise<Model> {
  return modelFrom(await readStored(path, which))
}

/** The sequence model of a run directory (its best or its last checkpoint) or of a model file. */
export async function readSequenceModel(path: string, which?: Which): Promise<SequenceModel> {
  return sequenceModelFrom(await readStored(path, which))
}
