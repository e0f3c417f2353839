import type { Operation } from '../operation.ts'
import type { Node } from '../types.ts'
import { bernoulliLoss } from './bernoulli-loss.ts'
import { crossEntropy } from './cross-entropy.ts'
import { ctcLoss } from './ctc.ts'
import { type Counted, type LossRule, lossOperations } from './loss.ts'
import { valueLoss } from './value-loss.ts'

/** The losses by the names of their operations. */
export const rules: Readonly<Record<string, LossRule>> = {
  cross_entropy: crossEntropy,
  value_loss: valueLoss,
  bernoulli_loss: bernoulliLoss,
  ctc_loss: ctcLoss,
}

/** Losses over a window, each one number, and their gradients. */
export const losses: Readonly<Record<string, Operation>> = Object.assign(
  {},
  ...Object.entries(rules).map(([name, rule]) => lossOperations(name, rule)),
) as Readonly<Record<string, Operation>>

/** Whether an operation is a loss, the number itself. */
export const isLoss = (op: string): boolean => Object.hasOwn(rules, op)

/** Whether an operation is the gradient of a loss by its prediction. */
export const isLossGradient = (op: string): boolean => isLoss(op.replace(/_gradient$/, '')) && !isLoss(op)

/** The input of a loss, a whole number a step and row, that says which positions count; `undefined` where all do. */
export function marksOf({ op, inputs }: Pick<Node, 'op' | 'inputs'>): number | undefined {
  const { marks } = rules[op]!
  return marks === undefined ? undefined : inputs[marks]
}

/** The number that a loss divides its sum by in a call: of targets, entries, positions or rows that count, or 1. */
export function lossDivisor(op: string, counted: Counted): number {
  return rules[op]!.divisor(counted)
}
