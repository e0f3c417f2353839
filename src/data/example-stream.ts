import { SluiceError } from '../core/errors.ts'
import { wholeNumber } from './check.ts'
import type { BatchSource } from './batches.ts'
import { type ExampleOrder, type ExampleReader, bucketsOf } from './example-batches.ts'
import { Digest } from './digest.ts'

/** Examples that are read again and again from their beginning, always the same in the same order. */
export type OpenExamples<Example> = () => AsyncIterable<Example> | Iterable<Example>

/** Examples of which only a chunk is in memory. */
export interface ExampleStream<Example> {
  readonly name: string
  readonly open: OpenExamples<Example>
  /** Examples in memory at once, and shuffled among each other. */
  readonly chunk: number
  readonly count: number
  /** Steps of the longest. */
  readonly steps: number
  readonly sha256: string
}

/**
 * Reads through examples that are larger than memory, once, checks and counts them. An epoch then reads them again, chunk
 * after chunk; the examples of a chunk are shuffled and put into batches, so that a run that goes on reads what it would have
 * read. The order of the chunks is that of the examples: a file that is sorted by class should be shuffled first.
 * @param open gives all examples from the beginning, at each call the same
 * @throws SluiceError `examples-few`, `option-value`, or what the model says of a wrong example
 */
export async function streamExamples<Example>(
  reader: ExampleReader<Example>,
  open: OpenExamples<Example>,
  { chunk = 10_000, name = 'the examples' }: { readonly chunk?: number; readonly name?: string } = {},
): Promise<ExampleStream<Example>> {
  wholeNumber('chunk', chunk, 1)
  const digest = new Digest()
  let [count, steps] = [0, 1]
  for await (const example of open()) {
    steps = Math.max(steps, reader.stepsOf(example, count++))
    await digest.add(example)
  }
  if (count === 0) throw new SluiceError('examples-few/none', {})
  return { name, open, chunk, count, steps, sha256: await digest.finish() }
}

/** The batches of streamed examples. */
export function streamBatches<Example>(
  reader: ExampleReader<Example>,
  stream: ExampleStream<Example>,
  { batch: rows, seed, longest }: ExampleOrder,
): BatchSource {
  const { chunk, count, steps } = stream
  const perChunk = Math.ceil(Math.min(chunk, count) / rows)
  const whole = Math.floor(count / chunk)
  const chunks = new Chunks(reader, stream)
  return {
    rows,
    steps,
    count: whole * Math.ceil(chunk / rows) + Math.ceil((count - whole * chunk) / rows),
    async at(index, epoch) {
      const number = Math.floor(index / perChunk)
      const { examples, lengths } = await chunks.read(number)
      const { sequences } = bucketsOf(lengths, { batch: rows, seed }, [epoch, number])[
        index - number * perChunk
      ]!
      return reader.batch(
        sequences.map((each) => examples[each]!),
        rows,
        longest ?? steps,
      )
    },
    close: () => chunks.restart(),
  }
}

interface Chunk<Example> {
  readonly number: number
  readonly examples: readonly Example[]
  readonly lengths: readonly number[]
}

/** Chunks by number, one after the other: a later one is read on, an earlier one from the beginning. */
class Chunks<Example> {
  readonly #reader: ExampleReader<Example>
  readonly #stream: ExampleStream<Example>
  #source: AsyncIterator<Example> | Iterator<Example> | undefined
  #last: Chunk<Example> | undefined

  constructor(reader: ExampleReader<Example>, stream: ExampleStream<Example>) {
    this.#reader = reader
    this.#stream = stream
  }

  async read(number: number): Promise<Chunk<Example>> {
    if (this.#last && number < this.#last.number) await this.restart()
    while (!this.#last || this.#last.number < number)
      this.#last = await this.#take(this.#last ? this.#last.number + 1 : 0)
    return this.#last
  }

  /** Ends reading; what comes next begins anew. */
  async restart(): Promise<void> {
    const source = this.#source
    this.#source = undefined
    this.#last = undefined
    await source?.return?.()
  }

  async #take(number: number): Promise<Chunk<Example>> {
    const first = number * this.#stream.chunk
    const size = Math.min(this.#stream.chunk, this.#stream.count - first)
    const examples: Example[] = []
    this.#source ??= iterate(this.#stream.open())
    while (examples.length < size) {
      const { value, done } = await this.#source.next()
      if (done)
        throw new SluiceError('examples-changed', { name: this.#stream.name, count: this.#stream.count })
      examples.push(value)
    }
    return {
      number,
      examples,
      lengths: examples.map((example, i) => this.#reader.stepsOf(example, first + i)),
    }
  }
}

function iterate<T>(all: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in all ? all[Symbol.asyncIterator]() : all[Symbol.iterator]()
}
