import { Unsupported } from '../../core/errors.ts'
import { inNode } from '../../core/platform.ts'
import { type Backing, type Device, HeldPlan, Line, type Loaded, checkPlan, threadCount } from '../device.ts'
import type { Host } from './host.ts'
import { Memories, grow } from './memories.ts'
import { Workers } from './workers.ts'

/** How to open the WebAssembly runtime. */
export interface WasmOptions {
  /** Threads of a run, each a worker; the number of cores unless given. */
  readonly threads?: number | undefined
  /**
   * Run on the calling thread, with the build for memory that is not shared: for pages that may not share memory, from
   * a worker of their own.
   */
  readonly inline?: boolean | undefined
}

/** What kernels/wasm.cpp exports. */
interface Exports {
  readonly __heap_base: WebAssembly.Global
  place(plan: number, words: number, threads: number): number
  arena(): number
  call(): number
  stack(thread: number): number
  run(thread: number): void
}

/** Bytes of a new memory beside the plan: the main stack (1 MiB) and the module's own data. */
const firstBytes = 2 * 2 ** 20

/** Opens the WebAssembly runtime. @throws Unsupported when it is not built or may not share memory */
export async function openWasm(options: WasmOptions = {}): Promise<Device> {
  if (!inNode) {
    throw new Unsupported('unsupported/wasm-browser')
  }
  const { nodeHost: host } = await import('./host-node.ts')
  const inline = options.inline ?? typeof SharedArrayBuffer === 'undefined'
  const threads = inline ? 1 : threadCount(options.threads, host.cores)
  if (options.threads !== undefined && options.threads !== threads) {
    throw new Unsupported('unsupported/wasm-threads')
  }
  const module = await host.module(inline ? 'sluice.wasm' : 'sluice-threads.wasm')
  return new WasmDevice(host, module, threads, inline)
}

class WasmDevice implements Device {
  readonly machine
  readonly vectorWidth = 4
  readonly fastPairs = false
  readonly #module: WebAssembly.Module
  readonly #line = new Line()
  readonly #workers: Workers | undefined
  readonly #memories: Memories

  constructor(host: Host, module: WebAssembly.Module, threads: number, inline: boolean) {
    this.machine = { runtime: 'wasm', isa: 'simd128', threads } as const
    this.#module = module
    this.#workers = inline ? undefined : new Workers(host, threads)
    this.#memories = new Memories(!inline)
  }

  async load(plan: Int32Array): Promise<Loaded> {
    checkPlan(plan, this)
    const memory = this.#memories.take(firstBytes + plan.byteLength)
    const instance = await WebAssembly.instantiate(this.#module, { env: { memory } })
    const exports = instance.exports as unknown as Exports
    const start = Math.ceil(exports['__heap_base'].value / 64) * 64
    new Int32Array(memory.buffer, start, plan.length).set(plan)
    const bytes = exports.place(start, plan.length, this.machine.threads)
    grow(memory, bytes)
    return new HeldPlan(this.#backing(memory, exports, bytes), this.#line)
  }

  #backing(memory: WebAssembly.Memory, exports: Exports, bytes: number): Backing {
    const { buffer } = memory
    const offset = exports.arena() >>> 0
    const start = this.#starter(memory, exports)
    return {
      memory: buffer,
      offset,
      length: (bytes - offset) / 4,
      async run(call) {
        const inside = new Float64Array(buffer, exports.call() >>> 0, call.length)
        inside.set(call)
        await start.run()
        call.set(inside)
      },
      free: () => {
        start.free()
        this.#memories.give(memory)
      },
    }
  }

  #starter(memory: WebAssembly.Memory, exports: Exports): { run(): Promise<void>; free(): void } {
    const workers = this.#workers
    if (workers === undefined) return { run: async () => exports.run(0), free: () => undefined }
    const id = workers.load(this.#module, memory, (thread) => exports.stack(thread) >>> 0)
    return { run: () => workers.run(id), free: () => workers.drop(id) }
  }
}
