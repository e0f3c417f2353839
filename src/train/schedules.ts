import { cos, pow } from '../core/math.ts'
import { knownKeys, numberWithin, oneOf, wholeNumber } from '../data/index.ts'

/** How the learning rate changes, as factors of the given one. Times are in epochs (fractions allowed) or updates. */
export type Schedule = { readonly warmup: number } & (
  | { readonly kind: 'constant' }
  /** Times `factor` after every `every` whole epochs, counted from epoch `after`. */
  | { readonly kind: 'step'; readonly factor: number; readonly every: number; readonly after: number }
  /** Times `factor` for each epoch, smoothly, from epoch `after` on. */
  | { readonly kind: 'exponential'; readonly factor: number; readonly after: number }
  /** Half a cosine from 1 to `final` over the whole run (Loshchilov & Hutter 2017). */
  | { readonly kind: 'cosine'; readonly final: number }
)

/** Kinds of schedules. */
export type ScheduleKind = Schedule['kind']

/** A schedule with some numbers left to their defaults. */
export interface ScheduleOptions {
  readonly kind?: ScheduleKind
  /** Updates in which the rate grows from 0 to its full value, in equal steps. Default 0. */
  readonly warmup?: number
  /** `step` 0.5, `exponential` 0.97: above 0, at most 1. */
  readonly factor?: number
  /** `step`: epochs, at least 1. Default 1. */
  readonly every?: number
  /** `step`, `exponential`: epochs before the first change. Default 0. */
  readonly after?: number
  /** `cosine`: share of the rate at the end, 0 to 1. Default 0. */
  readonly final?: number
}

const defaults: Readonly<Record<ScheduleKind, Omit<ScheduleOptions, 'kind' | 'warmup'>>> = {
  constant: {},
  step: { factor: 0.5, every: 1, after: 0 },
  exponential: { factor: 0.97, after: 0 },
  cosine: { final: 0 },
}

/** All kinds of schedules. */
export const scheduleKinds = Object.keys(defaults) as readonly ScheduleKind[]

/** Fills in the defaults of a schedule; options that do not belong to its kind are errors. */
export function resolveSchedule(options: ScheduleKind | ScheduleOptions = 'constant'): Schedule {
  const {
    kind = 'constant',
    warmup = 0,
    ...given
  } = typeof options === 'string' ? { kind: options } : options
  const own = defaults[oneOf('schedule', kind, scheduleKinds)]
  knownKeys(`The schedule ${kind}`, given, ['warmup', ...Object.keys(own)])
  wholeNumber('warmup', warmup, 0)
  const { factor = 1, every = 1, after = 0, final = 0 } = { ...own, ...given }
  numberWithin('factor', factor, { above: 0, most: 1 })
  numberWithin('after', after, { least: 0 })
  numberWithin('final', final, { least: 0, most: 1 })
  wholeNumber('every', every, 1)
  return { kind, warmup, ...own, ...given } as Schedule
}

/** Where in a run an update stands. */
export interface Place {
  /** Number of the update, from 1. */
  readonly step: number
  /** Updates in an epoch. */
  readonly perEpoch: number
  /** Updates of the whole run. */
  readonly total: number
}

/** Factor of the learning rate at an update, 0 to 1; the same bits on every engine. */
export function rateFactor(schedule: Schedule, place: Place): number {
  const { warmup } = schedule
  return place.step <= warmup ? place.step / warmup : decay(schedule, place)
}

function decay(schedule: Schedule, { step, perEpoch, total }: Place): number {
  const epochs = (step - 1) / perEpoch
  switch (schedule.kind) {
    case 'constant':
      return 1
    case 'step': {
      const { factor, every, after } = schedule
      return pow(factor, Math.floor(Math.max(0, epochs - after) / every))
    }
    case 'exponential':
      return pow(schedule.factor, Math.max(0, epochs - schedule.after))
    case 'cosine': {
      const done = (step - 1 - schedule.warmup) / Math.max(1, total - schedule.warmup)
      return schedule.final + ((1 - schedule.final) * (1 + cos(Math.PI * Math.min(1, done)))) / 2
    }
  }
}
