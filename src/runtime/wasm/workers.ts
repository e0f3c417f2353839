import { SluiceError } from '../../core/errors.ts'
import type { Host, HostWorker } from './host.ts'
import { type FromWorker, type ToWorker, serveShared } from './shared-worker.ts'

/** The workers of a device: together they do one run at a time. */
export class Workers {
  readonly #members: readonly HostWorker<ToWorker, FromWorker>[]
  #answers: ((error: string) => void) | undefined
  #failure: string | undefined
  #plans = 0

  constructor(host: Host, threads: number) {
    this.#members = Array.from({ length: threads }, () => host.worker(serveShared))
    for (const member of this.#members) {
      member.listen(
        ({ error }) => this.#answers?.(error),
        (error) => this.#fail(error.message),
      )
    }
  }

  /** Gives every worker a plan's memory. @returns the plan's number */
  load(module: WebAssembly.Module, memory: WebAssembly.Memory, stackOf: (thread: number) => number): number {
    const id = this.#plans++
    this.#members.forEach((member, thread) => {
      member.post({ kind: 'load', id, module, memory, stack: stackOf(thread) })
    })
    return id
  }

  drop(id: number): void {
    for (const member of this.#members) member.post({ kind: 'drop', id })
  }

  /** Runs the call that the plan's memory describes, each thread's part in its worker. */
  async run(id: number): Promise<void> {
    if (this.#failure !== undefined) throw crash(this.#failure)
    this.#hold(true)
    try {
      await new Promise<void>((resolve, reject) => {
        let waiting = this.#members.length
        this.#answers = (error) => {
          if (error !== '') {
            this.#failure ??= error // the other workers wait for it in vain
            reject(crash(error))
          } else if (--waiting === 0) {
            resolve()
          }
        }
        this.#members.forEach((member, thread) => member.post({ kind: 'run', id, thread }))
      })
    } finally {
      this.#answers = undefined
      this.#hold(false)
    }
  }

  #fail(error: string): void {
    this.#failure ??= error
    this.#answers?.(error)
  }

  #hold(busy: boolean): void {
    for (const member of this.#members) member.hold(busy)
  }
}

/** The error where a run failed, after which nothing is sure. */
export function crash(reason: string): SluiceError {
  return new SluiceError('internal', { problem: `the WebAssembly runtime stopped (${reason})` })
}
