import { CaseError } from './case-error.ts'

/** Largest error that is allowed: |got - want| <= atol + rtol |want|. */
export interface Tolerance {
  readonly rtol: number
  readonly atol: number
}

/** One array that a case checks, and what it must be. */
export interface Check {
  /** `h_n`, `d W_i`: a gradient is named after what it is the gradient of. */
  readonly name: string
  readonly got: ArrayLike<number>
  readonly want: ArrayLike<number>
}

/** The entry of an array that is furthest out of its tolerance. */
export interface Difference {
  readonly name: string
  readonly index: number
  readonly got: number
  readonly want: number
  readonly error: number
  readonly allowed: number
}

/**
 * The entry whose error is the largest multiple of what is allowed, if it is more than allowed; no number is always
 * out of tolerance. Throws a CaseError when the lengths differ.
 */
export function compare({ name, got, want }: Check, { rtol, atol }: Tolerance): Difference | undefined {
  if (got.length !== want.length) {
    throw new CaseError(`${name} has ${got.length} entries, not ${want.length}.`)
  }
  let worst: Difference | undefined
  for (let index = 0; index < want.length; index++) {
    const difference = entryOf(name, index, got[index]!, want[index]!, { rtol, atol })
    if (excess(difference) > Math.max(1, worst ? excess(worst) : 0)) worst = difference
  }
  return worst
}

function entryOf(
  name: string,
  index: number,
  got: number,
  want: number,
  { rtol, atol }: Tolerance,
): Difference {
  return { name, index, got, want, error: Math.abs(got - want), allowed: atol + rtol * Math.abs(want) }
}

/** The error as a multiple of what is allowed; infinite for an error that is no number. */
export function excess({ error, allowed }: Difference): number {
  return Number.isNaN(error) ? Infinity : error / allowed
}
