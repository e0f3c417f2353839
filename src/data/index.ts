export {
  type Bucket,
  type Bucketing,
  type Buckets,
  type PaddedBatch,
  bucketByLength,
  padded,
} from './buckets.ts'
export { type NumberArray, decodeNpy } from './arrays/npy.ts'
export { type Vectors, imageRows, requireVectorSize, vectorsFrom, vectorsOf } from './arrays/vectors.ts'
export { Classes, requireSeenClasses } from './classes.ts'
export { numberWithin, knownKeys, oneOf, wholeNumber } from './check.ts'
export { sha256 } from './hash.ts'
export {
  type HoldOutOptions,
  type Parts,
  holdOutByClass,
  holdOutGroups,
  holdOutRandom,
  holdOutTail,
} from './hold-out.ts'
export { type Pair, dividedPairs, linesOf, pairsOf, readPairs } from './pairs.ts'
export { type Holdout, type Split, resolveHoldout, split } from './split.ts'
export * from './table/index.ts'
export { type Reading, type Text, type TextOptions, type TextReport, textFrom, textHash } from './text.ts'
export {
  BytePairs,
  type TokenDecoder,
  type TokenKind,
  type Tokenizer,
  Words,
  tokenizerFromJSON,
  tokenizerOf,
} from './tokens/index.ts'
export { Vocabulary } from './vocabulary.ts'
export { type Batching, type Rows, type Window, Windows, windows } from './windows.ts'
