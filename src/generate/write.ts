import { Stream } from '../core/random.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import type { Numbers, SequenceModel } from '../model/index.ts'
import type { RuntimeSource } from '../train/index.ts'
import { type Choice, chooseToken, resolveChoice } from './choose.ts'
import { Writing } from './writing.ts'

/** How sequences are written. */
export interface WriteOptions extends Choice {
  readonly runtime: RuntimeSource
  /** Most tokens of a sequence, which ends before where the model ends it; 100 unless given. */
  readonly length?: number
  /** 1 unless given. The same seed gives the same sequences; each has random numbers of its own. */
  readonly seed?: number
  /** Number of the first sequence among all that share a seed, where they are written some at a time; 0 unless given. */
  readonly first?: number
}

/** A sequence that was written. */
export interface Written {
  readonly tokens: readonly number[]
  /** Whether the model ended it; else it was as long as allowed. */
  readonly ended: boolean
}

const known = ['runtime', 'length', 'seed', 'first', 'temperature', 'topK', 'topP']

/**
 * Writes a sequence for each of some conditions, with a model that is one-to-many or many-to-many: token after token, each
 * chosen by its probability after those before. `decode` finds the likeliest instead.
 *
 *     const [name] = await write(net, [3], { runtime, temperature: 0.8 })
 *
 * @throws SluiceError `option-value`, `option-unknown`, `example-shape` or `example-value` with the number of the condition, or
 * `model-shape` for a model of another shape
 */
export async function write(
  model: SequenceModel,
  conditions: readonly Numbers[],
  options: WriteOptions,
): Promise<readonly Written[]> {
  knownKeys('write', options, known)
  const { runtime, length = 100, seed = 1, first = 0, ...choice } = options
  wholeNumber('length', length, 0)
  const random = conditions.map(
    (_condition, row) => new Stream(wholeNumber('seed', seed, 0), wholeNumber('first', first, 0) + row),
  )
  const writer = new Writer(model, resolveChoice(choice), random)
  const steps = conditions.map((input, number) => model.layout.stepsRead({ input }, number))
  if (conditions.length === 0) return []
  const size = { inputs: conditions.length, copies: 1, longest: Math.max(...steps) }
  const writing = await Writing.open(model, runtime, size)
  try {
    await writing.begin(conditions)
    for (let step = 0; step < length && !writer.isDone; step++) await writer.step(writing)
    return writer.written
  } finally {
    writing.dispose()
  }
}

/** Sequences under way, a row each. */
class Writer {
  readonly written: readonly { tokens: number[]; ended: boolean }[]
  readonly #choice: Required<Choice>
  readonly #random: readonly Stream[]
  readonly #previous: Int32Array
  /** The class that stands before and behind a sequence. */
  readonly #mark: number

  constructor(model: SequenceModel, choice: Required<Choice>, random: readonly Stream[]) {
    this.#choice = choice
    this.#mark = model.outputSize - 1
    this.written = random.map(() => ({ tokens: [], ended: false }))
    this.#random = random
    this.#previous = new Int32Array(random.length).fill(this.#mark)
  }

  get isDone(): boolean {
    return this.written.every(({ ended }) => ended)
  }

  /** Writes one more token in every row that has not ended. */
  async step(writing: Writing): Promise<void> {
    await writing.step(this.#previous)
    this.written.forEach((row, number) => {
      if (row.ended) return
      const token = chooseToken(writing.logits(number), this.#choice, this.#random[number]!.uniform())
      this.#previous[number] = token
      if (token === this.#mark) row.ended = true
      else row.tokens.push(token)
    })
  }
}
