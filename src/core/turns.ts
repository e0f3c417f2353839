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
    await new Promise<void>((resolve) => {
      // A timer waits for a millisecond at least, and browsers have nothing else.
      if (typeof setImmediate === 'function') setImmediate(resolve)
      else setTimeout(resolve, 0)
    })
    this.had()
  }
}
