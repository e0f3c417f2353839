import { Stream } from '../core/random.ts'
import { wholeNumber } from './check.ts'

/** How sequences are put into batches. */
export interface Bucketing {
  /** Most sequences of a batch. */
  readonly batch: number
  /** Shuffles sequences of equal length and the order of the batches; absent: neither is. */
  readonly seed?: number
  /** Name an order of that seed, such as the number of the epoch. */
  readonly labels?: readonly number[]
}

/** Sequences that are read in parallel. */
export interface Bucket {
  /** Numbers of the sequences, longest first. */
  readonly sequences: readonly number[]
  /** Length of the longest. */
  readonly steps: number
  /** Sum of the lengths. */
  readonly tokens: number
}

/** All sequences in batches. */
export interface Buckets {
  readonly batches: readonly Bucket[]
  /** Sum of all lengths. */
  readonly tokens: number
  /** Places that are padded: steps times sequences of each batch, less its tokens. */
  readonly padding: number
}

/**
 * Puts sequences of about the same length together, so that little is padded: sorts them by length and cuts the order into
 * batches; the last has what is left. Rows of a batch stand longest first, which runs fastest. The same for the same seed.
 * @param lengths whole numbers from 0
 * @throws SluiceError `option-value`
 */
export function bucketByLength(lengths: ArrayLike<number>, { batch, seed, labels = [] }: Bucketing): Buckets {
  wholeNumber('batch', batch, 1)
  const random =
    seed === undefined ? undefined : new Stream(wholeNumber('seed', seed, 0, 2 ** 32 - 1), ...labels)
  const given = Array.from({ length: lengths.length }, (_unused, index) => index)
  const lengthOf = (index: number): number => wholeNumber(`length ${index}`, lengths[index], 0)
  const order = shuffled(given, random).toSorted((a, b) => lengthOf(b) - lengthOf(a))
  const cut = Array.from({ length: Math.ceil(order.length / batch) }, (_unused, index): Bucket => {
    const sequences = order.slice(index * batch, (index + 1) * batch)
    const tokens = sequences.reduce((sum, sequence) => sum + lengths[sequence]!, 0)
    return { sequences, steps: lengths[sequences[0]!]!, tokens }
  })
  const tokens = cut.reduce((sum, bucket) => sum + bucket.tokens, 0)
  const places = cut.reduce((sum, { steps, sequences }) => sum + steps * sequences.length, 0)
  return { batches: shuffled(cut, random), tokens, padding: places - tokens }
}

/** The same things in another order, each equally likely (Fisher and Yates 1938). */
function shuffled<T>(things: readonly T[], random: Stream | undefined): readonly T[] {
  const order = [...things]
  if (!random) return order
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    ;[order[last], order[other]] = [order[other]!, order[last]!]
  }
  return order
}

/** Sequences of tokens side by side, as programs take them. */
export interface PaddedBatch {
  readonly steps: number
  /** `[steps][rows]`; `padding` at and after the length of each row. */
  readonly tokens: Int32Array
  /** One number a row. */
  readonly lengths: Int32Array
}

/**
 * Puts sequences side by side and pads them to the longest; with more `rows` than sequences the others have length 0.
 * @param padding what stands in the padding: -1, no token at all, unless given
 */
export function padded(
  sequences: readonly ArrayLike<number>[],
  rows = sequences.length,
  padding = -1,
): PaddedBatch {
  wholeNumber('rows', rows, sequences.length)
  const lengths = Int32Array.from({ length: rows }, (_unused, row) => sequences[row]?.length ?? 0)
  const steps = Math.max(1, ...lengths)
  const tokens = new Int32Array(steps * rows).fill(padding)
  sequences.forEach((sequence, row) => {
    for (let step = 0; step < sequence.length; step++) tokens[step * rows + row] = sequence[step]!
  })
  return { steps, tokens, lengths }
}
