import { knownKeys, numberWithin, oneOf } from '../data/index.ts'
import { SluiceError } from '../core/errors.ts'
import { slotsOf } from '../runtime/slots.ts'
import type { UpdateSettings } from '../runtime/types.ts'

/*
 * p parameter, g its gradient after clipping, lr the learning rate, t the number of the update from 1; buffers start at 0.
 *
 * sgd       g += weightDecay p;  p -= lr g
 *   momentum > 0                 v = momentum v + g;  p -= lr v        nesterov: p -= lr (g + momentum v)
 *   slots   v
 * rmsprop   g += weightDecay p;  s = alpha s + (1 - alpha) g²;  r = √s + epsilon;  p -= lr g / r
 *   centered                     a = alpha a + (1 - alpha) g;   r = √(s - a²) + epsilon
 *   momentum > 0                 v = momentum v + g / r;  p -= lr v
 *   slots   s, then a if centered, then v if momentum > 0
 * adam      g += weightDecay p;  m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g²
 *                                p -= lr (m / (1 - beta1^t)) / (√(v / (1 - beta2^t)) + epsilon)
 *   slots   m, v
 * adamw     p *= 1 - lr weightDecay;  then adam without its first step
 *   slots   m, v
 *
 * These are PyTorch's definitions. Sources: momentum Polyak 1964, Nesterov in the form of Sutskever et al. 2013;
 * RMSprop Hinton 2012, centered Graves 2013; Adam Kingma & Ba 2015; AdamW Loshchilov & Hutter 2019.
 */

/** Names of optimizers; `momentum` is sgd with momentum 0.9 unless it says otherwise. */
export type OptimizerName = 'sgd' | 'momentum' | 'rmsprop' | 'adam' | 'adamw'

/** Numbers of an optimizer; what is absent has the default of its name. */
export interface OptimizerOptions {
  readonly name: OptimizerName
  /** At least 0, below 1. */
  readonly momentum?: number
  readonly nesterov?: boolean
  /** Decay of RMSprop's mean square, at least 0 and below 1. */
  readonly alpha?: number
  readonly centered?: boolean
  /** At least 0, below 1. */
  readonly beta1?: number
  readonly beta2?: number
  /** Above 0. */
  readonly epsilon?: number
  /** At least 0. */
  readonly weightDecay?: number
}

/** An optimizer with every option that belongs to its name. */
export type Optimizer = OptimizerOptions

type Rule = Omit<UpdateSettings, 'learningRate' | 'clipNorm' | 'clipValue' | 'count'>

const unused: Omit<Rule, 'rule'> = {
  momentum: 0,
  nesterov: false,
  alpha: 0,
  centered: false,
  beta1: 0,
  beta2: 0,
  epsilon: 0,
  weightDecay: 0,
}

interface Row {
  readonly rule: Rule['rule']
  readonly learningRate: number
  /** The options that belong to the optimizer, and their defaults. */
  readonly defaults: Partial<Omit<Rule, 'rule'>>
}

const plain = { momentum: 0, nesterov: false, weightDecay: 0 }
const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }

const table: Readonly<Record<OptimizerName, Row>> = {
  sgd: { rule: 'sgd', learningRate: 0.5, defaults: plain },
  momentum: { rule: 'sgd', learningRate: 0.1, defaults: { ...plain, momentum: 0.9 } },
  rmsprop: {
    rule: 'rmsprop',
    learningRate: 0.002,
    defaults: { alpha: 0.95, epsilon: 1e-8, centered: false, momentum: 0, weightDecay: 0 },
  },
  adam: { rule: 'adam', learningRate: 0.002, defaults: moments },
  adamw: { rule: 'adamw', learningRate: 0.002, defaults: { ...moments, weightDecay: 0.01 } },
}

/** All names of optimizers. */
export const optimizerNames = Object.keys(table) as readonly OptimizerName[]

/** The learning rate that an optimizer has unless one is given. */
export function defaultLearningRate(name: OptimizerName): number {
  return table[name].learningRate
}

/** Fills in the defaults of an optimizer. Options that do not belong to it, and numbers out of range, are errors. */
export function resolveOptimizer(options: OptimizerName | OptimizerOptions): Optimizer {
  const { name, ...given } = typeof options === 'string' ? { name: options } : options
  const { defaults } = table[oneOf('optimizer', name, optimizerNames)]
  knownKeys(`The optimizer ${name}`, given, Object.keys(defaults))
  const optimizer = { name, ...defaults, ...given }
  const { momentum, nesterov, alpha, beta1, beta2, epsilon, weightDecay } = ruleOf(optimizer)
  for (const [key, value] of Object.entries({ momentum, alpha, beta1, beta2 })) {
    numberWithin(key, value, { least: 0, below: 1 })
  }
  numberWithin('weightDecay', weightDecay, { least: 0 })
  if ('epsilon' in defaults) numberWithin('epsilon', epsilon, { above: 0 })
  if (nesterov && momentum === 0) {
    throw new SluiceError('option-value/nesterov')
  }
  return optimizer
}

function ruleOf({ name, ...numbers }: Optimizer): Rule {
  return { rule: table[name].rule, ...unused, ...numbers }
}

/** Buffers that each parameter needs beside its value and gradient, 0 to 3. */
export function slotCount(optimizer: Optimizer): number {
  return slotsOf(ruleOf(optimizer))
}

/** What changes from update to update, and how gradients are clipped (0: not). */
export type UpdateNumbers = Pick<UpdateSettings, 'learningRate' | 'clipNorm' | 'clipValue' | 'count'>

/** Settings of one update by an optimizer that `resolveOptimizer` gave. */
export function updateSettings(optimizer: Optimizer, numbers: UpdateNumbers): UpdateSettings {
  return { ...ruleOf(optimizer), ...numbers }
}
