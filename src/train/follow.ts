import { SluiceError } from '../core/errors.ts'
import { knownKeys, wholeNumber } from '../data/index.ts'
import { type Numbers, type SequenceModel, answerOutput, writes } from '../model/index.ts'
import { type Prediction, answer, rowOf } from './answers.ts'
import { usedFor } from './predict.ts'
import { Session } from './session.ts'
import type { RuntimeSource } from './trainable.ts'

/** How sequences are followed. */
export interface FollowOptions {
  readonly runtime: RuntimeSource
  /** Sequences that are followed side by side; 1 unless given. */
  readonly rows?: number
}

/**
 * Follows sequences while they happen, one step after the other, with the current weights of a model: what comes next may
 * depend on the answers.
 *
 *     const following = await follow(net, { runtime })
 *     for (const reading of readings) console.log((await following.next([reading]))[0].probabilities)
 *     following.end()
 *
 * @throws SluiceError `model-unsupported` where a layer reads backward, `model-shape` for a model that writes
 */
export async function follow(model: SequenceModel, options: FollowOptions): Promise<Following> {
  knownKeys('follow', options, ['runtime', 'rows'])
  const { runtime, rows = 1 } = options
  const { shape } = model.config
  if (writes(model.config)) throw new SluiceError('model-shape/predict', { shape })
  const size = { rows: wholeNumber('rows', rows, 1), steps: 1, training: false }
  return new Following(model, await Session.open(usedFor(model, 'continue'), runtime, size), rows)
}

/** Sequences that are being followed. */
export class Following {
  readonly #model: SequenceModel
  readonly #session: Session
  readonly #rows: number

  constructor(model: SequenceModel, session: Session, rows: number) {
    this.#model = model
    this.#session = session
    this.#rows = rows
  }

  /** The answers to one more step, one a row. @throws SluiceError `example-shape` or `example-value` with the row */
  async next(inputs: readonly Numbers[]): Promise<readonly Prediction[]> {
    const rows = this.#rows
    if (inputs.length !== rows) throw new SluiceError('example-shape/rows', { rows, given: inputs.length })
    const input = this.#model.layout.step(inputs)
    await this.#session.run(input, { mode: 'forward', training: false })
    const output = this.#session.read(answerOutput)
    const size = this.#model.outputSize
    return inputs.map((_input, row) =>
      answer(this.#model, rowOf(output, { row, rows, size, first: 0, last: 1 })),
    )
  }

  /** Begins anew in every row. */
  begin(): void {
    this.#session.reset()
  }

  /** Frees what running takes. */
  end(): void {
    this.#session.dispose()
  }
}
