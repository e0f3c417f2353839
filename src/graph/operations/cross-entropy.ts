import type { Attributes } from '../types.ts'
import { type LossRule, requireSetting, requireWeights } from './loss.ts'
import { logSoftmax } from './log-softmax.ts'

/** Settings of the operation `cross_entropy`. */
export interface CrossEntropyAttributes {
  /** Share of the target that is spread evenly over all classes (Szegedy et al. 2016), 0 unless given, below 1. */
  readonly smoothing?: number
  /** Weight of each class, 0 or more; 1 unless given. The mean divides by the sum of the weights of the targets. */
  readonly classWeights?: readonly number[]
  /** `mean` over the targets that count unless given. */
  readonly reduction?: 'mean' | 'sum'
}

/** The target distribution of class `target` times the weights: `even * weight` for each class, and `own` more for itself. */
interface Target {
  readonly own: number
  readonly even: number
}

function targetOf(
  { smoothing = 0, classWeights }: CrossEntropyAttributes,
  size: number,
  target: number,
): Target {
  return { own: (1 - smoothing) * (classWeights?.[target] ?? 1), even: smoothing / size }
}

/**
 * Cross-entropy (nats) of logits and integer targets: inputs logits [classes] and targets, a token a step and row.
 * Negative targets are left out of the loss and of the mean.
 */
export const crossEntropy: LossRule = {
  arity: 2,
  marks: 1,
  reductions: ['mean', 'sum'],
  check([logits], attributes) {
    const { smoothing = 0, classWeights } = attributes as CrossEntropyAttributes
    requireSetting(smoothing >= 0 && smoothing < 1, 'cross_entropy', 'smoothing', 'at least 0 and below 1')
    requireWeights(classWeights, logits!.shape[0]!, 'cross_entropy', 'classWeights')
  },
  divisor({ attributes, marks, steps, rows }) {
    const { classWeights, reduction } = attributes as CrossEntropyAttributes
    if (reduction === 'sum') return 1
    let total = 0
    for (let i = 0; i < steps * rows; i++) {
      const target = marks![i]!
      if (target >= 0) total += classWeights?.[target] ?? 1
    }
    return total > 0 ? total : 1
  },
  sum({ attributes, inputs: [logits, targets] }, gradient) {
    const size = logits!.type.shape[0]!
    let sum = 0
    targets!.data.forEach((target, position) => {
      if (target < 0) return
      const start = position * size
      const log = logSoftmax(logits!.data.subarray(start, start + size))
      sum += lossOf(log, target, attributes, gradient.subarray(start, start + size))
    })
    return sum
  },
}

/** Loss of one position from its log-probabilities; writes its derivative by the logits. */
function lossOf(log: Float64Array, target: number, attributes: Attributes, gradient: Float64Array): number {
  const settings: CrossEntropyAttributes = attributes
  const { classWeights } = settings
  const { own, even } = targetOf(settings, log.length, target)
  const shares = log.map((_x, i) => even * (classWeights?.[i] ?? 1) + (i === target ? own : 0))
  const total = shares.reduce((sum, share) => sum + share, 0)
  let loss = 0
  log.forEach((x, i) => {
    if (shares[i] !== 0) loss -= shares[i]! * x
    gradient[i] = total * Math.exp(x) - shares[i]!
  })
  return loss
}
