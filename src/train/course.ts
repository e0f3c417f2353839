import { SluiceError, invariant } from '../core/errors.ts'
import { addLaterMessages } from '../core/later-messages.ts'
import type { Checkpoint, Description } from './checkpoint.ts'
import { type Bad, brokenPlace, diverged, divergenceValues, firstBroken, notFinite } from './divergence.ts'
import { measureLoss } from './evaluate.ts'
import { plannedUpdates } from './length.ts'
import { slotCount } from './optimizers.ts'
import { Pace } from './pace.ts'
import { type Progress, noProgress } from './progress.ts'
import { describeRun, requireSameRun } from './resume.ts'
import { type Kept, Session } from './session.ts'
import { type Settings, type SettingsOptions, lengthOf } from './settings.ts'
import type { TrainedModel, TrainOptions, TrainingStep } from './training.ts'
import type { TrainingData } from './training-data.ts'
import type { Updates } from './updates.ts'

addLaterMessages()

/** What a training under way is made of. */
export interface CourseParts {
  readonly model: TrainedModel
  readonly settings: Settings
  readonly data: TrainingData
  readonly updates: Updates
  readonly options: Omit<TrainOptions, keyof SettingsOptions>
}

/** A training under way: its session, and how far it is. Loaded when a training begins, as a page may never begin one. */
export class Course {
  /** How far it is; `total` is 0 until it is known. */
  progress: Progress = noProgress
  /** Weights of the best validation, where no run keeps them. */
  best: ReadonlyMap<string, Float32Array> | undefined
  readonly #session: Session
  readonly #model: TrainedModel
  readonly #settings: Settings
  readonly #data: TrainingData
  readonly #updates: Updates
  readonly #options: CourseParts['options']
  readonly #pace = new Pace()
  #description: Description | undefined
  #savedStep = -1

  private constructor({ model, settings, data, updates, options }: CourseParts, session: Session) {
    this.#model = model
    this.#settings = settings
    this.#data = data
    this.#updates = updates
    this.#options = options
    this.#session = session
  }

  /** Compiles the model for training. */
  static async open(parts: CourseParts): Promise<Course> {
    const { optimizer, average, precision } = parts.settings
    const { training: read, validation } = parts.data
    const steps = Math.max(read.steps, validation?.steps ?? 1)
    const rows = read.rows
    const options = { rows, steps, training: true, slots: slotCount(optimizer) }
    const { frozen } = parts.updates
    const { runtime, memory } = parts.options
    const training = {
      frozen,
      average: average.kind !== 'none',
      precision,
      ...(memory !== undefined && { memory }),
    }
    return new Course(parts, await Session.open(parts.model, runtime, options, training))
  }

  /** What is kept of a window. */
  get kept(): Kept {
    return this.#session.kept
  }

  /** Whether there is no update to come. */
  get isOver(): boolean {
    const { step, total, stoppedEarly } = this.progress
    return step >= total || stoppedEarly || this.#options.signal?.aborted === true
  }

  /** Plans the run, and goes on from a checkpoint where there is one. */
  async begin(): Promise<void> {
    const session = this.#session
    const { run, resume } = this.#options
    if (run || resume) this.#description = await describeRun(this.#settings, this.#data, session.machine)
    const planned = await this.#total()
    const total = planned ?? resume?.progress.total ?? 0
    if (resume) this.#continue(resume, total)
    this.progress = { ...this.progress, total }
    if (planned === undefined) return
    await run?.begin()
    if (!resume) await this.#save()
  }

  /**
   * Updates of the whole run: those of the run that goes on, unless another length is asked for. Undefined if it was
   * ended before that could be measured.
   */
  async #total(): Promise<number | undefined> {
    const { resume, signal } = this.#options
    const before = resume?.description.settings
    if (resume && before && JSON.stringify(lengthOf(before)) === JSON.stringify(lengthOf(this.#settings))) {
      return resume.progress.total
    }
    const { training, validation } = this.#data
    const planned = await plannedUpdates({
      settings: this.#settings,
      training,
      validation,
      session: this.#session,
      updates: this.#updates,
      stopped: () => signal?.aborted === true,
    })
    if (planned === undefined || !('minutes' in this.#settings)) return planned
    return planned + (resume?.progress.step ?? 0)
  }

  #continue(resume: Checkpoint, total: number): void {
    invariant(this.#description, 'a run that goes on has a description')
    requireSameRun(resume, this.#description, this.#model, total)
    const { patience } = this.#settings
    const stoppedEarly = patience > 0 && resume.progress.sinceBest >= patience
    this.progress = { ...resume.progress, stoppedEarly }
    this.#savedStep = resume.progress.step
    this.#session.restore(resume.snapshot)
    this.#session.pull()
  }

  /** Makes one update, with the validation and checkpoint that are due after it. */
  async advance(): Promise<TrainingStep> {
    const pace = this.#pace
    const { total, averaged: before = 0 } = this.progress
    const step = this.progress.step + 1
    const start = performance.now()
    const { predictions, update, ...result } = await this.#updates.run(this.#session, {
      step,
      total,
      averaged: before,
    })
    pace.add(predictions, (performance.now() - start) / 1000)
    const bad = notFinite(result)
    if (bad) throw this.#diverged(step, bad)
    const { learningRate, averageShare = 0 } = update
    const averaged = averageShare > 0 ? { averaged: before + 1 } : {}
    this.progress = { ...this.progress, step, ...averaged }
    const validation = this.#validationDue(step) ? await this.#validate() : undefined
    const { tokensPerSecond } = pace
    const epoch = this.#updates.epoch(step)
    const numbers = { step, epoch, ...result, learningRate, tokensPerSecond }
    this.#options.run?.log({ ...numbers, ...(validation && { validation: validation.loss }) })
    if (this.#checkpointDue(step, validation?.best)) await this.#save(validation?.best)
    const expected = { tokens: predictions, secondsLeft: pace.left(total - step) }
    return { ...numbers, ...expected, total, ...(validation && { validation }) }
  }

  #diverged(step: number, what: { bad: Bad; value: number }): SluiceError {
    return diverged(what, brokenPlace(this.#session), this.#divergence(step))
  }

  #divergence(step: number) {
    return divergenceValues(this.#settings, step, this.#options.run ? this.#savedStep : -1)
  }

  #validationDue(step: number): boolean {
    const { validateEvery } = this.#settings
    const due = validateEvery > 0 ? step % validateEvery === 0 : this.#updates.endsEpoch(step)
    return due || step === this.progress.total
  }

  async #validate(): Promise<TrainingStep['validation']> {
    const { validation } = this.#data
    if (!validation) return undefined
    const evaluation = await this.#session.withAverage(() => measureLoss(this.#session, validation))
    const { step, best } = this.progress
    if (!Number.isFinite(evaluation.loss))
      throw this.#diverged(step, { bad: 'validation', value: evaluation.loss })
    this.#session.pull()
    const better = best === null || evaluation.loss < best.loss
    const sinceBest = better ? 0 : this.progress.sinceBest + 1
    const stoppedEarly = this.#settings.patience > 0 && sinceBest >= this.#settings.patience
    this.progress = {
      ...this.progress,
      best: better ? { step, loss: evaluation.loss } : best,
      sinceBest,
      stoppedEarly,
    }
    if (better && !this.#options.run) {
      this.best = new Map([...this.#model.parameters].map(([name, { data }]) => [name, data.slice()]))
    }
    return { ...evaluation, best: better }
  }

  #checkpointDue(step: number, best = false): boolean {
    return best || step % this.#settings.checkpointEvery === 0 || this.isOver
  }

  async #save(best = false): Promise<void> {
    const { run } = this.#options
    if (!run || !this.#description) return
    const snapshot = this.#session.snapshot()
    const name = firstBroken(snapshot.weights)
    if (name !== undefined)
      throw new SluiceError('training-diverged/weights', { name, ...this.#divergence(this.progress.step) })
    this.#session.pull()
    const { config, vocabulary, codec } = this.#model
    const model = { config, ...(vocabulary && { vocabulary }), ...(codec && { codec }) }
    await run.save({ progress: this.progress, description: this.#description, model, snapshot }, best)
    this.#savedStep = this.progress.step
  }

  /** Copies the current weights into the model. */
  pull(): void {
    this.#session.pull()
  }

  /** Ends the run. @param whole whether no update was broken off, so that the model is to have the weights of the last */
  async end(whole: boolean): Promise<void> {
    try {
      if (!whole) return
      this.#session.pull()
      if (this.progress.step > Math.max(0, this.#savedStep)) await this.#save()
    } finally {
      this.#session.dispose()
      await this.#data.training.close?.()
      await this.#data.validation?.close?.()
    }
  }
}
