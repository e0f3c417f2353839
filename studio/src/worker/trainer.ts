import type { Model, Text } from 'sluice'
import type { Checkpoint } from 'sluice/train'
import { type SavedRun, type Shown, decodeRunFile, encodeRunFile } from '../run/run-file.ts'
import { Course } from './course.ts'
import { failureOf } from './failure.ts'
import type { Event, OpenedRun, TrainSpec } from './messages.ts'
import { type Source, type Workshop, readBy } from './workshop.ts'

/** A training of a model, and what it began with. */
interface Own {
  readonly course: Course
  readonly model: Model
  readonly source: Source
  /** Updates that the model had before the training. */
  readonly before: number
  /** What the model has again if the training fails. */
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly step: number
}

/** Trains the model of the workshop, one training at a time, of which the last one can be saved. */
export class Trainer {
  readonly #workshop: Workshop
  readonly #tell: (event: Event) => void
  #own: Own | undefined
  #noted: Omit<SavedRun, 'shown'> | undefined

  constructor(workshop: Workshop, tell: (event: Event) => void) {
    this.#workshop = workshop
    this.#tell = tell
  }

  /** The training of the model, if there is one. */
  get course(): Course | undefined {
    return this.#own?.course
  }

  start(spec: TrainSpec): void {
    const { model, text, source, step } = this.#workshop
    this.forget()
    void this.#follow(this.#made(model, text, source, { spec, before: step }))
  }

  /** Ends what is under way, which then tells nothing more: there is another model. */
  forget(): void {
    this.course?.stop()
    this.#own = undefined
  }

  /** Notes where the training is, for `save`. */
  async note(): Promise<void> {
    if (!this.#own) throw new Error('There is no training to save.')
    const { course, source, before } = this.#own
    const checkpoint = await course.checkpoint()
    this.#noted = { checkpoint, text: source, spec: course.spec, before }
  }

  async save(shown: Shown, folder: string): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.#noted) throw new Error('There is no training to save.')
    return encodeRunFile({ ...this.#noted, shown }, folder)
  }

  async open(bytes: Uint8Array, name: string): Promise<OpenedRun> {
    const { model, checkpoint, text: source, shown, ...run } = await decodeRunFile(bytes, name)
    const text = readBy(model, source)
    const own = this.#made(model, text, source, run, checkpoint)
    const notes = await own.course.notes()
    this.#workshop.take(model, source, own.step)
    this.forget()
    const isOver = checkpoint.progress.step >= checkpoint.progress.total
    if (isOver) this.#own = own
    else {
      own.course.pause()
      void this.#follow(own)
    }
    const about = { ...source, length: text.tokens.length, symbols: text.vocabulary.size }
    return { model: this.#workshop.info(), text: about, spec: run.spec, shown, isOver, notes }
  }

  #made(
    model: Model,
    text: Text,
    source: Source,
    { spec, before }: Pick<SavedRun, 'spec' | 'before'>,
    from?: Checkpoint,
  ): Own {
    const weights = new Map([...model.parameters].map(([name, { data }]) => [name, data.slice()]))
    const tell = (event: Event): void => {
      if (this.course === course) this.#tell(event)
    }
    const show = async (step: number): Promise<void> => {
      if (this.course === course) await this.#show(before + step)
    }
    const course = new Course(model, text, spec, { tell, show }, from)
    return { course, model, source, before, weights, step: before + course.step }
  }

  /** What is shown while a model learns: a few lines that it writes. */
  async #show(step: number): Promise<void> {
    this.#workshop.step = step
    const sampled = this.#workshop.sample({ prime: '', length: 160, temperature: 0.7, seed: 1 })
    // Weights that write nothing have diverged, which the training itself tells with its next update.
    const text = await sampled.catch((error: unknown) => failureOf(error).message)
    this.#tell({ kind: 'sample', step, text })
  }

  async #follow(own: Own): Promise<void> {
    this.#own = own
    try {
      await own.course.run()
      if (this.#own !== own) return
      this.#workshop.step = own.before + own.course.step
      this.#tell({ kind: 'ended', model: this.#workshop.info() })
    } catch (error) {
      if (this.#own !== own) return
      for (const [name, { data }] of own.model.parameters) data.set(own.weights.get(name)!)
      this.#workshop.step = own.step
      this.#own = undefined
      this.#tell({ kind: 'failed', failure: failureOf(error), model: this.#workshop.info() })
    }
  }
}
