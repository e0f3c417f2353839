/** The middle of at least one number; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('The median of no numbers is not defined.')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * How many times `a` is as much as `b`: the median of the quotients, pair by pair, as far as both go. Numbers of one
 * pair were measured right after each other, so the result stays true when the machine's speed drifts.
 */
export function pairedRatio(a: readonly number[], b: readonly number[]): number {
  const pairs = Math.min(a.length, b.length)
  return median(a.slice(0, pairs).map((value, index) => value / b[index]!))
}
