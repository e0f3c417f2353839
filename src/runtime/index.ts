import { Unsupported } from '../core/errors.ts'
import { inNode } from '../core/platform.ts'
import type { Device } from './device.ts'
import { packedRuntime } from './packed.ts'
import { reference } from './reference/reference.ts'
import type { Machine, Runtime } from './types.ts'
import { openWasm } from './wasm/index.ts'

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
export { reference } from './reference/reference.ts'

export { precisionNames } from '../plan/index.ts'

/** Names of the runtimes, `auto` for the fastest that works here. */
export const runtimeNames = ['auto', 'native', 'wasm', 'reference'] as const
export type RuntimeName = (typeof runtimeNames)[number]

/** How to open a runtime. */
export interface RuntimeOptions {
  /** Threads of a run, 1 or more; the number of cores unless given. */
  readonly threads?: number
  /** Instruction set of the native runtime: `baseline`, `avx2`, `avx512`, `avx512bf16` or `neon`; the processor's best unless given. */
  readonly isa?: string
  /** Called with the reason when `auto` passes over a runtime. */
  readonly onFallback?: (from: Machine['runtime'], reason: string) => void
}

/**
 * Opens a runtime. `auto` takes native, else WebAssembly; it falls back only on `Unsupported`.
 * @throws Unsupported when the runtime cannot run here
 */
export async function openRuntime(
  name: RuntimeName = 'auto',
  options: RuntimeOptions = {},
): Promise<Runtime> {
  if (name === 'reference') return reference
  if (name === 'native') return packedRuntime(await native(options))
  if (name === 'wasm') return packedRuntime(await openWasm(options))
  try {
    return packedRuntime(await native(options))
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error
    options.onFallback?.('native', error.message)
    return packedRuntime(await openWasm(options))
  }
}

/** Addons are for Node; a browser never loads the module. */
async function native(options: RuntimeOptions): Promise<Device> {
  if (!inNode) throw new Unsupported('unsupported/native-browser')
  const { openNative } = await import('./native/index.ts')
  return openNative(options)
}
