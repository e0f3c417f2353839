import { type Value, entries, reader, stepOf, zeros } from '../value.ts'
import type { Meanings } from './meaning.ts'

/** Rows whose length goes beyond step `step`; all where there are no lengths. */
export function activeRows(lengths: Value | undefined, step: number, rows: number): readonly number[] {
  const all = Array.from({ length: rows }, (_unused, row) => row)
  return lengths ? all.filter((row) => lengths.data[row]! > step) : all
}

/** What turns sequences round, and what states start from. */
export const sequences: Meanings = {
  select([flags, ...choices], { node, rows }) {
    const result = zeros(node.type, 1, rows)
    const [a, b] = choices.map(reader)
    const size = entries(node.type.shape)
    result.data.forEach((_zero, i) => {
      const row = Math.floor(i / size)
      result.data[i] = (flags!.data[row] === 0 ? b! : a!)(0, row, i % size)
    })
    return result
  },

  reverse([given, lengths], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const size = given!.data.length / (steps * rows)
    for (let row = 0; row < rows; row++) {
      const length = Math.min(steps, lengths?.data[row] ?? steps)
      for (let step = 0; step < steps; step++) {
        const from = stepOf(given!, step < length ? length - 1 - step : step).data
        stepOf(result, step).data.set(from.subarray(row * size, (row + 1) * size), row * size)
      }
    }
    return result
  },
}
