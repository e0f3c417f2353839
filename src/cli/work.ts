import type { TrainOptions, Training } from '../train/index.ts'
import type { Runtime } from '../runtime/index.ts'
import type { Checkpoint, SettingsOptions } from '../train/index.ts'

/** A run that goes on. */
export interface Continued {
  readonly path: string
  readonly checkpoint: Checkpoint
}

/** How a sample is written while training goes on. */
export interface SampleWish {
  readonly runtime: Runtime
  readonly prime: string
  readonly length: number
  readonly signal: AbortSignal
}

/** What a training on the command line learns: a model on its data. */
export interface Work {
  /** Of the data; it names the run. */
  readonly name: string
  /** What is predicted, such as `characters`. */
  readonly unit: string
  /** Whether the data are read in windows, not as sequences. */
  readonly hasWindows: boolean
  /** What was understood, for people, once the training has its data. */
  lines(training: Training): readonly string[]
  /** The same for programs. */
  readonly facts: object
  /** What reading did that the owner may want to know. */
  readonly notes: readonly string[]
  /** Settings that were given, and those that follow from the data. */
  readonly given: SettingsOptions
  train(options: TrainOptions): Training
  /** Writes a text, where the model can. */
  sample?(wish: SampleWish): AsyncIterable<string>
  /** What to do with the run, as a command. */
  next(run: string): string
}
