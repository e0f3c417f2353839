export { type RuntimeName, type RuntimeOptions, openRuntime, runtimeNames } from './open.ts'
export { reference } from './reference/reference.ts'
export type {
  Executable,
  GradientRequest,
  Machine,
  ParameterBuffer,
  Precision,
  Program,
  Run,
  RunResult,
  Runtime,
  UpdateGroup,
  UpdateSettings,
} from './types.ts'
export { keepEveryFor } from './keep.ts'
export { precisionNames } from '../plan/precision.ts'
export type { WasmSource } from './wasm/host-browser.ts'
