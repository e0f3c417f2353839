import { dropoutKey, keeps } from '../../core/dropout.ts'
import type { MaskAttributes, Random, WeightDropoutAttributes } from '../operations/masks.ts'
import { type Value, zeros } from '../value.ts'
import type { Context, Meanings } from './meaning.ts'

const randomOf = ({ node }: Context): Random => node.attributes as unknown as Random

/** Fills a sequence of vectors from whether each entry is kept: `keep` has the number of step and row, and the unit. */
function filled(context: Context, entry: (i: number, row: number, unit: number) => number): Value {
  const result = zeros(context.node.type, context.steps, context.rows)
  const size = context.node.type.shape[0]!
  const { offset = 0 } = randomOf(context)
  for (let i = 0; i < result.data.length; i++)
    result.data[i] = entry(i, Math.floor(i / size), offset + (i % size))
  return result
}

function keyOf(context: Context): readonly [number, number] {
  return dropoutKey(context.seed, context.update, randomOf(context).stream)
}

/** Dropouts of window graphs beside `dropout`, and masks that scans read. */
export const masks: Meanings = {
  mask(_inputs, context) {
    const { rate, drawn, kept, dropped } = context.node.attributes as unknown as MaskAttributes
    const key = keyOf(context)
    return filled(context, (_i, row, unit) =>
      keeps(key, drawn === 'row' ? row % context.rows : row, unit, rate) ? kept : dropped,
    )
  },

  sequence_dropout([value], context) {
    const { rate } = randomOf(context)
    const key = keyOf(context)
    return filled(context, (i, row, unit) =>
      keeps(key, row % context.rows, unit, rate) ? value!.data[i]! / (1 - rate) : 0,
    )
  },

  word_dropout([value, tokens], context) {
    const { rate } = randomOf(context)
    const key = keyOf(context)
    return filled(context, (i, row) =>
      keeps(key, tokens!.data[row]!, 0, rate) ? value!.data[i]! / (1 - rate) : 0,
    )
  },

  weight_dropout([matrix], context) {
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
}
