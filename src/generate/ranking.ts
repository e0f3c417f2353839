/**
 * Tokens by falling logit, equal ones by token; NaN first, so that it does not pass unseen. Only as many are put in
 * order as are asked for: of a peaked distribution that is few.
 */
export class Ranking {
  readonly #logits: ArrayLike<number>
  /** Tokens that are not ranked yet, the first `#left`: a heap with the next one on top. */
  readonly #heap: Int32Array
  #left: number
  readonly #ranked: number[] = []

  constructor(logits: ArrayLike<number>) {
    this.#logits = logits
    this.#left = logits.length
    this.#heap = new Int32Array(logits.length)
    for (let token = 0; token < logits.length; token++) this.#heap[token] = token
    for (let at = (logits.length >> 1) - 1; at >= 0; at--) this.#sink(at)
  }

  /** The token at a position from 0; `undefined` beyond the last. */
  at(position: number): number | undefined {
    while (this.#ranked.length <= position && this.#left > 0) this.#ranked.push(this.#take())
    return this.#ranked[position]
  }

  /** Counts and sums the weights of the first tokens: at most `most`, and only until the sum is `enough`. */
  until(most: number, enough: number, weight: (token: number) => number): { count: number; sum: number } {
    let [count, sum] = [0, 0]
    while (count < most && sum < enough) sum += weight(this.at(count++)!)
    return { count, sum }
  }

  #take(): number {
    const top = this.#heap[0]!
    this.#heap[0] = this.#heap[--this.#left]!
    this.#sink(0)
    return top
  }

  #sink(from: number): void {
    const heap = this.#heap
    const token = heap[from]!
    let at = from
    for (let child = 2 * at + 1; child < this.#left; child = 2 * at + 1) {
      if (child + 1 < this.#left && this.#precedes(heap[child + 1]!, heap[child]!)) child++
      if (!this.#precedes(heap[child]!, token)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = token
  }

  #precedes(a: number, b: number): boolean {
    const x = orderOf(this.#logits[a]!)
    const y = orderOf(this.#logits[b]!)
    return x > y || (x === y && a < b)
  }
}

const orderOf = (logit: number): number => (Number.isNaN(logit) ? Infinity : logit)
