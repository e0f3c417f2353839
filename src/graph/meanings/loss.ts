import type { Attributes } from '../types.ts'
import { type Value, zeros } from '../value.ts'
import type { LossRule } from '../operations/loss.ts'
import type { Meanings } from './meaning.ts'

/** What a loss is given in one call. */
export interface LossCall {
  readonly attributes: Attributes
  readonly inputs: readonly Value[]
  readonly steps: number
  readonly rows: number
}

/** The sum of a loss; writes its derivative by each entry of the prediction to `gradient`, which holds zeros. */
export type LossSum = (call: LossCall, gradient: Float64Array) => number

/** Meanings of the operations NAME and NAME_gradient that `lossOperations` makes of a rule. */
export function lossMeanings(name: string, rule: LossRule, sum: LossSum): Meanings {
  const divisorOf = ({ inputs, ...call }: LossCall): number => {
    const marks = rule.marks === undefined ? undefined : inputs[rule.marks]?.data
    return rule.divisor({ ...call, size: inputs[0]!.type.shape[0]!, marks })
  }
  return {
    [name](inputs, { node: { type, attributes }, steps, rows }) {
      const call = { attributes, inputs, steps, rows }
      const result = zeros(type, steps, rows)
      result.data[0] = sum(call, new Float64Array(inputs[0]!.data.length)) / divisorOf(call)
      return result
    },
    [`${name}_gradient`](given, { node: { type, attributes }, steps, rows }) {
      const call = { attributes, inputs: given.slice(0, -1), steps, rows }
      const result = zeros(type, steps, rows)
      sum(call, result.data)
      const scale = given.at(-1)!.data[0]! / divisorOf(call)
      result.data.forEach((d, i) => (result.data[i] = d === 0 ? 0 : scale * d))
      return result
    },
  }
}
