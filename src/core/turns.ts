/** Gives the event loop a turn now and then, so that signals, timers and closed pipes come through work that never waits. */
export class Turns {
  readonly #every: number
  #last = 0

  /** @param every milliseconds of work without a turn */
  constructor(every: number) {
    this.#every = every
  }

  /** Whether a turn should come before something that takes some milliseconds. */
  isDue(milliseconds = 0): boolean {
    return performance.now() - this.#last + milliseconds >= this.#every
  }

  /** Tells of a turn that the event loop had. */
  had(): void {
    this.#last = performance.now()
  }

  /** Gives a turn. */
  async give(): Promise<void> {
    await nextTurn()
    this.had()
  }
}

/** Not by a timer, which waits for a millisecond at least, in pages for four, and in hidden ones for a second. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') return void setImmediate(resolve)
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(undefined)
  })
}
