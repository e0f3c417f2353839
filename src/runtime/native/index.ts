import { constants } from 'node:buffer'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Unsupported } from '../../core/errors.ts'
import { header } from '../../plan/format.ts'
import { type Backing, type Device, HeldPlan, Line, type Loaded, checkPlan, threadCount } from '../device.ts'
import { packedRuntime } from '../packed.ts'
import type { Runtime } from '../types.ts'

/** How to open the native runtime. */
export interface NativeOptions {
  /** Threads of a run; the number of cores unless given. */
  readonly threads?: number | undefined
  /** Instruction set: `baseline`, `avx2`, `avx512`, `avx512bf16` or `neon`; the processor's best unless given. */
  readonly isa?: string | undefined
}

/** Opens the native runtime. @throws Unsupported as `openNative` does */
export function nativeRuntime(options: NativeOptions): Runtime {
  return packedRuntime(openNative(options))
}

/** An instruction set of the addon that this processor has. */
interface InstructionSet {
  readonly name: string
  readonly width: number
  readonly fastPairs: boolean
}

/** What kernels/addon.cpp exports. */
interface Addon {
  sets(): readonly InstructionSet[]
  team(threads: number): object
  load(
    set: number,
    plan: Int32Array,
    team: object,
  ): { readonly instance: object; readonly memory: ArrayBuffer }
  run(call: Float64Array, instance: object, memory: ArrayBuffer, team: object): Promise<void>
  runNow(call: Float64Array, instance: object, memory: ArrayBuffer, team: object): void
  release(memory: ArrayBuffer): void
}

const path = fileURLToPath(new URL('../../../build/native/sluice.node', import.meta.url))

/** Names of the instruction sets that the native runtime could use here, the best last. @throws Unsupported */
export function nativeSets(): readonly string[] {
  return addon()
    .sets()
    .map(({ name }) => name)
}

/** Opens the native device. @throws Unsupported when it is not built, or the processor lacks the instruction set */
export function openNative(options: NativeOptions = {}): Device {
  const native = addon()
  const sets = native.sets()
  const index =
    options.isa === undefined ? sets.length - 1 : sets.findIndex(({ name }) => name === options.isa)
  const set = sets[index]
  if (set === undefined) {
    const known = sets.map(({ name }) => name).join(', ')
    throw new Unsupported('unsupported/isa', { isa: options.isa ?? 'auto', known })
  }
  return new NativeDevice(native, index, set, threadCount(options.threads, availableParallelism()))
}

function addon(): Addon {
  if (!existsSync(path)) {
    throw new Unsupported('unsupported/native-missing')
  }
  try {
    return createRequire(import.meta.url)(path) as Addon
  } catch (cause) {
    throw new Unsupported('unsupported/native-broken', { reason: (cause as Error).message }, { cause })
  }
}

class NativeDevice implements Device {
  readonly machine
  readonly vectorWidth: number
  readonly fastPairs: boolean
  readonly #addon: Addon
  readonly #set: number
  readonly #team: object
  /** The team does one run at a time, also a team of one. */
  readonly #line = new Line()

  constructor(native: Addon, index: number, set: InstructionSet, threads: number) {
    this.machine = { runtime: 'native', isa: set.name, threads } as const
    this.vectorWidth = set.width
    this.fastPairs = set.fastPairs
    this.#addon = native
    this.#set = index
    this.#team = attempt(() => native.team(threads))
  }

  async load(plan: Int32Array): Promise<Loaded> {
    checkPlan(plan, this)
    checkArena(plan)
    const native = this.#addon
    const team = this.#team
    const { instance, memory } = attempt(() => native.load(this.#set, plan, team))
    const backing: Backing = {
      memory,
      offset: 0,
      length: memory.byteLength / 4,
      run: (call) => native.run(call, instance, memory, team),
      runNow: (call) => native.runNow(call, instance, memory, team),
      runsHere: true,
      free: () => native.release(memory),
    }
    return new HeldPlan(backing, this.#line)
  }
}

/** Makes sure that Node has buffers as large as a plan's arena. */
function checkArena(plan: Int32Array): void {
  const bytes = 4 * plan[header.indexOf('arena')]!
  if (bytes > constants.MAX_LENGTH) {
    const [size, most] = [Math.ceil(bytes / 2 ** 20), Math.floor(constants.MAX_LENGTH / 2 ** 20)]
    const reason = `the program takes ${size} MiB of memory, and this Node allows ${most} MiB in one piece`
    throw new Unsupported('unsupported/native-start', { reason })
  }
}

/** Does what needs threads or memory of the system. */
function attempt<T>(task: () => T): T {
  try {
    return task()
  } catch (cause) {
    throw new Unsupported('unsupported/native-start', { reason: (cause as Error).message }, { cause })
  }
}
