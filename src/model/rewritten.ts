import type { Batch } from '../data/index.ts'

/** What a model answered to a batch, `[steps][rows][classes + 1]`, and where it is to read its own tokens. */
interface Answered {
  readonly output: ArrayLike<number>
  /** Classes; the mark, which stands behind them, is never an own token. */
  readonly classes: number
  readonly isOwn: () => boolean
}

/** A batch in which some of the tokens that are read again are those that a model held for likeliest at the step before. */
export function rewritten(batch: Batch, { output, classes, isOwn }: Answered): Batch {
  const previous = Int32Array.from(batch.inputs.previous!)
  const rows = previous.length / batch.steps
  for (let at = rows; at < previous.length; at++) {
    if (previous[at]! < 0 || !isOwn()) continue
    previous[at] = largest(output, (at - rows) * (classes + 1), classes)
  }
  return { ...batch, inputs: { ...batch.inputs, previous } }
}

/** The place of the largest of some numbers, the first of equals. */
function largest(numbers: ArrayLike<number>, first: number, count: number): number {
  let best = 0
  for (let i = 1; i < count; i++) if (numbers[first + i]! > numbers[first + best]!) best = i
  return best
}
