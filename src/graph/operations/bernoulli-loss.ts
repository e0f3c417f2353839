import { type LossRule, countPositions, requireSequence, requireWeights } from './loss.ts'

/** Settings of the operation `bernoulli_loss`. */
export interface BernoulliLossAttributes {
  /** Weight of each entry's target where it is 1, 0 or more; 1 unless given. */
  readonly positiveWeights?: readonly number[]
  /** `mean` over all entries that count, unless given; `frames`: the sum over entries, its mean over positions. */
  readonly reduction?: 'mean' | 'frames' | 'sum'
}

/**
 * Cross-entropy (nats) of independent probabilities sigmoid(x) and targets y from 0 to 1, of a weight w each:
 * -(w y log sigmoid(x) + (1 - y) log(1 - sigmoid(x))), without overflow. Inputs logits, target of the same size, and
 * perhaps a mask, a whole number a step and row: 0 leaves the position out, whatever stands there.
 */
export const bernoulliLoss: LossRule = {
  arity: 'any',
  marks: 2,
  reductions: ['mean', 'frames', 'sum'],
  check([logits, target], attributes, sizes) {
    const { positiveWeights } = attributes as BernoulliLossAttributes
    requireWeights(positiveWeights, logits!.shape[0]!, 'bernoulli_loss', 'positiveWeights')
    requireSequence(target!, 1, 'bernoulli_loss', 'the target')
    sizes.same(logits!.shape[0]!, target!.shape[0]!)
  },
  divisor(counted) {
    const { reduction } = counted.attributes as BernoulliLossAttributes
    if (reduction === 'sum') return 1
    return Math.max(1, countPositions(counted) * (reduction === 'frames' ? 1 : counted.size))
  },
}
