import type { Operation } from '../operation.ts'
import { type Value, entries, reader, stepOf, zeros } from '../value.ts'

/** Rows whose length goes beyond step `step`; all where there are no lengths. */
export function activeRows(lengths: Value | undefined, step: number, rows: number): readonly number[] {
  const all = Array.from({ length: rows }, (_unused, row) => row)
  return lengths ? all.filter((row) => lengths.data[row]! > step) : all
}

/**
 * In each row whose number (the first input, one a row) is not 0 the second input, in the others the third: what a
 * state starts from, learned where a sequence begins and left by an earlier window elsewhere.
 */
export const select: Operation = {
  kind: 'window',
  arity: 3,
  cost: 1,
  type: ([_flags, a]) => ({ extent: 'row', shape: a!.shape }),
  evaluate([flags, ...choices], { node, rows }) {
    const result = zeros(node.type, 1, rows)
    const [a, b] = choices.map(reader)
    const size = entries(node.type.shape)
    result.data.forEach((_zero, i) => {
      const row = Math.floor(i / size)
      result.data[i] = (flags!.data[row] === 0 ? b! : a!)(0, row, i % size)
    })
    return result
  },
  derivative({ build, inputs: [flags], dy }) {
    const none = build.zeros(build.type(dy))
    return [undefined, build.add('select', [flags!, dy, none]), build.add('select', [flags!, none, dy])]
  },
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
