import { addLaterMessages } from '../../core/later-messages.ts'
import { SluiceError } from '../../core/errors.ts'
import { inNode } from '../../core/platform.ts'
import { type Backing, type Device, HeldPlan, Line, type Loaded, checkPlan, threadCount } from '../device.ts'
import { Apart } from './apart.ts'
import type { Host } from './host.ts'
import { isRare } from '../../plan/rare.ts'
import { packedRuntime } from '../packed.ts'
import type { Runtime } from '../types.ts'
import { type WasmSource, browserHost } from './host-browser.ts'
import { Together } from './together.ts'

addLaterMessages()

/** How to open the WebAssembly runtime. */
export interface WasmOptions {
  /** Threads of a run, each a worker; the number of cores unless given. */
  readonly threads?: number | undefined
  /** Where a page has the modules from; from beside the package unless given. */
  readonly wasm?: WasmSource | undefined
  /**
   * Where plans live: in memory that workers share with their owner; in the memory of one worker, from which each call
   * is copied; or in memory of the calling thread, which then runs them itself. Shared where that is possible, else in
   * one worker.
   */
  readonly memory?: 'shared' | 'worker' | 'inline' | undefined
}

/** Gives a plan its memory. */
interface Places {
  place(plan: Int32Array): Promise<Backing>
}

/** Opens the WebAssembly runtime. @throws Unsupported as `openWasm` does */
export async function wasmRuntime(options: WasmOptions): Promise<Runtime> {
  return packedRuntime(await openWasm(options))
}

/** Opens the WebAssembly device. @throws Unsupported when it is not there or does not work here */
export async function openWasm(options: WasmOptions = {}): Promise<Device> {
  const host = await hostFor(options.wasm)
  const memory = options.memory ?? (host.sharesMemory ? 'shared' : 'worker')
  const threads = memory === 'shared' ? threadCount(options.threads, host.cores) : 1
  if (options.threads !== undefined && options.threads !== threads) {
    throw new SluiceError('threads/unshared')
  }
  const ending = memory === 'shared' ? '-threads.wasm' : '.wasm'
  await host.module(`sluice${ending}`) // whether it is there and works is known at once
  const moduleFor = (plan: Int32Array) =>
    host.module(`sluice${isRare(plan) ? '-full' : ''}${ending}` as const)
  if (memory === 'worker') return new WasmDevice(new Apart(moduleFor, host), threads)
  return new WasmDevice(new Together(moduleFor, memory === 'shared' ? host : undefined, threads), threads)
}

async function hostFor(source: WasmSource | undefined): Promise<Host> {
  if (inNode) return (await import('./host-node.ts')).nodeHost
  return browserHost(source)
}

class WasmDevice implements Device {
  readonly machine
  readonly vectorWidth = 4
  readonly fastPairs = false
  readonly #places: Places
  readonly #line = new Line()

  constructor(places: Places, threads: number) {
    this.machine = { runtime: 'wasm', isa: 'simd128', threads } as const
    this.#places = places
  }

  async load(plan: Int32Array): Promise<Loaded> {
    checkPlan(plan, this)
    return new HeldPlan(await this.#places.place(plan), this.#line)
  }
}
