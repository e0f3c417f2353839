import type { CrossEntropyAttributes } from '../operations/cross-entropy.ts'
import type { Attributes } from '../types.ts'
import { logSoftmax } from './log-softmax.ts'
import type { LossSum } from './loss.ts'

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

/** Cross-entropies of the targets that count. */
export const crossEntropy: LossSum = ({ attributes, inputs: [logits, targets] }, gradient) => {
  const size = logits!.type.shape[0]!
  let sum = 0
  targets!.data.forEach((target, position) => {
    if (target < 0) return
    const start = position * size
    const log = logSoftmax(logits!.data.subarray(start, start + size))
    sum += lossOf(log, target, attributes, gradient.subarray(start, start + size))
  })
  return sum
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
