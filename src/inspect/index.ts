import { addLaterMessages } from '../core/later-messages.ts'

addLaterMessages()

export { type InspectedText, layersOf } from './adapt.ts'
export type { LayerName } from './find.ts'
export { gatesOf } from './gates.ts'
export { type Saturation, saturation } from './saturation.ts'
export type { NamedScan } from './scans.ts'
export { type TraceOptions, trace, traceParts } from './trace.ts'
export {
  type Trace,
  type TracedLayer,
  type TracedValue,
  tracedUnit,
  tracedValue,
  valuesOf,
} from './traced.ts'
export { type Edit, intervene } from './intervene.ts'
export { type UnitLossOptions, type UnitLosses, unitLosses } from './unit-losses.ts'
export { type GradientFlow, type GradientFlowOptions, type StateFlow, gradientFlow } from './gradient-flow.ts'
export { type JacobianOptions, type Jacobians, jacobians } from './jacobians.ts'
export { type Saliency, type SaliencyOptions, saliency } from './saliency.ts'
export {
  type DetectOptions,
  type Detection,
  type Detections,
  type Detector,
  detect,
  searchable,
} from './detect.ts'
export { type Labels, type Oracle, type OracleName, labelsOf, oracleNames } from './oracles.ts'
export { fittingSizes } from './cell-sizes.ts'
export { type GradientCheck, checkGradient } from './gradient-check.ts'
