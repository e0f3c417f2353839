import { type LossRule, requireSetting, requireWeights } from './loss.ts'

/** Settings of the operation `cross_entropy`. */
export interface CrossEntropyAttributes {
  /** Share of the target that is spread evenly over all classes (Szegedy et al. 2016), 0 unless given, below 1. */
  readonly smoothing?: number
  /** Weight of each class, 0 or more; 1 unless given. The mean divides by the sum of the weights of the targets. */
  readonly classWeights?: readonly number[]
  /** `mean` over the targets that count unless given. */
  readonly reduction?: 'mean' | 'sum'
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
}
