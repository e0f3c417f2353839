import { type Value, entries, zeros } from '../value.ts'
import type { Meanings } from './meaning.ts'

/** The vectors of one row of a value: those of its steps, or those of its places. */
function vectorsOf({ type, data, rows, steps }: Value, row: number): (at: number) => Float64Array {
  const isSequence = type.extent === 'step'
  const size = isSequence ? entries(type.shape) : type.shape[1]!
  const count = isSequence ? steps : type.shape[0]!
  const first = (at: number): number => (isSequence ? (at * rows + row) * size : (row * count + at) * size)
  return (at) => (at < count ? data.subarray(first(at), first(at) + size) : new Float64Array(size))
}

/** Copies vector after vector of each row from one value to another, as many as the other has. */
function copied(from: Value, to: Value, count: number): Value {
  for (let row = 0; row < to.rows; row++) {
    const [source, target] = [vectorsOf(from, row), vectorsOf(to, row)]
    for (let at = 0; at < count; at++) target(at).set(source(at))
  }
  return to
}

/** What makes memories of sequences. */
export const memories: Meanings = {
  remember: ([sequence], { node, steps, rows }) =>
    copied(sequence!, zeros(node.type, steps, rows), Math.min(steps, node.type.shape[0]!)),

  recall: ([memory], { node, steps, rows }) => copied(memory!, zeros(node.type, steps, rows), steps),

  places([lengths], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const count = node.type.shape[0]!
    result.data.forEach((_zero, i) => {
      const end = Math.min(steps, lengths?.data[Math.floor(i / count)] ?? steps)
      result.data[i] = i % count < end ? 1 : 0
    })
    return result
  },

  keep([sequence, mask], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const size = node.type.shape[0]!
    const count = mask!.type.shape[0]!
    sequence!.data.forEach((x, i) => {
      const at = Math.floor(i / size)
      const [step, row] = [Math.floor(at / rows), at % rows]
      if (step < count && mask!.data[row * count + step] !== 0) result.data[i] = x
    })
    return result
  },
}
