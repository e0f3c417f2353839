/** Chooses a token by softmax: what a user of a library without sampling writes. */
export function draw(logits: ArrayLike<number>): number {
  let largest = -Infinity
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!)
  const weights = Array.from(logits, (logit) => Math.exp(logit - largest))
  return pick(weights, Math.random() * weights.reduce((total, weight) => total + weight, 0))
}

/** The index at which the sum of weights passes `rest`. */
export function pick(weights: ArrayLike<number>, rest: number): number {
  let index = 0
  let left = rest - weights[0]!
  while (left >= 0 && index < weights.length - 1) left -= weights[++index]!
  return index
}

/** Characters of one unit of sampling. */
export const characters = 50
