/** What is known of the last sample. */
interface Last {
  readonly loss: number
  readonly seconds: number
}

/** After so many seconds a sample is due if the loss is at most this share of what it was at the last one. */
const rules = [
  { seconds: 2.5, share: 0.92 },
  { seconds: 10, share: 0.98 },
  { seconds: 120, share: Infinity },
] as const

/**
 * When to show a sample in a terminal: at the start, then when the loss fell, and after a while in any case, but not
 * more often than people read.
 */
export class SampleTimes {
  #last: Last | undefined

  /** Whether it is time for a sample; then the time is noted. */
  due(loss: number, seconds: number): boolean {
    if (!this.#isDue(loss, seconds)) return false
    this.#last = { loss, seconds }
    return true
  }

  #isDue(loss: number, seconds: number): boolean {
    const last = this.#last
    if (!last) return true
    return rules.some((rule) => seconds - last.seconds >= rule.seconds && loss <= last.loss * rule.share)
  }
}

/** A mean in which older values count for less and less. */
export class Smoothed {
  readonly #kept: number
  #sum = 0
  #weight = 0

  /** @param kept what a value counts for one value later, in (0, 1) */
  constructor(kept: number) {
    this.#kept = kept
  }

  /** Takes one more value, and gives the mean. */
  add(value: number): number {
    this.#sum = this.#sum * this.#kept + value
    this.#weight = this.#weight * this.#kept + 1
    return this.#sum / this.#weight
  }
}
