import type { CallName, Calls, Event, Failure, Posted } from './worker/messages.ts'

/** An error of the worker, as the page shows it. */
export class WorkerFailure extends Error {
  readonly code: string | undefined

  constructor({ code, message }: Failure) {
    super(message)
    this.name = 'WorkerFailure'
    this.code = code
  }
}

interface Waiting {
  resolve(answer: unknown): void
  reject(error: Error): void
}

/** The page's end of the line to the worker. */
export class Client {
  readonly #worker: Pick<Worker, 'postMessage' | 'addEventListener'>
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Set<(event: Event) => void>()
  #last = 0

  constructor(worker: Pick<Worker, 'postMessage' | 'addEventListener'>) {
    this.#worker = worker
    worker.addEventListener('message', ({ data }: MessageEvent<Posted>) => this.#take(data))
    worker.addEventListener('error', ({ message }: ErrorEvent) =>
      this.#fail(message ?? 'the worker of the studio did not start'),
    )
  }

  /** Asks the worker. @throws WorkerFailure */
  ask<Name extends CallName>(name: Name, ...given: Parameters<Calls[Name]>): ReturnType<Calls[Name]> {
    const id = ++this.#last
    const asked = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    this.#worker.postMessage({ id, name, given })
    return asked as ReturnType<Calls[Name]>
  }

  /** Hears what happens in the worker. @returns what ends that */
  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #take(posted: Posted): void {
    if ('event' in posted) {
      for (const listener of this.#listeners) listener(posted.event)
      return
    }
    const waiting = this.#waiting.get(posted.id)
    this.#waiting.delete(posted.id)
    if ('failure' in posted) waiting?.reject(new WorkerFailure(posted.failure))
    else waiting?.resolve(posted.answer)
  }

  #fail(message: string): void {
    for (const { reject } of this.#waiting.values()) reject(new WorkerFailure({ message }))
    this.#waiting.clear()
    for (const listener of this.#listeners) listener({ kind: 'failed', failure: { message } })
  }
}
