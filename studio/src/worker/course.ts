import { type Model, type Text, type Training, type TrainingStep, train } from 'sluice'
import { type Checkpoint, refuseDifferences, resumeDifferences, resumeNotes } from 'sluice/train'
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

/**
 * A training that can be paused, stopped, saved, and given another learning rate on the way. For each of these it ends with
 * a checkpoint, and what follows goes on from there to the same bits.
 */
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
  /** Whether the part under way ends after its update. */
  #leaves = false
  /** The part under way, or the last one. */
  #part: Promise<void> = Promise.resolve()
  /** Resolves when a pause is over. */
  #gate: { readonly open: Promise<void>; readonly release: () => void } | undefined

  /** @param from what it goes on from, if anything */
  constructor(model: Model, text: Text, spec: TrainSpec, listener: Listener, from?: Checkpoint) {
    this.#model = model
    this.#text = text
    this.#spec = spec
    this.#listener = listener
    this.#store.last = from
    this.#step = from?.progress.step ?? 0
  }

  /** Updates done in this course. */
  get step(): number {
    return this.#step
  }

  get spec(): TrainSpec {
    return this.#spec
  }

  /** Trains until the end, a stop or an error. */
  async run(): Promise<void> {
    await this.#gate?.open
    do {
      this.#part = this.#stopped ? Promise.resolve() : this.#train()
      await this.#part
      await this.#gate?.open
    } while (this.#leaves && !this.#stopped)
    await this.#listener.show(this.#step)
  }

  pause(): void {
    let release = (): void => undefined
    const open = new Promise<void>((resolve) => (release = resolve))
    this.#gate ??= { open, release }
    this.#leaves = true
  }

  resume(): void {
    this.#gate?.release()
    this.#gate = undefined
  }

  stop(): void {
    this.#stopped = true
    this.#leaves = true
    this.resume()
  }

  /** Goes on with another learning rate after the update under way. */
  rate(learningRate: number): void {
    this.#spec = { ...this.#spec, learningRate }
    this.#leaves = true
  }

  /** All that is needed to go on from the update under way; everything before it has been told then. */
  async checkpoint(): Promise<Checkpoint> {
    this.#leaves = true
    await this.#part
    if (!this.#store.last) throw new Error('This training has not begun.')
    return this.#store.last
  }

  /**
   * What people should know of going on from the checkpoint that was given.
   * @throws SluiceError `resume-differs` where it was another training's
   */
  async notes(): Promise<readonly string[]> {
    const { runtime } = await studioRuntime()
    const from = this.#from()
    if (!from) return []
    refuseDifferences(await resumeDifferences(from, this.#settings(), this.#text))
    return resumeNotes(from, runtime.machine)
  }

  /** Trains until the end, or until it is to leave. */
  async #train(): Promise<void> {
    this.#leaves = false
    const { runtime } = await studioRuntime()
    const resume = this.#from()
    const options = { ...this.#settings(), run: this.#store, ...(resume && { resume }), runtime }
    const training = train(this.#model, this.#text, options)
    for await (const step of training) {
      await this.#report(training, step)
      if (this.#leaves) break
    }
  }

  /** The last checkpoint, as if its run had had the learning rate of now: what comes after it has. */
  #from(): Checkpoint | undefined {
    const { last } = this.#store
    if (!last) return undefined
    const { description } = last
    const settings = { ...description.settings, learningRate: this.#spec.learningRate }
    return { ...last, description: { ...description, settings } }
  }

  #settings() {
    const { learningRate, steps } = this.#spec
    const { batch, window, heldOut } = fitted(this.#text.tokens.length, this.#spec)
    const validation = heldOut === 0 ? ('none' as const) : { by: 'tail' as const, fraction: heldOut }
    return { batch, window, learningRate, steps, validation, validateEvery, checkpointEvery: 1e6 }
  }

  async #report(training: Training, { step, loss, validation, ...rest }: TrainingStep): Promise<void> {
    this.#step = step
    this.#points.push({ step, loss, ...(validation && { validation: validation.loss }) })
    const now = performance.now()
    const { tokensPerSecond, learningRate, epoch, total } = { ...rest }
    if (now - this.#told < progressEvery && step < total && !this.#leaves) return
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
