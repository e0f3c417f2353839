/*
 * What `sluice/data` gives, in Node and in a browser. index.ts is the part that models need, which a page always loads.
 */

export { type NumberArray, decodeNpy } from './arrays/npy.ts'
export { type Vectors, imageRows, requireVectorSize, vectorsFrom, vectorsOf } from './arrays/vectors.ts'
export { decodeBytes } from './encoding.ts'
export { Classes, requireSeenClasses } from './classes.ts'
export {
  type HoldOutOptions,
  type Parts,
  holdOutByClass,
  holdOutGroups,
  holdOutRandom,
  holdOutTail,
} from './hold-out.ts'
export * from './index.ts'
export { type Pair, dividedPairs, linesOf, pairsOf, readPairs } from './pairs.ts'
export * from './table/index.ts'
