import { eachRow, reader, zeros } from '../value.ts'
import type { Meaning } from './meaning.ts'

/** `log(softmax(x))` of one vector, without overflow. */
export function logSoftmax(x: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(x)
  const largest = values.reduce((most, each) => Math.max(most, each), -Infinity)
  const log = largest + Math.log(values.reduce((total, each) => total + Math.exp(each - largest), 0))
  return values.map((each) => each - log)
}

/** `log(softmax(a))` over the entries of each vector. */
export const logSoftmaxRow: Meaning = ([logits], { node, steps, rows }) => {
  const result = zeros(node.type, steps, rows)
  const size = node.type.shape[0]!
  const read = reader(logits!)
  eachRow(node.type, steps, rows, (step, row, index) => {
    const one = Array.from({ length: size }, (_unused, i) => read(step, row, i))
    result.data.set(logSoftmax(one), index * size)
  })
  return result
}
