import { rules } from '../operations/losses.ts'
import { bernoulliLoss } from './bernoulli-loss.ts'
import { crossEntropy } from './cross-entropy.ts'
import { ctcLoss } from './ctc.ts'
import { type LossSum, lossMeanings } from './loss.ts'
import type { Meanings } from './meaning.ts'
import { valueLoss } from './value-loss.ts'

const sums: Readonly<Record<string, LossSum>> = {
  cross_entropy: crossEntropy,
  value_loss: valueLoss,
  bernoulli_loss: bernoulliLoss,
  ctc_loss: ctcLoss,
}

/** Losses over a window, and their gradients. */
export const losses: Meanings = Object.assign(
  {},
  ...Object.entries(sums).map(([name, sum]) => lossMeanings(name, rules[name]!, sum)),
) as Meanings
