import { SluiceError, Unsupported, invariant } from '../core/errors.ts'
import { Turns } from '../core/turns.ts'
import { call as fields, header, magic, version } from '../plan/format.ts'
import type { Machine } from './types.ts'

/** A machine that runs lowered plans: the native addon or WebAssembly, with an instruction set and threads. */
export interface Device {
  readonly machine: Machine
  /** Floats in a vector: what a plan must be lowered for. */
  readonly vectorWidth: number
  /** Whether products in bf16 are faster than in float32. */
  readonly fastPairs: boolean
  /**
   * Gives a plan (see src/plan/format.ts) an arena of zeros.
   * @throws Unsupported when the plan is for another vector width or memory is short
   */
  load(plan: Int32Array): Promise<Loaded>
}

/** A plan with its arena. */
export interface Loaded {
  /** Whether the views are a copy of the arena, of which each call moves what its `exchange` says. */
  readonly isCopy: boolean
  /** The arena as floats and as words: two views of the same memory. */
  readonly floats: Float32Array
  readonly ints: Int32Array
  /**
   * Runs a call: off the event loop, or on the calling thread where that is known to be short and no slower.
   * @param call one float64 for each field of `call` in src/plan/format.ts; the results are written back into it
   * @param exchange what to move where the views are a copy; everything unless given
   */
  run(call: Float64Array, exchange?: Exchange): Promise<void>
  /** Whether a call can run on the calling thread: all calls of the device have ended, and the arena is no copy. */
  readonly isIdle: boolean
  /** Runs a call on the calling thread, if the device is idle. */
  runNow(call: Float64Array): void
  /** Frees the arena; after it both views are empty or must not be used. A run that is under way ends first. */
  dispose(): void
}

/** Floats [start, end) of an arena. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** What a call must move between the arena and its copy. */
export interface Exchange {
  /** Written since the call before. */
  readonly written: readonly Range[]
  /** Read after this call. */
  readonly wanted: readonly Range[]
}

/** What a host gives for a loaded plan. */
export interface Backing {
  readonly memory: ArrayBufferLike
  /** Whether the memory is a copy of the one that runs. */
  readonly isCopy?: true
  /** Bytes from the start of the memory to the arena, and floats of the arena. */
  readonly offset: number
  readonly length: number
  run(call: Float64Array, exchange?: Exchange): Promise<void>
  /** Runs a call on the calling thread; absent where the memory is a copy. */
  readonly runNow?: (call: Float64Array) => void
  /** Whether `runNow` takes no longer than `run` does. */
  readonly runsHere?: boolean
  free(): void
}

/** Milliseconds that calls may keep the event loop waiting. */
const longestBlock = 6
const eventLoop = new Turns(longestBlock)

/** Milliseconds for which no other line may have had a call, so that several run at once on threads of their own. */
const longAlone = 100
/** The line that had the last call, and since when no other had any. */
let latest: Line | undefined
let alone = 0

/** Notes a call of a line. @returns whether there were no others lately */
function isAlone(line: Line): boolean {
  const now = performance.now()
  if (line !== latest) alone = now
  latest = line
  return now - alone > longAlone
}

/** How long calls take, by their mode and steps. */
class Times {
  readonly #taken = new Map<number, number>()

  /** Milliseconds that the last call of this kind took; infinite if there was none. */
  of(call: Float64Array): number {
    return this.#taken.get(keyOf(call)) ?? Infinity
  }

  note(call: Float64Array, milliseconds: number): void {
    this.#taken.set(keyOf(call), milliseconds)
  }
}

const [mode, steps] = (['mode', 'steps'] as const).map((name) => fields.indexOf(name)) as [number, number]
const keyOf = (call: Float64Array): number => call[steps]! * 16 + call[mode]!

/** A loaded plan whose calls wait for each other in a line. */
export class HeldPlan implements Loaded {
  readonly isCopy: boolean
  readonly floats: Float32Array
  readonly ints: Int32Array
  readonly #backing: Backing
  readonly #line: Line
  readonly #times = new Times()
  readonly #turns: Turns
  #disposed = false

  /** @param turns when the event loop had its turns, of all plans together unless given */
  constructor(backing: Backing, line: Line, turns = eventLoop) {
    this.#backing = backing
    this.#line = line
    this.#turns = turns
    this.isCopy = backing.isCopy ?? false
    this.floats = new Float32Array(backing.memory, backing.offset, backing.length)
    this.ints = new Int32Array(backing.memory, backing.offset, backing.length)
  }

  async run(call: Float64Array, exchange?: Exchange): Promise<void> {
    this.#requireAlive()
    await this.#line.next(() => this.#runNext(call, exchange))
  }

  /**
   * Runs a call that is known to be short on this thread: waking another, and being woken by it, takes 0.15 ms, a good
   * part of a step of a small model. The event loop has its turns between such calls.
   */
  async #runNext(call: Float64Array, exchange?: Exchange): Promise<void> {
    const { runsHere = false, runNow } = this.#backing
    const expected = this.#times.of(call)
    const runHere = isAlone(this.#line) && runsHere && expected < longestBlock ? runNow : undefined
    if (runHere && this.#turns.isDue(expected)) await this.#turns.give()
    const start = performance.now()
    if (runHere) runHere(call)
    else await this.#backing.run(call, exchange)
    this.#times.note(call, performance.now() - start)
  }

  get isIdle(): boolean {
    return this.#backing.runNow !== undefined && this.#line.isEmpty
  }

  runNow(call: Float64Array): void {
    this.#requireAlive()
    invariant(this.isIdle && this.#backing.runNow, 'one call at a time, in memory that the caller has')
    this.#backing.runNow(call)
  }

  #requireAlive(): void {
    if (this.#disposed) {
      throw new SluiceError('disposed')
    }
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    void this.#line.next(async () => this.#backing.free())
  }
}

/** Tasks that run one after the other. */
export class Line {
  #last: Promise<unknown> = Promise.resolve()
  #tasks = 0

  /** Whether all tasks have ended. */
  get isEmpty(): boolean {
    return this.#tasks === 0
  }

  /** Runs a task after all earlier ones, whether they failed or not. */
  next<T>(task: () => Promise<T>): Promise<T> {
    this.#tasks++
    const end = (): void => void this.#tasks--
    const result = this.#last.then(task)
    this.#last = result.then(end, end)
    return result
  }
}

/** Makes sure that a plan is one for a device. */
export function checkPlan(
  plan: Int32Array,
  { machine, vectorWidth }: Pick<Device, 'machine' | 'vectorWidth'>,
): void {
  const read = (field: (typeof header)[number]): number | undefined => plan[header.indexOf(field)]
  if (read('magic') !== magic || read('version') !== version) {
    throw new Unsupported('unsupported/plan-version', { version })
  }
  const planned = read('vectorWidth')
  if (planned !== vectorWidth) {
    const { runtime, isa } = machine
    throw new Unsupported('unsupported/plan-width', {
      planned: planned ?? 0,
      runtime,
      isa,
      width: vectorWidth,
    })
  }
}

/** Checks a wanted number of threads, or takes all cores. */
export function threadCount(wanted: number | undefined, cores: number): number {
  if (wanted === undefined) return Math.max(1, cores)
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 1024) {
    throw new SluiceError('threads/number', { value: wanted })
  }
  return wanted
}
