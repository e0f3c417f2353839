import { dropoutKey, keeps } from '../../core/dropout.ts'
import type { EvaluateContext, Operation } from '../operation.ts'
import type { Node } from '../types.ts'
import { type Value, zeros } from '../value.ts'

/** What every random operation has: the share it drops, in [0, 1), and the number of its place in the model. */
interface Random {
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

const randomOf = ({ node }: EvaluateContext): Random => node.attributes as unknown as Random

/** Fills a sequence of vectors from whether each entry is kept: `keep` has the number of step and row, and the unit. */
function filled(context: EvaluateContext, entry: (i: number, row: number, unit: number) => number): Value {
  const result = zeros(context.node.type, context.steps, context.rows)
  const size = context.node.type.shape[0]!
  const { offset = 0 } = randomOf(context)
  for (let i = 0; i < result.data.length; i++)
    result.data[i] = entry(i, Math.floor(i / size), offset + (i % size))
  return result
}

function keyOf(context: EvaluateContext): readonly [number, number] {
  return dropoutKey(context.seed, context.update, randomOf(context).stream)
}

/** A sequence of random vectors without inputs: entry (step, row, unit) is `kept` or `dropped`. */
const mask: Operation = {
  kind: 'window',
  arity: 0,
  cost: 0,
  type: (_inputs, { size }, sizes) => ({ extent: 'step', shape: [sizes.of(size as number)] }),
  evaluate(_inputs, context) {
    const { rate, drawn, kept, dropped } = context.node.attributes as unknown as MaskAttributes
    const key = keyOf(context)
    return filled(context, (_i, row, unit) =>
      keeps(key, drawn === 'row' ? row % context.rows : row, unit, rate) ? kept : dropped,
    )
  },
  derivative: () => [],
}

/** Dropout with one mask a row, the same at every step (Gal & Ghahramani 2016), scaled by 1/(1 - rate). */
const sequenceDropout: Operation = {
  kind: 'window',
  arity: 1,
  cost: 1,
  type: ([value]) => value!,
  evaluate([value], context) {
    const { rate } = randomOf(context)
    const key = keyOf(context)
    return filled(context, (i, row, unit) =>
      keeps(key, row % context.rows, unit, rate) ? value!.data[i]! / (1 - rate) : 0,
    )
  },
  derivative: ({ build, node, dy }) => [build.add('sequence_dropout', [dy], node.attributes)],
}

/** Drops the vectors of whole tokens, wherever they stand (Gal & Ghahramani 2016), scaled by 1/(1 - rate). */
const wordDropout: Operation = {
  kind: 'window',
  arity: 2,
  cost: 1,
  type: ([value]) => value!,
  evaluate([value, tokens], context) {
    const { rate } = randomOf(context)
    const key = keyOf(context)
    return filled(context, (i, row) =>
      keeps(key, tokens!.data[row]!, 0, rate) ? value!.data[i]! / (1 - rate) : 0,
    )
  },
  derivative: ({ build, node, inputs: [, tokens], dy }) => [
    build.add('word_dropout', [dy, tokens!], node.attributes),
    undefined,
  ],
}

/** Drops single weights of some columns of a matrix (Wan et al. 2013), scaled by 1/(1 - rate); other columns pass. */
const weightDropout: Operation = {
  kind: 'window',
  arity: 1,
  cost: 1,
  type: ([matrix]) => matrix!,
  evaluate([matrix], context) {
    const {
      rate,
      from,
      to,
      row = 0,
      column = 0,
    } = context.node.attributes as unknown as WeightDropoutAttributes
    const result = zeros(context.node.type, context.steps, context.rows)
    const columns = context.node.type.shape[1]!
    const key = keyOf(context)
    matrix!.data.forEach((weight, i) => {
      const k = i % columns
      const kept = keeps(key, row + Math.floor(i / columns), column + k, rate)
      result.data[i] = k < from || k >= to ? weight : kept ? weight / (1 - rate) : 0
    })
    return result
  },
  derivative: ({ build, node, dy }) => [build.add('weight_dropout', [dy], node.attributes)],
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
