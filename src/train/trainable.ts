import type { Batch, Tokenizer } from '../data/index.ts'
import type { ProgramOptions, Weights } from '../model/index.ts'
import type { Program, Runtime } from '../runtime/index.ts'

export type { ProgramOptions, Weights }

/** What runs a model; it may still be loading. */
export type RuntimeSource = Runtime | Promise<Runtime>

/** A model that a session runs and trains. Its programs have the output `loss`, a mean over the predictions of a batch. */
export interface Runnable {
  /** Plain JSON that the model can be built from again, equations included. */
  readonly config: object
  readonly parameters: ReadonlyMap<string, Weights>
  /** How outside data is read and answers are written, as plain JSON; stored with the model. */
  readonly codec?: object
  program(options: ProgramOptions): Program
  /**
   * Of a model that reads again what it wrote: a batch that reads its own likeliest tokens, as `output` to the batch as it is has
   * them, wherever `isOwn`, asked once for each in their order, says so.
   */
  readonly rewritten?: ((batch: Batch, output: ArrayLike<number>, isOwn: () => boolean) => Batch) | undefined
}

/**
 * A model of the next token, as training and sampling need it. Its program has the inputs `tokens` and `targets`
 * (integers, -1 = left out of the loss), `begins` where states are learned, the outputs `loss` (mean over targets) and
 * `logits`, and the final states.
 */
export interface Trainable extends Runnable {
  readonly vocabulary: Tokenizer
}
