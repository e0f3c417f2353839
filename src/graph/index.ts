export { ancestors } from './ancestors.ts'
export { Builder, numbers } from './builder.ts'
export { instantiate } from './instance.ts'
export {
  type MaskedStep,
  type StepMask,
  maskInputs,
  recurrentColumns,
  recurrentDropout,
  variationalStates,
  zoneout,
} from './dropouts.ts'
export { type Layer, type LayerInputs, addLayer, learnedStart } from './layer.ts'
export type { Operation, Sizes, StepGradient } from './operation.ts'
export {
  type Drawn,
  type MaskAttributes,
  type WeightDropoutAttributes,
  outsideTraining,
} from './operations/masks.ts'
export type { BernoulliLossAttributes } from './operations/bernoulli-loss.ts'
export type { CrossEntropyAttributes } from './operations/cross-entropy.ts'
export type { CtcLossAttributes } from './operations/ctc.ts'
export { isLoss, isLossGradient, lossDivisor, marksOf } from './operations/losses.ts'
export { type ValueLossAttributes, type ValueLossForm, valueLossForm } from './operations/value-loss.ts'
export { printGraph, printStep } from './print.ts'
export {
  type MemoryInputs,
  type MemoryRead,
  type MemoryRows,
  type MemorySequence,
  memoryReads,
  memorySequences,
  withTraces,
} from './memory.ts'
export { StepRewriter } from './rewrite-step.ts'
export { operation, table } from './table.ts'
export type {
  Attributes,
  Extent,
  Graph,
  MemoryPort,
  Node,
  Port,
  StatePort,
  StepGraph,
  Type,
  WindowGraph,
} from './types.ts'
export { typeText } from './types.ts'
