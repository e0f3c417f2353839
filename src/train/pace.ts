/** How fast training is, from the time that updates take. */
export class Pace {
  readonly #started = performance.now()
  #updates = 0
  #tokens = 0
  #seconds = 0

  /** Notes one update. Older updates count for less and less (half after seven). */
  add(tokens: number, seconds: number): void {
    const kept = 0.9
    this.#updates++
    this.#tokens = this.#tokens * kept + tokens
    this.#seconds = this.#seconds * kept + seconds
  }

  /** Predictions trained on in a second, without validation and checkpoints. */
  get tokensPerSecond(): number {
    return this.#tokens / Math.max(1e-9, this.#seconds)
  }

  /** Seconds since training started. */
  get elapsed(): number {
    return (performance.now() - this.#started) / 1000
  }

  /** Seconds that so many more updates will take, with everything that belongs to them. */
  left(updates: number): number {
    return (this.elapsed / Math.max(1, this.#updates)) * updates
  }
}
