import type { Range } from '../device.ts'

/** Messages to the worker: make room for a plan, run a call, forget a plan. */
export type ToApart =
  | {
      readonly kind: 'load'
      readonly id: number
      readonly module: WebAssembly.Module
      readonly plan: Int32Array
      /** Bytes of a new memory beside the plan. */
      readonly beside: number
    }
  | {
      readonly kind: 'run'
      readonly id: number
      readonly call: Float64Array
      /** What is to stand in the arena before the call, as bits. */
      readonly written: readonly { readonly start: number; readonly bits: Int32Array }[]
      /** What is to be sent back after it. */
      readonly wanted: readonly Range[]
    }
  | { readonly kind: 'drop'; readonly id: number }

/** The answer to `load` and `run`. */
export interface FromApart {
  /** Empty, or why it failed. */
  readonly error: string
  /** After `load`: bytes that the memory must have, and the part of them that is the arena. */
  readonly bytes: number
  readonly arenaBytes: number
  /** After `run`: what it gave. */
  readonly call: Float64Array
  readonly read: readonly Int32Array[]
}

/** What the worker knows of a plan. */
interface Placed {
  readonly memory: WebAssembly.Memory
  readonly arena: () => number
  readonly call: () => number
  readonly run: (thread: number) => void
}

/** What the worker does that has plans in memory of its own (see `Serve` in host.ts). */
export function serveApart(
  listen: (handler: (message: ToApart) => void) => void,
  post: (message: FromApart, transfer: ArrayBuffer[]) => void,
): void {
  const plans = new Map<number, Placed>()
  const answer = { error: '', bytes: 0, arenaBytes: 0, call: new Float64Array(), read: [] }
  const worker = {
    load({ id, module, plan, beside }: Extract<ToApart, { kind: 'load' }>) {
      const page = 65536
      const memory = new WebAssembly.Memory({ initial: Math.ceil((beside + plan.byteLength) / page) })
      const { exports } = new WebAssembly.Instance(module, { env: { memory } })
      const start = Math.ceil((exports['__heap_base'] as WebAssembly.Global<'i32'>).value / 64) * 64
      new Int32Array(memory.buffer, start, plan.length).set(plan)
      const place = exports['place'] as (plan: number, words: number, threads: number) => number
      answer.bytes = place(start, plan.length, 1)
      memory.grow(Math.max(0, Math.ceil((answer.bytes - memory.buffer.byteLength) / page)))
      const placed = { ...(exports as unknown as Placed), memory }
      plans.set(id, placed)
      post({ ...answer, arenaBytes: answer.bytes - (placed.arena() >>> 0) }, [])
    },
    run({ id, call, written, wanted }: Extract<ToApart, { kind: 'run' }>) {
      const placed = plans.get(id)!
      const { buffer } = placed.memory
      const arena = new Int32Array(buffer, placed.arena() >>> 0)
      const inside = new Float64Array(buffer, placed.call() >>> 0, call.length)
      for (const { start, bits } of written) arena.set(bits, start)
      inside.set(call)
      placed.run(0)
      const read = wanted.map(({ start, end }) => arena.slice(start, end))
      post(
        { ...answer, call: inside.slice(), read },
        read.map((bits) => bits.buffer),
      )
    },
    drop({ id }: Extract<ToApart, { kind: 'drop' }>) {
      plans.delete(id)
    },
  }
  listen((message) => {
    try {
      worker[message.kind](message as never)
    } catch (error) {
      post({ ...answer, error: String(error) }, [])
    }
  })
}
