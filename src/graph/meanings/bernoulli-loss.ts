import type { BernoulliLossAttributes } from '../operations/bernoulli-loss.ts'
import type { LossSum } from './loss.ts'

/** Cross-entropies of the entries that count. */
export const bernoulliLoss: LossSum = ({ attributes, inputs: [logits, target, mask] }, gradient) => {
  const { positiveWeights } = attributes as BernoulliLossAttributes
  const size = logits!.type.shape[0]!
  let sum = 0
  logits!.data.forEach((x, i) => {
    if (mask && mask.data[Math.floor(i / size)] === 0) return
    const yes = (positiveWeights?.[i % size] ?? 1) * target!.data[i]!
    const no = 1 - target!.data[i]!
    const rest = Math.log1p(Math.exp(-Math.abs(x)))
    sum += yes * (Math.max(-x, 0) + rest) + no * (Math.max(x, 0) + rest)
    gradient[i] = (yes + no) / (1 + Math.exp(-x)) - yes
  })
  return sum
}
