/**
 * Tokens by falling logit, equal ones by token. Only as many are put in order as are asked for: of a peaked
 * distribution that is few.
 */
export class Ranking {
  readonly #logits: ArrayLike<number>
  /** The first `#left` make a heap of the tokens that are not ranked yet, with the next one on top. */
  readonly #heap: Int32Array
  #left: number

  constructor(logits: ArrayLike<number>) {
    this.#logits = logits
    this.#left = logits.length
    this.#heap = Int32Array.from(logits, (_logit, token) => token)
    for (let at = (logits.length >> 1) - 1; at >= 0; at--) this.#sink(at)
  }

  /** Takes the next token. There must be one. */
  next(): number {
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
    const x = this.#logits[a]!
    const y = this.#logits[b]!
    return x > y || (x === y && a < b)
  }
}
