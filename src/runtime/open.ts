import { Unsupported } from '../core/errors.ts'
import { inNode } from '../core/platform.ts'
import type { Machine, Runtime } from './types.ts'
import type { WasmSource } from './wasm/host-browser.ts'

/** Names of the runtimes, `auto` for the fastest that works here. */
export const runtimeNames = ['auto', 'native', 'wasm', 'reference'] as const
export type RuntimeName = (typeof runtimeNames)[number]

/** How to open a runtime. */
export interface RuntimeOptions {
  /** Threads of a run, 1 or more; the number of cores unless given. */
  readonly threads?: number
  /** Instruction set of the native runtime: `baseline`, `avx2`, `avx512`, `avx512bf16` or `neon`; the processor's best unless given. */
  readonly isa?: string
  /** Where a page has the WebAssembly modules from: from beside the package unless given. */
  readonly wasm?: WasmSource
  /** Called with the reason when `auto` passes over a runtime. */
  readonly onFallback?: (from: Machine['runtime'], reason: string) => void
}

/** What `auto` tries, the fastest first. Node does without the last: it would be a surprise there. */
const preferred = inNode ? (['native', 'wasm'] as const) : (['wasm', 'reference'] as const)

/**
 * Opens a runtime. `auto` takes native, else WebAssembly; in a browser WebAssembly, else the reference. It falls back
 * only on `Unsupported`.
 * @throws Unsupported when the runtime cannot run here
 */
export async function openRuntime(
  name: RuntimeName = 'auto',
  options: RuntimeOptions = {},
): Promise<Runtime> {
  if (name !== 'auto') return openNamed(name, options)
  const [first, second] = preferred
  try {
    return await openNamed(first, options)
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error
    options.onFallback?.(first, error.message)
    return openNamed(second, options)
  }
}

/** Loads what a runtime needs and nothing else: a page pays for what it uses. */
async function openNamed(name: Machine['runtime'], options: RuntimeOptions): Promise<Runtime> {
  if (name === 'reference') return (await import('./reference/reference.ts')).reference
  if (name === 'wasm') return (await import('./wasm/index.ts')).wasmRuntime(options)
  if (!inNode) throw new Unsupported('unsupported/native-browser') // addons are for Node; no page loads the module
  return (await import('./native/index.ts')).nativeRuntime(options)
}
