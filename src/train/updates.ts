import { SluiceError } from '../core/errors.ts'
import type { Batch, BatchSource } from '../data/index.ts'
import { answerOutput } from '../model/window-use.ts'
import type { RunResult, UpdateSettings } from '../runtime/types.ts'
import { averageShare } from './averaging.ts'
import { frozenNames, groupRates } from './groups.ts'
import { updateSettings } from './optimizers.ts'
import { rateFactor } from './schedules.ts'
import type { Session } from './session.ts'
import { ownShare, ownTokens } from './scheduled-sampling.ts'
import type { Settings } from './settings.ts'
import type { Runnable } from './trainable.ts'

/** Where an update stands in its run. */
export interface UpdatePlace {
  /** Number of the update, from 1. */
  readonly step: number
  /** Updates of the whole run. */
  readonly total: number
  /** Updates in the average of the weights. */
  readonly averaged: number
}

/** What an update gives: the means over its batches, before it. */
export interface Updated extends RunResult {
  readonly predictions: number
  readonly update: UpdateSettings
}

/** One batch of an update. */
interface Share {
  readonly batch: Batch
  /** Whether an epoch starts with it, and states from zero. */
  readonly first: boolean
  /** Its share in the predictions of the update. */
  readonly share: number
  /** Number of the batch in the run, from 1: what dropout counts by. */
  readonly counter: number
}

/**
 * Everything about the updates of a run that follows from their numbers: update n reads batches (n - 1) k + 1 to n k of
 * the run, where k batches make one update; the epochs follow each other without a gap.
 */
export class Updates {
  /** Parameters that are not trained. */
  readonly frozen: readonly string[]
  readonly #settings: Settings
  readonly #training: BatchSource
  readonly #groups: ReturnType<typeof groupRates>
  readonly #rewritten: Runnable['rewritten']

  /**
   * @throws SluiceError `option-value` where a pattern matches no parameter of the model, `model-shape` where sampling is scheduled
   * for one that reads nothing again
   */
  constructor(settings: Settings, training: BatchSource, model: Pick<Runnable, 'parameters' | 'rewritten'>) {
    const names = [...model.parameters.keys()]
    this.#settings = settings
    this.#training = training
    this.#rewritten = model.rewritten
    if (settings.scheduledSampling && !model.rewritten) throw new SluiceError('model-shape/sampling')
    this.frozen = frozenNames(settings.freeze, names)
    this.#groups = groupRates(settings.groups, names)
  }

  /** Updates in an epoch. */
  get perEpoch(): number {
    return this.#training.count / this.#settings.accumulate
  }

  /** Epochs that are done after an update, in fractions. */
  epoch(step: number): number {
    return (step * this.#settings.accumulate) / this.#training.count
  }

  /** Whether the last batch of an epoch is among those of an update. */
  endsEpoch(step: number): boolean {
    return Math.floor(this.epoch(step)) > Math.floor(this.epoch(step - 1))
  }

  /** The rule and numbers of an update. */
  #settingsOf({ step, total, averaged }: UpdatePlace): UpdateSettings {
    const { optimizer, schedule, clipNorm, clipValue, learningRate, average } = this.#settings
    const factor = rateFactor(schedule, { step, perEpoch: this.perEpoch, total })
    const numbers = { learningRate: learningRate * factor, clipNorm, clipValue, count: step }
    const common = updateSettings(optimizer, numbers)
    const share = averageShare(average, { step, total, averaged, endsEpoch: this.endsEpoch(step) })
    return { ...common, groups: this.#groups(common, factor), averageShare: share }
  }

  /** Runs the batches of an update, each with its share in the gradient, and updates once. */
  async run(session: Session, place: UpdatePlace): Promise<Updated> {
    const shares = await this.#shares(place.step)
    const update = this.#settingsOf(place)
    const { seed } = this.#settings
    let [loss, gradientNorm] = [0, NaN]
    for (const [index, { batch, first, share, counter }] of shares.entries()) {
      if (first) session.reset()
      const read = await this.#read(session, batch, place.step, counter)
      const isLast = index === shares.length - 1
      const call = { mode: 'gradients', training: true, seed, counter, share, accumulate: index > 0 } as const
      const result = await session.run(read, isLast ? { ...call, update } : call)
      loss += share * result.loss
      gradientNorm = result.gradientNorm
    }
    const predictions = shares.reduce((sum, { batch }) => sum + batch.predictions, 0)
    return { loss, gradientNorm, predictions, update }
  }

  /** A batch as it is read: with own tokens, where sampling is scheduled. */
  async #read(session: Session, batch: Batch, step: number, counter: number): Promise<Batch> {
    const { scheduledSampling, seed } = this.#settings
    if (!scheduledSampling || !this.#rewritten) return batch
    const share = ownShare(scheduledSampling, step)
    return ownTokens(this.#rewritten, batch, { share, seed, counter }, async () => {
      await session.run(batch, { mode: 'forward', training: false })
      return session.read(answerOutput)
    })
  }

  async #shares(step: number): Promise<readonly Share[]> {
    const { accumulate } = this.#settings
    const { count } = this.#training
    const all: { readonly number: number; readonly batch: Batch }[] = []
    for (let number = (step - 1) * accumulate; number < step * accumulate; number++)
      all.push({ number, batch: await this.#training.at(number % count, Math.floor(number / count)) })
    const predictions = all.reduce((sum, { batch }) => sum + batch.predictions, 0)
    return all.map(({ number, batch }) => ({
      batch,
      first: number % count === 0,
      share: shareOf(batch, predictions),
      counter: number + 1,
    }))
  }
}

/** The factor of a batch's mean loss in that of an update; a batch without a prediction has the loss 0 at any. */
function shareOf({ predictions, scale = 1 }: Batch, all: number): number {
  return predictions > 0 ? (scale * predictions) / all : 1
}
