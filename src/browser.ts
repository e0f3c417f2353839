import { textFrom } from './data/index.ts'
import { decodeModel as decodeStored, modelFrom } from './interop/index.ts'
import type { Model } from './model/index.ts'

/*
 * What `import … from 'sluice'` gives in a browser: everything but files.
 */

export { type OnAnyRuntime, evaluate, sample, train } from './auto.ts'
export {
  type CellFactory,
  type CellFamily,
  type CellOptions,
  type CellRecord,
  type Gate,
  type Init,
  type InitSpec,
  type LayerCell,
  cell,
  cells,
  families,
  library,
} from './cells/index.ts'
export { type ErrorCode, SluiceError, Unsupported } from './core/errors.ts'
export { type Text, type TextOptions, type TokenKind, type Tokenizer, Vocabulary } from './data/index.ts'
export { EquationError, type Spelling, cellText, compile } from './equations/index.ts'
export type { Choice, SampleOptions, Sampling, SamplingState } from './generate/index.ts'
export type {
  DetectOptions,
  Detection,
  Detections,
  Detector,
  Edit,
  GradientFlow,
  GradientFlowOptions,
  InspectedText,
  JacobianOptions,
  Jacobians,
  Oracle,
  OracleName,
  Saliency,
  SaliencyOptions,
  Saturation,
  StateFlow,
  Trace,
  TraceOptions,
  TracedLayer,
  TracedValue,
  UnitLossOptions,
  UnitLosses,
} from './inspect/index.ts'
export {
  detect,
  gradientFlow,
  intervene,
  jacobians,
  saliency,
  saturation,
  trace,
  traceParts,
  unitLosses,
} from './inspection.ts'
export { encodeModel } from './interop/index.ts'
export {
  type AroundOptions,
  type Direction,
  type Join,
  type Layer,
  type LayerOptions,
  Model,
  type ModelConfig,
  type ModelOptions,
  branches,
  dense,
  layer,
  model,
  startFrom,
} from './model/index.ts'
export type { Machine, Runtime, WasmSource } from './runtime/index.ts'
export { type RuntimeName, type RuntimeOptions, openRuntime, runtimeNames } from './runtime/open.ts'
export type {
  AveragingKind,
  AveragingOptions,
  Evaluation,
  OptimizerName,
  OptimizerOptions,
  ParameterGroup,
  RunStore,
  ScheduleKind,
  ScheduleOptions,
  Settings,
  SettingsOptions,
  TrainOptions,
  Training,
  TrainingStep,
} from './train/index.ts'
export { version } from './train/version.ts'

/** Texts to learn from: `text.from(string)`. */
export const text = { from: textFrom }

/**
 * A model from the bytes of a model file, which `encodeModel` writes and a run directory holds.
 * @param name what the bytes are, for errors
 */
export function decodeModel(bytes: Uint8Array, name?: string): Model {
  return modelFrom(decodeStored(bytes, name))
}
