import type { Operation } from '../operation.ts'
import { type Value, stepOf, zeros } from '../value.ts'

/** Rows whose length goes beyond step `step`; all where there are no lengths. */
export function activeRows(lengths: Value | undefined, step: number, rows: number): readonly number[] {
  const all = Array.from({ length: rows }, (_unused, row) => row)
  return lengths ? all.filter((row) => lengths.data[row]! > step) : all
}

/**
 * A sequence from its end to its beginning: step t of a row of length n is step n - 1 - t; what lies at and after the
 * length stays where it is. The second input holds the length of each row; without it all rows are as long as the
 * window. Tokens may be reversed as well as vectors. It is its own derivative.
 */
export const reverse: Operation = {
  kind: 'window',
  arity: 'any',
  cost: 0,
  type: ([sequence]) => sequence!,
  evaluate([sequence, lengths], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const size = sequence!.data.length / (steps * rows)
    for (let row = 0; row < rows; row++) {
      const length = Math.min(steps, lengths?.data[row] ?? steps)
      for (let step = 0; step < steps; step++) {
        const from = stepOf(sequence!, step < length ? length - 1 - step : step).data
        stepOf(result, step).data.set(from.subarray(row * size, (row + 1) * size), row * size)
      }
    }
    return result
  },
  derivative: ({ build, inputs: [, lengths], dy }) => [
    build.add('reverse', lengths === undefined ? [dy] : [dy, lengths]),
  ],
}
