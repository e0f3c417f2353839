export { type RuntimeName, type RuntimeOptions, openRuntime, runtimeNames } from './open.ts'
export { reference } from './reference/reference.ts'
export type {
  Executable,
  GradientRequest,
  Machine,
  ParameterBuffer,
  Program,
  Run,
  RunResult,
  Runtime,
  UpdateSettings,
} from './types.ts'
export type { WasmSource } from './wasm/host-browser.ts'
