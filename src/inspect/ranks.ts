const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** A number that is the larger the larger a float is, a whole one below 2^32. */
function ordered(value: number): number {
  float[0] = value
  const raw = bits[0]!
  return raw < 0 ? 2 ** 31 - (raw & 0x7fffffff) : 2 ** 31 + raw
}

/** Places that the key of an order leaves for the number of an entry. */
const room = 2 ** 20

/** Ranks of floats, from 0; equal ones share the mean of theirs. At most 2^20 of them. */
export function ranksOf(values: Float32Array): Float64Array {
  const keys = Float64Array.from(values, (value, index) => ordered(value) * room + index).sort()
  const ranks = new Float64Array(values.length)
  for (let first = 0, end = 0; first < keys.length; first = end) {
    const value = Math.floor(keys[first]! / room)
    for (end = first + 1; end < keys.length && Math.floor(keys[end]! / room) === value;) end++
    for (let i = first; i < end; i++) ranks[keys[i]! % room] = (first + end - 1) / 2
  }
  return ranks
}
