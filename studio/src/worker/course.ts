import { type Model, type Text, type Training, type TrainingStep, train } from 'sluice'
import type { Checkpoint } from 'sluice/train'
import { fitted } from '../train/fit.ts'
import { MemoryStore } from './memory-store.ts'
import type { Event, Point, TrainSpec } from './messages.ts'
import { studioRuntime } from './runtime.ts'

/** Milliseconds between two messages about progress. */
const progressEvery = 120

/** Milliseconds between two times that the model is shown, at most. */
const longestPause = 4000

/** Updates between two validations. */
const validateEvery = 25

/** What a course tells of. */
export interface Listener {
  tell(event: Event): void
  /** Called now and then, when the model has its current weights. */
  show(step: number): Promise<void>
}

/** A training that can be paused, stopped, and given another learning rate on the way. */
export class Course {
  readonly #model: Model
  readonly #text: Text
  readonly #listener: Listener
  readonly #store = new MemoryStore()
  #spec: TrainSpec
  #step = 0
  #points: Point[] = []
  #told = 0
  #shown = 0
  /** Milliseconds until the model is shown again: often at first, when it changes most. */
  #pause = 400
  #stopped = false
  #changed = false
  /** Resolves when a pause is over. */
  #gate: { readonly open: Promise<void>; readonly release: () => void } | undefined

  constructor(model: Model, text: Text, spec: TrainSpec, listener: Listener) {
    this.#model = model
    this.#text = text
    this.#spec = spec
    this.#listener = listener
  }

  /** Updates done in this course. */
  get step(): number {
    return this.#step
  }

  /** Trains until the end, a stop or an error. */
  async run(): Promise<void> {
    const { runtime } = await studioRuntime()
    do {
      this.#changed = false
      const training = train(this.#model, this.#text, { ...this.#settings(), runtime })
      for await (const step of training) {
        await this.#report(training, step)
        await this.#gate?.open
        if (this.#stopped || this.#changed) break
      }
    } while (this.#changed && !this.#stopped)
    await this.#listener.show(this.#step)
  }

  pause(): void {
    let release = (): void => undefined
    const open = new Promise<void>((resolve) => (release = resolve))
    this.#gate ??= { open, release }
  }

  resume(): void {
    this.#gate?.release()
    this.#gate = undefined
  }

  stop(): void {
    this.#stopped = true
    this.resume()
  }

  /** Goes on with another learning rate after the update under way. */
  rate(learningRate: number): void {
    this.#spec = { ...this.#spec, learningRate }
    this.#changed = true
  }

  #settings() {
    const { learningRate, steps } = this.#spec
    const { batch, window, heldOut } = fitted(this.#text.tokens.length, this.#spec)
    const validation = heldOut === 0 ? ('none' as const) : { by: 'tail' as const, fraction: heldOut }
    const settings = { batch, window, learningRate, steps, validation, validateEvery, checkpointEvery: 1e6 }
    const last = this.#store.last
    return { ...settings, run: this.#store, ...(last && { resume: withRate(last, learningRate) }) }
  }

  async #report(training: Training, { step, loss, validation, ...rest }: TrainingStep): Promise<void> {
    this.#step = step
    this.#points.push({ step, loss, ...(validation && { validation: validation.loss }) })
    const now = performance.now()
    const { tokensPerSecond, learningRate, epoch, total } = { ...rest }
    if (now - this.#told < progressEvery && step < total && !this.#gate) return
    this.#told = now
    this.#listener.tell({ kind: 'progress', points: this.#points, tokensPerSecond, learningRate, epoch })
    this.#points = []
    if (now - this.#shown < this.#pause && !this.#gate) return
    training.pull()
    await this.#listener.show(step)
    this.#shown = performance.now()
    this.#pause = Math.min(longestPause, 1.4 * this.#pause)
  }
}

/** A checkpoint as if its run had had another learning rate: what comes after it has. */
function withRate(checkpoint: Checkpoint, learningRate: number): Checkpoint {
  const { description } = checkpoint
  const settings = { ...description.settings, learningRate }
  return { ...checkpoint, description: { ...description, settings } }
}
