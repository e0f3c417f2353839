import { inNode } from '../../core/platform.ts'
import { call as callFields } from '../../plan/format.ts'
import type { Backing } from '../device.ts'
import type { Exports } from './exports.ts'
import type { Host } from './host.ts'
import { Memories, firstBytes, grow } from './memories.ts'
import type { ModuleFor } from './modules.ts'
import { Workers } from './workers.ts'

/** Plans in memory that the owner sees: run by workers that share it, or on the calling thread. */
export class Together {
  readonly #moduleFor: ModuleFor
  readonly #threads: number
  readonly #workers: Workers | undefined
  readonly #memories: Memories

  /** @param host whose workers run the plans; undefined for the calling thread */
  constructor(moduleFor: ModuleFor, host: Host | undefined, threads: number) {
    this.#moduleFor = moduleFor
    this.#threads = threads
    this.#workers = host && new Workers(host, threads)
    this.#memories = new Memories(host !== undefined)
  }

  async place(plan: Int32Array): Promise<Backing> {
    const module = await this.#moduleFor(plan)
    const memory = this.#memories.take(firstBytes + plan.byteLength)
    const instance = await WebAssembly.instantiate(module, { env: { memory } })
    const exports = instance.exports as unknown as Exports
    const start = Math.ceil(exports['__heap_base'].value / 64) * 64
    new Int32Array(memory.buffer, start, plan.length).set(plan)
    const bytes = exports.place(start, plan.length, this.#threads)
    grow(memory, bytes)
    return this.#backing(module, memory, exports, bytes)
  }

  #backing(module: WebAssembly.Module, memory: WebAssembly.Memory, exports: Exports, bytes: number): Backing {
    const { buffer } = memory
    const offset = exports.arena() >>> 0
    const start = this.#starter(module, memory, exports)
    const fields = new Float64Array(buffer, exports.call() >>> 0, callFields.length)
    return {
      memory: buffer,
      offset,
      length: (bytes - offset) / 4,
      async run(call) {
        fields.set(call)
        await start.run()
        call.set(fields)
      },
      runNow(call) {
        fields.set(call)
        exports.runAlone()
        call.set(fields)
      },
      // A page must not wait for windows of a training; one that samples asks for each character with `runNow`.
      runsHere: this.#workers === undefined || (this.#threads === 1 && inNode),
      free: () => {
        start.free()
        this.#memories.give(memory)
      },
    }
  }

  #starter(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    exports: Exports,
  ): { run(): Promise<void>; free(): void } {
    const workers = this.#workers
    if (workers === undefined) return { run: async () => exports.run(0), free: () => undefined }
    const id = workers.load(module, memory, (thread) => exports.stack(thread) >>> 0)
    return { run: () => workers.run(id), free: () => workers.drop(id) }
  }
}
