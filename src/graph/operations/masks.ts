import type { Operation } from '../operation.ts'
import type { Node } from '../types.ts'

/** What every random operation has: the share it drops, in [0, 1), and the number of its place in the model. */
export interface Random {
  readonly rate: number
  readonly stream: number
  /** Number of a vector's first unit, for one that is a part of a wider one. */
  readonly offset?: number
}

/** How often a mask is drawn: anew for each step, or once for each row, the same at every step. */
export type Drawn = 'step' | 'row'

/** Attributes of a `mask`. */
export interface MaskAttributes extends Random {
  readonly size: number
  readonly drawn: Drawn
  /** Values of the entries that are kept, of those that are dropped, and of all outside training. */
  readonly kept: number
  readonly dropped: number
  readonly outside: number
}

/** Attributes of `weight_dropout`: masked are the columns `from` to `to`; rows and columns count from the offsets. */
export interface WeightDropoutAttributes extends Random {
  readonly from: number
  readonly to: number
  readonly row?: number
  readonly column?: number
}

/** A sequence of random vectors without inputs: entry (step, row, unit) is `kept` or `dropped`. */
const mask: Operation = {
  kind: 'window',
  arity: 0,
  cost: 0,
  type: (_inputs, { size }, sizes) => ({ extent: 'step', shape: [sizes.of(size as number)] }),
}

/** Dropout with one mask a row, the same at every step (Gal & Ghahramani 2016), scaled by 1/(1 - rate). */
const sequenceDropout: Operation = {
  kind: 'window',
  arity: 1,
  cost: 1,
  type: ([value]) => value!,
}

/** Drops the vectors of whole tokens, wherever they stand (Gal & Ghahramani 2016), scaled by 1/(1 - rate). */
const wordDropout: Operation = {
  kind: 'window',
  arity: 2,
  cost: 1,
  type: ([value]) => value!,
}

/** Drops single weights of some columns of a matrix (Wan et al. 2013), scaled by 1/(1 - rate); other columns pass. */
const weightDropout: Operation = {
  kind: 'window',
  arity: 1,
  cost: 1,
  type: ([matrix]) => matrix!,
}

const passing: ReadonlySet<string> = new Set([
  'dropout',
  'sequence_dropout',
  'word_dropout',
  'weight_dropout',
])

/** A node as it is outside training: dropouts pass their input on, masks are constant, all others stay. */
export function outsideTraining(node: Node): Node {
  if (passing.has(node.op)) return { ...node, op: 'copy', attributes: {} }
  if (node.op !== 'mask') return node
  return { ...node, attributes: { ...node.attributes, rate: 0, kept: node.attributes.outside } }
}

/** Dropouts of window graphs beside `dropout`, and masks that scans read. */
export const masks: Readonly<Record<string, Operation>> = {
  mask,
  sequence_dropout: sequenceDropout,
  word_dropout: wordDropout,
  weight_dropout: weightDropout,
}
