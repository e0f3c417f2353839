/** Euclidean norm of some entries side by side. */
export function norm(data: ArrayLike<number>, from = 0, count = data.length): number {
  return Math.sqrt(dot(data, data, from, count))
}

/** Sum of the products of entries at the same places, from one on. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>, from = 0, count = a.length): number {
  let sum = 0
  for (let i = from; i < from + count; i++) sum += a[i]! * b[i]!
  return sum
}

/** Place of the largest entry, the first of equals. */
export function largest(data: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < data.length; i++) if (data[i]! > data[best]!) best = i
  return best
}
