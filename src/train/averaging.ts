import { SluiceError } from '../core/errors.ts'
import { knownKeys, numberWithin, oneOf, wholeNumber } from '../data/index.ts'

/*
 * ema  after each update, average += (1 - decay) (weights - average); the average starts as the weights after the first
 * swa  the plain mean of the weights at some updates late in the run: stochastic weight averaging
 *
 * Sources: averages of iterates Polyak & Juditsky 1992, with an exponential window Tarvainen & Valpola 2017;
 * stochastic weight averaging Izmailov et al. 2018.
 */

/** How weights are averaged over updates. */
export type Averaging =
  | { readonly kind: 'none' }
  /** Share of the average that an update keeps. */
  | { readonly kind: 'ema'; readonly decay: number }
  /** Updates count from the share `after` of the run on: every `every` of them, 0 for each end of an epoch, and the last. */
  | { readonly kind: 'swa'; readonly after: number; readonly every: number }

/** Kinds of averages. */
export type AveragingKind = Averaging['kind']

/** An average with some numbers left to their defaults. */
export interface AveragingOptions {
  readonly kind: AveragingKind
  /** `ema`: at least 0, below 1. Default 0.999. */
  readonly decay?: number
  /** `swa`: share of the run, at least 0, below 1. Default 0.75. */
  readonly after?: number
  /** `swa`: updates, 0 for one each epoch. Default 0. */
  readonly every?: number
}

const defaults: Readonly<Record<AveragingKind, Omit<AveragingOptions, 'kind'>>> = {
  none: {},
  ema: { decay: 0.999 },
  swa: { after: 0.75, every: 0 },
}

/** All kinds of averages. */
export const averagingKinds = Object.keys(defaults) as readonly AveragingKind[]

/** Fills in the defaults of an average; options that do not belong to its kind are errors. */
export function resolveAveraging(options: AveragingKind | AveragingOptions = 'none'): Averaging {
  const { kind, ...given } = typeof options === 'string' ? { kind: options } : options
  const own = defaults[oneOf('average', kind, averagingKinds)]
  knownKeys(`The average ${kind}`, given, Object.keys(own))
  const { decay = 0, after = 0, every = 0 } = { ...own, ...given }
  numberWithin('decay', decay, { least: 0, below: 1 })
  numberWithin('after', after, { least: 0, below: 1 })
  wholeNumber('every', every, 0)
  return { kind, ...own, ...given } as Averaging
}

/** Reads `ema`, `ema:0.999`, `swa` or `swa:0.75`. @throws SluiceError `option-value` */
export function parseAveraging(text: string): Averaging {
  const [kind = '', number] = text.split(':')
  const named = oneOf('average', kind, averagingKinds)
  if (number === undefined) return resolveAveraging(named)
  if (named === 'none' || number.trim() === '') throw new SluiceError('option-value/average', { value: text })
  return resolveAveraging({ kind: named, [named === 'ema' ? 'decay' : 'after']: Number(number) })
}

/** Where in a run an update stands. */
export interface AveragedUpdate {
  /** Number of the update, from 1. */
  readonly step: number
  readonly total: number
  readonly endsEpoch: boolean
  /** Updates that are in the average so far. */
  readonly averaged: number
}

/** Share of the weights after an update in their average; 0 where it does not count. */
export function averageShare(averaging: Averaging, update: AveragedUpdate): number {
  const { step, total, endsEpoch, averaged } = update
  if (averaging.kind === 'none') return 0
  if (averaging.kind === 'ema') return averaged === 0 ? 1 : 1 - averaging.decay
  const { after, every } = averaging
  const counts = step === total || (every > 0 ? step % every === 0 : endsEpoch)
  return counts && step > after * total ? 1 / (averaged + 1) : 0
}
