import type { Operation } from '../operation.ts'

/**
 * In each row whose number (the first input, one a row) is not 0 the second input, in the others the third: what a
 * state starts from, learned where a sequence begins and left by an earlier window elsewhere.
 */
export const select: Operation = {
  kind: 'window',
  arity: 3,
  cost: 1,
  type: ([_flags, a]) => ({ extent: 'row', shape: a!.shape }),
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
}
