import { wholeNumber } from './check.ts'
import { tooShort } from './too-short.ts'

/** One window of a batch. */
export interface Window {
  /** Length, 1 to the window of the batching. */
  readonly steps: number
  /** Inputs `[steps][rows]`. */
  readonly tokens: Int32Array
  /** What follows each input, `[steps][rows]`; -1 where nothing does, or where that is held out. */
  readonly targets: Int32Array
  /** Targets that are not -1. */
  readonly predictions: number
}

/** Rows of equal length in a stream of tokens: row r starts at `first + r * stride`. */
export interface Rows {
  readonly tokens: Int32Array
  readonly batch: number
  readonly first: number
  readonly stride: number
  /** Positions of each row. */
  readonly length: number
  /** Whether the last position of a row has no target, though the stream goes on. */
  readonly closed: boolean
}

/** How a stream is cut. */
export interface Batching {
  /** Rows read in parallel. */
  readonly batch: number
  /** Positions of a window, the length of backpropagation through time. */
  readonly window: number
}

/**
 * Cuts a stream into `batch` rows and slides a window along them, as the character-wise lesson does: [1 … 12] with
 * batch 2 and window 3 gives [[1,2,3],[7,8,9]], then [[4,5,6],[10,11,12]]. The target of each position is the next
 * token of the stream (6's is 7); the very last position has none. What does not fill a row is left out, and the last
 * window is shorter where the rows are no multiple of the window. State is carried from window to window.
 * @param unit what tokens are called, for errors
 */
export function windows(tokens: Int32Array, { batch, window }: Batching, unit = 'characters'): Windows {
  wholeNumber('batch', batch, 1)
  wholeNumber('window', window, 1)
  const count = tokens.length
  const fits = (given: Batching): boolean => count >= 2 && Math.floor(count / given.batch) >= given.window
  if (!fits({ batch, window })) throw tooShort({ batch, window }, fits, { count, unit })
  const length = Math.floor(count / batch)
  return new Windows({ tokens, batch, first: 0, stride: length, length, closed: false }, window)
}

/** The windows of one epoch, by number. */
export class Windows implements Iterable<Window> {
  readonly rows: Rows
  readonly window: number
  /** Predictions of an epoch. */
  readonly predictions: number
  /** Windows in an epoch that hold a prediction. */
  readonly count: number

  constructor(rows: Rows, window: number) {
    const { batch, first, stride, length, closed, tokens } = rows
    const ends = first + (batch - 1) * stride + length === tokens.length
    const left = closed ? batch : ends ? 1 : 0
    this.rows = rows
    this.window = window
    this.predictions = batch * length - left
    this.count = Math.ceil((left === batch ? length - 1 : length) / window)
  }

  /** Window number `index` of an epoch, from 0. */
  at(index: number): Window {
    const { batch, length } = this.rows
    const start = index * this.window
    const steps = Math.min(this.window, length - start)
    const tokens = new Int32Array(steps * batch)
    const targets = new Int32Array(steps * batch)
    let predictions = 0
    for (let step = 0; step < steps; step++) {
      for (let row = 0; row < batch; row++) {
        const target = this.#target(row, start + step)
        tokens[step * batch + row] = this.#token(row, start + step)
        targets[step * batch + row] = target
        if (target >= 0) predictions++
      }
    }
    return { steps, tokens, targets, predictions }
  }

  #token(row: number, position: number): number {
    const { tokens, first, stride } = this.rows
    return tokens[first + row * stride + position]!
  }

  #target(row: number, position: number): number {
    const { tokens, first, stride, length, closed } = this.rows
    if (closed && position === length - 1) return -1
    return tokens[first + row * stride + position + 1] ?? -1
  }

  *[Symbol.iterator](): Iterator<Window> {
    for (let index = 0; index < this.count; index++) yield this.at(index)
  }
}
