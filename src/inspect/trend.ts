import { dot, norm } from './vectors.ts'

/** Powers of time that make a trend: a line, a parabola and a cubic. */
const degrees = 3

/**
 * The slow drift over a text. Whatever drifts is like whatever else drifts, and labels that are shifted around the text do not
 * show it: shifted, a drift has a jump in it.
 */
export class Trend {
  /** Orthonormal polynomials of time, each with a sum of 0. */
  readonly #parts: readonly Float64Array[]

  /** @param count steps of the text */
  constructor(count: number) {
    const constant = new Float64Array(count).fill(1 / Math.sqrt(count))
    const made = [constant]
    for (let degree = 1; degree <= degrees; degree++) {
      const power = Float64Array.from({ length: count }, (_unused, t) => ((2 * t + 1) / count - 1) ** degree)
      for (const before of made) subtract(power, before, dot(power, before))
      const size = norm(power)
      made.push(power.map((x) => x / size))
    }
    this.#parts = made.slice(1)
  }

  /** How much of each part is in a signal. */
  of(signal: Float64Array): readonly number[] {
    return this.#parts.map((part) => dot(signal, part))
  }
}

/** What the trends of two signals have in common: the sum of the products of these signals that is theirs. */
export function shared(one: readonly number[], other: readonly number[]): number {
  return dot(one, other)
}

function subtract(from: Float64Array, part: Float64Array, times: number): void {
  for (let i = 0; i < from.length; i++) from[i]! -= times * part[i]!
}
