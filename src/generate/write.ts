import { SluiceError } from '../core/errors.ts'
import { Stream } from '../core/random.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import { type Numbers, type SequenceModel, answerOutput } from '../model/index.ts'
import { type RuntimeSource, Session, usedFor } from '../train/index.ts'
import { type Choice, chooseToken, resolveChoice } from './choose.ts'

/** How sequences are written. */
export interface WriteOptions extends Choice {
  readonly runtime: RuntimeSource
  /** Most tokens of a sequence, which ends before where the model ends it; 100 unless given. */
  readonly length?: number
  /** 1 unless given. The same seed gives the same sequences; each has random numbers of its own. */
  readonly seed?: number
}

/** A sequence that was written. */
export interface Written {
  readonly tokens: readonly number[]
  /** Whether the model ended it; else it was as long as allowed. */
  readonly ended: boolean
}

const known = ['runtime', 'length', 'seed', 'temperature', 'topK', 'topP']

/**
 * Writes a sequence for each of some conditions, with a model that is one-to-many: token after token, each chosen by its
 * probability after those before.
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
  const { runtime, length = 100, seed = 1, ...choice } = options
  const { shape } = model.config
  if (shape !== 'one-to-many') throw new SluiceError('model-shape/sample', { shape })
  wholeNumber('length', length, 0)
  const writer = new Writer(model, conditions, resolveChoice(choice), wholeNumber('seed', seed, 0))
  if (conditions.length === 0) return []
  const session = await Session.open(usedFor(model, 'continue'), runtime, {
    rows: conditions.length,
    steps: 1,
    training: false,
  })
  try {
    for (let step = 0; step < length && !writer.isDone; step++) await writer.step(session, step === 0)
    return writer.written
  } finally {
    session.dispose()
  }
}

/** Sequences under way, a row each. */
class Writer {
  readonly written: readonly { tokens: number[]; ended: boolean }[]
  readonly #model: SequenceModel
  readonly #conditions: readonly Numbers[]
  readonly #choice: Required<Choice>
  readonly #random: readonly Stream[]
  readonly #previous: Int32Array
  /** The class that stands before and behind a sequence. */
  readonly #mark: number

  constructor(model: SequenceModel, conditions: readonly Numbers[], choice: Required<Choice>, seed: number) {
    this.#model = model
    this.#conditions = conditions
    this.#choice = choice
    this.#mark = model.outputSize - 1
    this.written = conditions.map(() => ({ tokens: [], ended: false }))
    this.#random = conditions.map((_condition, row) => new Stream(seed, row))
    this.#previous = new Int32Array(conditions.length).fill(this.#mark)
  }

  get isDone(): boolean {
    return this.written.every(({ ended }) => ended)
  }

  /** Writes one more token in every row that has not ended. */
  async step(session: Session, isFirst: boolean): Promise<void> {
    const input = this.#model.layout.next(this.#conditions, this.#previous, isFirst)
    await session.run(input, { mode: 'forward', training: false })
    const logits = session.read(answerOutput)
    const size = this.#model.outputSize
    this.written.forEach((row, number) => {
      if (row.ended) return
      const own = logits.subarray(number * size, (number + 1) * size)
      const token = chooseToken(own, this.#choice, this.#random[number]!.uniform())
      this.#previous[number] = token
      if (token === this.#mark) row.ended = true
      else row.tokens.push(token)
    })
  }
}
