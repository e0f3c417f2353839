import type { Point } from '../worker/messages.ts'

/** Points that a curve shows at most; more are thinned out, two neighbours to one. */
const most = 1200

/** Share of a new loss in the evened out one, once there are enough. */
const share = 0.05

/** A curve in columns, as charts have them. */
export interface Curve {
  /** Points that went in, thinned out or not. */
  readonly count: number
  readonly steps: readonly number[]
  readonly losses: readonly number[]
  /** The losses with their noise evened out: each a mean of those before it, older ones counting less. */
  readonly even: readonly number[]
  /** Validation losses; null where there was none. */
  readonly validations: readonly (number | null)[]
}

export const emptyCurve: Curve = { count: 0, steps: [], losses: [], even: [], validations: [] }

/** A curve with more points, thinned out where it would be too long. */
export function extended(curve: Curve, points: readonly Point[]): Curve {
  let last = curve.even.at(-1) ?? 0
  const even = points.map(({ loss }, index) => {
    last += (loss - last) * Math.max(share, 1 / (curve.count + index + 1))
    return last
  })
  const longer: Curve = {
    count: curve.count + points.length,
    steps: [...curve.steps, ...points.map(({ step }) => step)],
    losses: [...curve.losses, ...points.map(({ loss }) => loss)],
    even: [...curve.even, ...even],
    validations: [...curve.validations, ...points.map(({ validation }) => validation ?? null)],
  }
  return longer.steps.length > most ? thinned(longer) : longer
}

/** Every two neighbours as one: the later step, the mean loss, the later validation. */
function thinned({ count, steps, losses, even, validations }: Curve): Curve {
  const pairs = Array.from({ length: Math.ceil(steps.length / 2) }, (_unused, index) => 2 * index)
  const last = steps.length - 1
  const later = (at: number): number => Math.min(at + 1, last)
  return {
    count,
    steps: pairs.map((at) => steps[later(at)]!),
    losses: pairs.map((at) => (losses[at]! + losses[later(at)]!) / 2),
    even: pairs.map((at) => even[later(at)]!),
    validations: pairs.map((at) => validations[later(at)] ?? validations[at] ?? null),
  }
}
