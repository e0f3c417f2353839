import { exp, log } from '../core/math.ts'
import { Stream } from '../core/random.ts'
import { type Batch, knownKeys, numberWithin, oneOf } from '../data/index.ts'
import type { Runnable } from './trainable.ts'

/** How fast a model is left to itself. */
export type ScheduledSamplingKind = 'linear' | 'exponential' | 'inverse-sigmoid'

/**
 * Scheduled sampling (Bengio et al. 2015): with a probability that grows from update to update, a model that reads what it wrote
 * reads a token of its own instead of the true one.
 */
export interface ScheduledSampling {
  /**
   * The probability p of an own token in update i, from 0: k i for `linear`, 1 - k^i for `exponential`, 1 - k / (k + e^(i/k)) for
   * `inverse-sigmoid`; `most` at most.
   */
  readonly kind: ScheduledSamplingKind
  /** Above 0; for `exponential` below 1, for `inverse-sigmoid` at least 1. */
  readonly k: number
  /** In [0, 1]. */
  readonly most: number
}

/** What is given; `most` is 1 unless given. */
export type ScheduledSamplingOptions = Omit<ScheduledSampling, 'most'> & { readonly most?: number }

const ranges = {
  linear: { above: 0 },
  exponential: { above: 0, below: 1 },
  'inverse-sigmoid': { least: 1 },
} as const

/** Checks settings. @throws SluiceError `option-value` or `option-unknown` */
export function resolveScheduledSampling(options: ScheduledSamplingOptions): ScheduledSampling {
  knownKeys('scheduledSampling', options, ['kind', 'k', 'most'])
  const { kind: given, k, most = 1 } = options
  const kind = oneOf('kind', given, Object.keys(ranges) as ScheduledSamplingKind[])
  return {
    kind,
    k: numberWithin('k', k, ranges[kind]),
    most: numberWithin('most', most, { least: 0, most: 1 }),
  }
}

/** The probability of an own token. @param update number of the update, from 1 */
export function ownShare({ kind, k, most }: ScheduledSampling, update: number): number {
  const i = update - 1
  const own = {
    linear: () => k * i,
    exponential: () => 1 - exp(i * log(k)),
    'inverse-sigmoid': () => 1 - k / (k + exp(i / k)),
  }
  return Math.min(most, own[kind]())
}

/** Names the draws apart from those of other streams of the seed. */
const drawLabel = 2 ** 33

/**
 * A batch in which some tokens that the model reads again are its own: those that it holds for likeliest at the step before,
 * given the true tokens until there. All are chosen from one pass over the batch as it is, whatever stands in between (Mihaylova
 * and Martins 2019; Duckworth et al. 2019), so that all steps are learned at once. The draws follow from seed and number of the batch
 * alone.
 * @param answers gives the model's output for the batch as it is
 */
export async function ownTokens(
  rewritten: NonNullable<Runnable['rewritten']>,
  batch: Batch,
  { share, seed, counter }: { readonly share: number; readonly seed: number; readonly counter: number },
  answers: () => Promise<ArrayLike<number>>,
): Promise<Batch> {
  if (share === 0) return batch
  const random = new Stream(seed, drawLabel, counter)
  return rewritten(batch, await answers(), () => random.uniform() < share)
}
