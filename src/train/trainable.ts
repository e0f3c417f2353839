import type { Program, Runtime } from '../runtime/types.ts'
import type { Vocabulary } from '../data/index.ts'

/** A parameter's current weights, row-major. */
export interface Weights {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** What runs a model; it may still be loading. */
export type RuntimeSource = Runtime | Promise<Runtime>

/** What the parts of a training or sampling program may depend on. */
export interface ProgramOptions {
  readonly rows: number
  /** Longest window. */
  readonly steps: number
  /** Whether gradients are wanted. */
  readonly training: boolean
  /** Optimizer buffers for each parameter. */
  readonly slots?: number
}

/**
 * A model of the next token, as training and sampling need it. Its program has the inputs `tokens` and `targets`
 * (integers, -1 = left out of the loss), the outputs `loss` (mean over targets) and `logits`, and the final states.
 */
export interface Trainable {
  readonly vocabulary: Vocabulary
  /** Plain JSON that the model can be built from again, equations included. */
  readonly config: object
  readonly parameters: ReadonlyMap<string, Weights>
  program(options: ProgramOptions): Program
}
