import { SluiceError } from '../core/errors.ts'
import type { Batch, BatchSource } from './batches.ts'
import { type Bucket, bucketByLength } from './buckets.ts'

/** What puts examples of one kind into batches: a model. */
export interface ExampleReader<Example> {
  /** Steps that an example takes, all of which is checked. @param number of the example, for errors */
  stepsOf(example: Example, number: number): number
  /** Examples side by side, in a program of so many rows and steps. */
  batch(examples: readonly Example[], rows: number, longest: number): Batch
}

/** How examples are read. */
export interface ExampleOrder {
  /** Rows of a batch, and most examples. */
  readonly batch: number
  /** Shuffles every epoch anew; absent: no epoch is shuffled. */
  readonly seed?: number
  /** Steps of the program, which may be more than those of the longest example; these unless given. */
  readonly longest?: number | undefined
}

/**
 * The batches of examples in memory: those of about the same length together, longest first, shuffled for each epoch. The
 * order follows from seed and epoch alone.
 * @throws SluiceError `examples-few`, or what `stepsOf` throws
 */
export function exampleBatches<Example>(
  reader: ExampleReader<Example>,
  examples: readonly Example[],
  { batch: rows, seed, longest }: ExampleOrder,
): BatchSource {
  if (examples.length === 0) throw new SluiceError('examples-few/none', {})
  const lengths = examples.map((example, index) => reader.stepsOf(example, index))
  const steps = lengths.reduce((most, length) => Math.max(most, length), 1)
  const orderOf = rememberLast((epoch) => bucketsOf(lengths, { batch: rows, seed }, [epoch]))
  return {
    rows,
    steps,
    count: Math.ceil(examples.length / rows),
    at(index, epoch) {
      const { sequences } = orderOf(epoch)[index]!
      return reader.batch(
        sequences.map((number) => examples[number]!),
        rows,
        longest ?? steps,
      )
    },
  }
}

/** The batches of examples, by numbers that name their order, such as that of the epoch. */
export function bucketsOf(
  lengths: ArrayLike<number>,
  { batch, seed }: { readonly batch: number; readonly seed: number | undefined },
  labels: readonly number[],
): readonly Bucket[] {
  return bucketByLength(lengths, { batch, ...(seed !== undefined && { seed, labels }) }).batches
}

/** A function that keeps its last result. */
function rememberLast<T>(make: (key: number) => T): (key: number) => T {
  let last: { readonly key: number; readonly made: T } | undefined
  return (key) => {
    if (last?.key !== key) last = { key, made: make(key) }
    return last.made
  }
}
