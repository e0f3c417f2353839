import { SluiceError, invariant } from '../core/errors.ts'
import { wholeNumber } from '../data/index.ts'
import { type Checkpoint, type Description, type Progress } from './checkpoint.ts'
import { type Bad, brokenPlace, diverged, divergenceValues, firstBroken, notFinite } from './divergence.ts'
import { type Evaluation, measureLoss } from './evaluate.ts'
import { plannedUpdates } from './length.ts'
import { slotCount } from './optimizers.ts'
import type { StoredModel } from '../interop/index.ts'
import { Pace } from './pace.ts'
import { describeRun, requireSameRun } from './resume.ts'
import { type Kept, Session } from './session.ts'
import {
  type Settings,
  type SettingsOptions,
  continuedSettings,
  lengthOf,
  resolveSettings,
} from './settings.ts'
import type { RunStore } from './store.ts'
import type { DataProvider, TrainingData } from './training-data.ts'
import type { Runnable, RuntimeSource } from './trainable.ts'
import { Updates } from './updates.ts'

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
  readonly #model: Runnable & Pick<StoredModel, 'vocabulary'>
  readonly #updates: Updates
  readonly #options: Omit<TrainOptions, keyof SettingsOptions>
  #description: Description | undefined
  #progress: Progress = { step: 0, total: 0, best: null, sinceBest: 0, stoppedEarly: false }
  #session: Session | undefined
  #started = false
  #savedStep = -1
  /** Weights of the best validation, where no run keeps them. */
  #best: ReadonlyMap<string, Float32Array> | undefined

  constructor(
    model: Runnable & Pick<StoredModel, 'vocabulary'>,
    { defaults, open }: DataProvider,
    options: TrainOptions,
  ) {
    const { runtime, run, resume, signal, memory, ...given } = options
    if (memory !== undefined) wholeNumber('memory', memory, 1)
    this.settings = resume
      ? continuedSettings(resume.description.settings, given)
      : resolveSettings({ ...defaults, ...given })
    this.data = open(this.settings)
    this.#model = model
    this.#updates = new Updates(this.settings, this.data.training, model)
    this.#options = {
      runtime,
      ...(run && { run }),
      ...(resume && { resume }),
      ...(signal && { signal }),
      ...(memory !== undefined && { memory }),
    }
  }

  /** How far training is. Its `total` is 0 until it is known. */
  get progress(): Progress {
    return this.#progress
  }

  /** What is kept of a window; there with `memory`, once the first step was taken. */
  get kept(): Kept | undefined {
    return this.#options.memory === undefined ? undefined : this.#session?.kept
  }

  /** Copies the current weights into the model, for samples between two steps. */
  pull(): void {
    this.#session?.pull()
  }

  /** Gives the model the weights of the best validation; false if there was none. */
  async useBest(): Promise<boolean> {
    const stored = await this.#options.run?.bestModel()
    for (const [name, { data }] of this.#model.parameters) {
      const best = stored?.parameters.get(name)?.data ?? this.#best?.get(name)
      if (!best) return false
      data.set(best)
    }
    return true
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainingStep, void, undefined> {
    if (this.#started) throw new SluiceError('training-used')
    this.#started = true
    const session = await this.#open()
    this.#session = session
    let whole = false
    try {
      await this.#begin(session)
      const pace = new Pace()
      whole = true
      while (!this.#ended) {
        whole = false
        const step = await this.#advance(session, pace)
        whole = true
        yield step
      }
    } finally {
      this.#session = undefined
      await this.#end(session, whole)
    }
  }

  get #ended(): boolean {
    const { step, total, stoppedEarly } = this.#progress
    return step >= total || stoppedEarly || this.#options.signal?.aborted === true
  }

  #open(): Promise<Session> {
    const { optimizer, average, precision } = this.settings
    const { training: read, validation } = this.data
    const steps = Math.max(read.steps, validation?.steps ?? 1)
    const rows = read.rows
    const options = { rows, steps, training: true, slots: slotCount(optimizer) }
    const { frozen } = this.#updates
    const { runtime, memory } = this.#options
    const training = {
      frozen,
      average: average.kind !== 'none',
      precision,
      ...(memory !== undefined && { memory }),
    }
    return Session.open(this.#model, runtime, options, training)
  }

  async #begin(session: Session): Promise<void> {
    const { run, resume } = this.#options
    if (run || resume) this.#description = await describeRun(this.settings, this.data, session.machine)
    const planned = await this.#total(session)
    const total = planned ?? resume?.progress.total ?? 0
    if (resume) this.#continue(session, resume, total)
    this.#progress = { ...this.#progress, total }
    if (planned === undefined) return
    await run?.begin()
    if (!resume) await this.#save(session)
  }

  /**
   * Updates of the whole run: those of the run that goes on, unless another length is asked for. Undefined if it was
   * ended before that could be measured.
   */
  async #total(session: Session): Promise<number | undefined> {
    const { resume, signal } = this.#options
    const before = resume?.description.settings
    if (resume && before && JSON.stringify(lengthOf(before)) === JSON.stringify(lengthOf(this.settings))) {
      return resume.progress.total
    }
    const { training, validation } = this.data
    const planned = await plannedUpdates({
      settings: this.settings,
      training,
      validation,
      session,
      updates: this.#updates,
      stopped: () => signal?.aborted === true,
    })
    if (planned === undefined || !('minutes' in this.settings)) return planned
    return planned + (resume?.progress.step ?? 0)
  }

  #continue(session: Session, resume: Checkpoint, total: number): void {
    invariant(this.#description, 'a run that goes on has a description')
    requireSameRun(resume, this.#description, this.#model, total)
    const { patience } = this.settings
    const stoppedEarly = patience > 0 && resume.progress.sinceBest >= patience
    this.#progress = { ...resume.progress, stoppedEarly }
    this.#savedStep = resume.progress.step
    session.restore(resume.snapshot)
    session.pull()
  }

  async #advance(session: Session, pace: Pace): Promise<TrainingStep> {
    const { total, averaged: before = 0 } = this.#progress
    const step = this.#progress.step + 1
    const start = performance.now()
    const { predictions, update, ...result } = await this.#updates.run(session, {
      step,
      total,
      averaged: before,
    })
    pace.add(predictions, (performance.now() - start) / 1000)
    const bad = notFinite(result)
    if (bad) throw this.#diverged(session, step, bad)
    const { learningRate, averageShare = 0 } = update
    const averaged = averageShare > 0 ? { averaged: before + 1 } : {}
    this.#progress = { ...this.#progress, step, ...averaged }
    const validation = this.#validationDue(step) ? await this.#validate(session) : undefined
    const { tokensPerSecond } = pace
    const epoch = this.#updates.epoch(step)
    const numbers = { step, epoch, ...result, learningRate, tokensPerSecond }
    this.#options.run?.log({ ...numbers, ...(validation && { validation: validation.loss }) })
    if (this.#checkpointDue(step, validation?.best)) await this.#save(session, validation?.best)
    const expected = { tokens: predictions, secondsLeft: pace.left(total - step) }
    return { ...numbers, ...expected, total, ...(validation && { validation }) }
  }

  #diverged(session: Session, step: number, what: { bad: Bad; value: number }): SluiceError {
    return diverged(what, brokenPlace(session), this.#divergence(step))
  }

  #divergence(step: number) {
    return divergenceValues(this.settings, step, this.#options.run ? this.#savedStep : -1)
  }

  #validationDue(step: number): boolean {
    const { validateEvery } = this.settings
    const due = validateEvery > 0 ? step % validateEvery === 0 : this.#updates.endsEpoch(step)
    return due || step === this.#progress.total
  }

  async #validate(session: Session): Promise<TrainingStep['validation']> {
    const { validation } = this.data
    if (!validation) return undefined
    const evaluation = await session.withAverage(() => measureLoss(session, validation))
    const { step, best } = this.#progress
    if (!Number.isFinite(evaluation.loss))
      throw this.#diverged(session, step, { bad: 'validation', value: evaluation.loss })
    session.pull()
    const better = best === null || evaluation.loss < best.loss
    const sinceBest = better ? 0 : this.#progress.sinceBest + 1
    const stoppedEarly = this.settings.patience > 0 && sinceBest >= this.settings.patience
    this.#progress = {
      ...this.#progress,
      best: better ? { step, loss: evaluation.loss } : best,
      sinceBest,
      stoppedEarly,
    }
    if (better && !this.#options.run) {
      this.#best = new Map([...this.#model.parameters].map(([name, { data }]) => [name, data.slice()]))
    }
    return { ...evaluation, best: better }
  }

  #checkpointDue(step: number, best = false): boolean {
    return best || step % this.settings.checkpointEvery === 0 || this.#ended
  }

  async #save(session: Session, best = false): Promise<void> {
    const { run } = this.#options
    if (!run || !this.#description) return
    const snapshot = session.snapshot()
    const name = firstBroken(snapshot.weights)
    if (name !== undefined)
      throw new SluiceError('training-diverged/weights', { name, ...this.#divergence(this.#progress.step) })
    session.pull()
    const { config, vocabulary, codec } = this.#model
    const model = { config, ...(vocabulary && { vocabulary }), ...(codec && { codec }) }
    await run.save({ progress: this.#progress, description: this.#description, model, snapshot }, best)
    this.#savedStep = this.#progress.step
  }

  async #end(session: Session, whole: boolean): Promise<void> {
    try {
      if (!whole) return
      session.pull()
      if (this.#progress.step > Math.max(0, this.#savedStep)) await this.#save(session)
    } finally {
      session.dispose()
      await this.data.training.close?.()
      await this.data.validation?.close?.()
    }
  }
}
