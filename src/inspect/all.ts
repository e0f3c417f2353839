/*
 * Looking inside models of any kind. What a page of a model of the next token needs stands in index.ts alone.
 */

export * from './index.ts'
export { detect, gradientFlow, intervene, saliency, saturation, trace, unitLosses } from './any-model.ts'
export { traceSequences } from './sequence-trace.ts'
export type { InspectedSequence, Side } from './sequences.ts'
export type { SequenceDetectOptions, SequenceOracle } from './detect-sequences.ts'
export type { SequenceSaliency, SequenceSaliencyOptions } from './sequence-saliency.ts'
export type { SequenceTraceOptions } from './sequence-trace.ts'
export type { SequenceTrace } from './traced.ts'
