/** Deviations from the mean that have the strongest colour. */
const strongest = 2.5

/**
 * Numbers of units measured against each unit itself: how far each is from the unit's mean over the text, in parts of what
 * counts as far, between -1 and 1. So that a unit that moves little shows its pattern as well as one that moves much.
 */
export function scaled({
  units,
  data,
}: {
  readonly units: number
  readonly data: ArrayLike<number>
}): Float32Array {
  const steps = data.length / units
  const result = new Float32Array(data.length)
  for (let unit = 0; unit < units; unit++) {
    let [sum, squares] = [0, 0]
    for (let at = unit; at < data.length; at += units) {
      sum += data[at]!
      squares += data[at]! ** 2
    }
    const mean = sum / steps
    const deviation = Math.sqrt(Math.max(0, squares / steps - mean * mean))
    if (deviation < 1e-6) continue
    for (let at = unit; at < data.length; at += units)
      result[at] = Math.min(1, Math.max(-1, (data[at]! - mean) / (strongest * deviation)))
  }
  return result
}
