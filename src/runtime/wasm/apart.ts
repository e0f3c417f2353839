import type { SluiceError } from '../../core/errors.ts'
import type { Backing, Exchange } from '../device.ts'
import { type FromApart, type ToApart, serveApart } from './apart-worker.ts'
import type { Host, HostWorker } from './host.ts'
import { firstBytes, tooLarge } from './memories.ts'
import type { ModuleFor } from './modules.ts'
import { crash } from './workers.ts'

/** Who waits for an answer. */
interface Waiting {
  resolve(answer: FromApart): void
  reject(error: SluiceError): void
}

/**
 * Plans in the memory of one worker, for pages that may not share memory. The owner works on a copy of each arena, of
 * which every call sends what was written and brings back what is wanted.
 */
export class Apart {
  readonly #moduleFor: ModuleFor
  readonly #worker: HostWorker<ToApart, FromApart>
  readonly #waiting: Waiting[] = []
  #failure: SluiceError | undefined
  #plans = 0

  constructor(moduleFor: ModuleFor, host: Host) {
    this.#moduleFor = moduleFor
    this.#worker = host.worker(serveApart)
    this.#worker.listen(
      (answer) => this.#next()?.resolve(answer),
      (error) => this.#fail(error),
    )
  }

  /** @throws Unsupported when memory is short */
  async place(plan: Int32Array): Promise<Backing> {
    const id = this.#plans++
    const module = await this.#moduleFor(plan)
    const { error, bytes, arenaBytes } = await this.#ask({
      kind: 'load',
      id,
      module,
      plan,
      beside: firstBytes,
    })
    if (error !== '') throw tooLarge(bytes, error)
    const copy = new Int32Array(room(arenaBytes))
    return {
      memory: copy.buffer,
      isCopy: true,
      offset: 0,
      length: copy.length,
      run: (call, exchange) => this.#run(id, call, copy, exchange),
      free: () => this.#worker.post({ kind: 'drop', id }),
    }
  }

  async #run(id: number, call: Float64Array, copy: Int32Array, exchange?: Exchange): Promise<void> {
    const all = [{ start: 0, end: copy.length }]
    const { written, wanted } = exchange ?? { written: all, wanted: all }
    const sent = written.map(({ start, end }) => ({ start, bits: copy.slice(start, end) }))
    const answer = await this.#ask(
      { kind: 'run', id, call, written: sent, wanted },
      sent.map(({ bits }) => bits.buffer),
    )
    if (answer.error !== '') throw crash(answer.error)
    call.set(answer.call)
    wanted.forEach(({ start }, index) => copy.set(answer.read[index]!, start))
  }

  async #ask(message: ToApart, transfer?: ArrayBuffer[]): Promise<FromApart> {
    if (this.#failure !== undefined) throw this.#failure
    this.#worker.hold(true)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.post(message, transfer)
    })
  }

  /** Answers come in the order of the questions. */
  #next(): Waiting | undefined {
    const waiting = this.#waiting.shift()
    if (this.#waiting.length === 0) this.#worker.hold(false)
    return waiting
  }

  #fail({ message }: Error): void {
    this.#failure ??= crash(message)
    for (let next = this.#next(); next !== undefined; next = this.#next()) next.reject(this.#failure)
  }
}

/** A buffer of zeros for a copy of the arena. @throws Unsupported when there is no more */
function room(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    throw tooLarge(bytes, cause)
  }
}
