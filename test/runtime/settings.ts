import type { UpdateSettings } from '../../src/runtime/index.ts'

/** Plain steps down the gradient, with everything else off: what settings of updates in tests start from. */
export const plainSteps: UpdateSettings = {
  rule: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  nesterov: false,
  alpha: 0,
  centered: false,
  beta1: 0,
  beta2: 0,
  epsilon: 0,
  weightDecay: 0,
  clipNorm: 0,
  clipValue: 0,
  count: 1,
}

/** Adam, with everything else off. */
export const plainAdam: UpdateSettings = {
  ...plainSteps,
  rule: 'adam',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
}
