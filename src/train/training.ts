import { SluiceError } from '../core/errors.ts'
import { wholeNumber } from '../data/index.ts'
import type { StoredModel } from '../interop/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Course, CourseParts } from './course.ts'
import type { Evaluation } from './evaluate.ts'
import type { Kept } from './session.ts'
import { type Settings, type SettingsOptions, continuedSettings, resolveSettings } from './settings.ts'
import type { RunStore } from './store.ts'
import type { DataProvider, TrainingData } from './training-data.ts'
import type { Runnable, RuntimeSource } from './trainable.ts'
import { type Progress, noProgress } from './progress.ts'
import { Updates } from './updates.ts'

/** What training changes: the parameters of a model, which is stored with its vocabulary. */
export type TrainedModel = Runnable & Pick<StoredModel, 'vocabulary'>

/** Settings of a run, and what it runs with. */
export interface TrainOptions extends SettingsOptions {
  readonly runtime: RuntimeSource
  /** Where checkpoints and metrics go; absent: nowhere. */
  readonly run?: RunStore
  /** What to continue from. Settings that are not given are then those of the run. */
  readonly resume?: Checkpoint
  /** Ends training after the update under way, with a checkpoint and without an error. */
  readonly signal?: AbortSignal
  /**
   * Bytes that a window, the weights and what is kept for its gradients may take, about. Where it would be more, states
   * are kept at every few steps and the rest is computed again: the same bits in less memory and more time.
   */
  readonly memory?: number
}

/** One update. */
export interface TrainingStep {
  /** Number of the update, from 1. */
  readonly step: number
  /** Updates of the whole run. */
  readonly total: number
  /** Epochs done after this update, in fractions. */
  readonly epoch: number
  /** Mean loss of this batch, or batches, before the update; cross-entropy is in nats. */
  readonly loss: number
  readonly learningRate: number
  /** Global norm of the gradient before clipping by norm. */
  readonly gradientNorm: number
  /** Predictions of these. */
  readonly tokens: number
  readonly tokensPerSecond: number
  /** Expected seconds to the end. */
  readonly secondsLeft: number
  /** There if the model was validated after this update; `best`: it was never better. */
  readonly validation?: Evaluation & { readonly best: boolean }
}

/**
 * A training that is iterated over once. Gives one step after each update; leaving the loop ends training, with a
 * checkpoint if there is a run. Afterwards, and after each validation and checkpoint, the model has the current weights.
 *
 * A loss or gradient that is no finite number is an error (`training-diverged`); the model then keeps the weights of
 * the last validation or checkpoint, and the run its last checkpoint.
 */
export class Training implements AsyncIterable<TrainingStep> {
  readonly settings: Settings
  /** What is trained on and what is held out. */
  readonly data: TrainingData
  readonly #parts: CourseParts
  /** There while it is iterated over; what it left behind afterwards. */
  #course: Course | undefined
  #left: Pick<Course, 'progress' | 'best'> = { progress: noProgress, best: undefined }
  #started = false

  constructor(model: TrainedModel, { defaults, open }: DataProvider, options: TrainOptions) {
    const { runtime, run, resume, signal, memory, ...given } = options
    if (memory !== undefined) wholeNumber('memory', memory, 1)
    this.settings = resume
      ? continuedSettings(resume.description.settings, given)
      : resolveSettings({ ...defaults, ...given })
    this.data = open(this.settings)
    this.#parts = {
      model,
      settings: this.settings,
      data: this.data,
      updates: new Updates(this.settings, this.data.training, model),
      options: {
        runtime,
        ...(run && { run }),
        ...(resume && { resume }),
        ...(signal && { signal }),
        ...(memory !== undefined && { memory }),
      },
    }
  }

  /** How far training is. Its `total` is 0 until it is known. */
  get progress(): Progress {
    return (this.#course ?? this.#left).progress
  }

  /** What is kept of a window; there with `memory`, once the first step was taken. */
  get kept(): Kept | undefined {
    return this.#parts.options.memory === undefined ? undefined : this.#course?.kept
  }

  /** Copies the current weights into the model, for samples between two steps. */
  pull(): void {
    this.#course?.pull()
  }

  /** Gives the model the weights of the best validation; false if there was none. */
  async useBest(): Promise<boolean> {
    const { model, options } = this.#parts
    const stored = await options.run?.bestModel()
    for (const [name, { data }] of model.parameters) {
      const best = stored?.parameters.get(name)?.data ?? (this.#course ?? this.#left).best?.get(name)
      if (!best) return false
      data.set(best)
    }
    return true
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingStep, void, undefined> {
    if (this.#started) throw new SluiceError('training-used')
    this.#started = true
    const { Course: Begun } = await import('./course.ts')
    const course = await Begun.open(this.#parts)
    this.#course = course
    let whole = false
    try {
      await course.begin()
      whole = true
      while (!course.isOver) {
        whole = false
        const step = await course.advance()
        whole = true
        yield step
      }
    } finally {
      this.#left = { progress: course.progress, best: course.best }
      this.#course = undefined
      await course.end(whole)
    }
  }
}
