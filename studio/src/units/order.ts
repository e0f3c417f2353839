/** A named value of all units at every step, as traces have it. */
interface Values {
  readonly units: number
  readonly data: ArrayLike<number>
}

/** The numbers of one unit, step by step. */
export function seriesOf({ units, data }: Values, unit: number): Float64Array {
  return Float64Array.from({ length: data.length / units }, (_unused, step) => data[step * units + unit]!)
}

function centred(series: Float64Array): Float64Array {
  const mean = series.reduce((sum, value) => sum + value, 0) / Math.max(1, series.length)
  return series.map((value) => value - mean)
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0)
}

/** How much a unit changes over the text: its variance. */
export function variation(values: Values, unit: number): number {
  const series = centred(seriesOf(values, unit))
  return dot(series, series) / Math.max(1, series.length)
}

/** Correlation of two units over the text; 0 where one of them never changes. */
export function likeness(values: Values, a: number, b: number): number {
  const [left, right] = [centred(seriesOf(values, a)), centred(seriesOf(values, b))]
  const size = Math.sqrt(dot(left, left) * dot(right, right))
  return size === 0 ? 0 : dot(left, right) / size
}

/** Ways to put the units into an order. */
export type Order = 'number' | 'variation' | 'likeness' | 'score'

/**
 * The units in an order: by number; those that change most first; those most like (or most opposite to) a unit first;
 * those with the highest score first.
 */
export function ordered(
  values: Values,
  order: Order,
  unit: number,
  scores: ReadonlyMap<number, number>,
): readonly number[] {
  const units = Array.from({ length: values.units }, (_unused, k) => k)
  const rank: Readonly<Record<Order, (k: number) => number>> = {
    number: (k) => -k,
    variation: (k) => variation(values, k),
    likeness: (k) => (k === unit ? 2 : Math.abs(likeness(values, unit, k))),
    score: (k) => scores.get(k) ?? 0,
  }
  const ranks = units.map(rank[order])
  return units.sort((a, b) => ranks[b]! - ranks[a]! || a - b)
}
