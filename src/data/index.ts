export { Stream } from '../core/random.ts'
export { type Batch, type BatchSource, windowBatches } from './batches.ts'
export { Digest } from './digest.ts'
export { type ExampleOrder, type ExampleReader, exampleBatches } from './example-batches.ts'
export { type ExampleStream, type OpenExamples, streamBatches, streamExamples } from './example-stream.ts'
export {
  type Bucket,
  type Bucketing,
  type Buckets,
  type PaddedBatch,
  bucketByLength,
  padded,
} from './buckets.ts'
export { numberWithin, knownKeys, oneOf, wholeNumber } from './check.ts'
export { sha256 } from './hash.ts'
export { type Holdout, type Split, resolveHoldout, split } from './split.ts'
export { type Reading, type Text, type TextOptions, type TextReport, textFrom, textHash } from './text.ts'
export {
  BytePairs,
  type TokenDecoder,
  type TokenKind,
  type Tokenizer,
  Words,
  tokenizerFromJSON,
  tokenizerOf,
  unitOf,
} from './tokens/index.ts'
export { Vocabulary } from './vocabulary.ts'
export { type Batching, type Rows, type Window, Windows, windows } from './windows.ts'
