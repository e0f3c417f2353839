import { modelFrom, sequenceModelFrom } from './interop/index.ts'
import type { Model, SequenceModel } from './model/index.ts'
import { type Which, readModel as readStored } from './train/read-model.ts'

/*
 * What `import … from 'sluice'` gives in Node: everything that a browser has, sequences, and files.
 */

export * from './browser.ts'
export * from './sequences.ts'
export {
  detect,
  evaluate,
  gradientFlow,
  intervene,
  saliency,
  saturation,
  trace,
  train,
  unitLosses,
} from './sequences.ts'
export { type FileOptions, text } from './data/file.ts'
export {
  type CalendarFeature,
  type Filling,
  type Kind,
  type LabelledOptions,
  type LabelledTexts,
  type Pair,
  type Parts,
  type ScalingKind,
  type Series,
  type SeriesOptions,
  type SeriesSet,
  type Table,
  type TypedBatch,
  type Vectors,
  BytePairs,
  Classes,
  Scaling,
  ScalingFitter,
  Words,
  calendarColumns,
  columnsOf,
  forecastStarts,
  framesOf,
  holdOutByClass,
  holdOutGroups,
  holdOutRandom,
  holdOutTail,
  imageRows,
  inferKinds,
  labelledBatches,
  readLabelled,
  readPairs,
  readSeries,
  requireSeenClasses,
  tableFrom,
  tokenizerFromJSON,
  typedBatches,
  vectorsFrom,
  vectorsOf,
} from './data/all.ts'
export { readArray, readVectors } from './data/files/arrays.ts'
export { readDividedPairs, readPairFiles } from './data/files/pairs.ts'
export { type TableFormat, type TableOptions, readTable } from './data/files/table.ts'
export * as measures from './measure/index.ts'
export * as tasks from './task/index.ts'
export { RunDirectory } from './train/directory.ts'

/** The model of the next token of a run directory (its best or its last checkpoint) or of a model file. */
export async function readModel(path: string, which?: Which): Promise<Model> {
  return modelFrom(await readStored(path, which))
}

/** The sequence model of a run directory (its best or its last checkpoint) or of a model file. */
export async function readSequenceModel(path: string, which?: Which): Promise<SequenceModel> {
  return sequenceModelFrom(await readStored(path, which))
}
