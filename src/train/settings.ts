import { SluiceError } from '../core/errors.ts'
import { type Averaging, type AveragingKind, type AveragingOptions, resolveAveraging } from './averaging.ts'
import { type ParameterGroup, resolveGroups } from './groups.ts'
import { type Holdout, knownKeys, numberWithin, oneOf, resolveHoldout, wholeNumber } from '../data/index.ts'
import {
  type Optimizer,
  type OptimizerName,
  type OptimizerOptions,
  defaultLearningRate,
  resolveOptimizer,
} from './optimizers.ts'
import { type Precision, precisionNames } from '../runtime/precision.ts'
import {
  type ScheduledSampling,
  type ScheduledSamplingOptions,
  resolveScheduledSampling,
} from './scheduled-sampling.ts'
import { type Schedule, type ScheduleKind, type ScheduleOptions, resolveSchedule } from './schedules.ts'

/** What a training run is; all of it has defaults. */
export interface SettingsOptions {
  /** Rows of the text read in parallel. Default 50. */
  readonly batch?: number
  /** Length of backpropagation through time. Default 50. */
  readonly window?: number
  /** Length of the run: at most one of updates, epochs (fractions allowed) and minutes. Default 10 epochs. */
  readonly steps?: number
  readonly epochs?: number
  readonly minutes?: number
  /** Default `adam`. */
  readonly optimizer?: OptimizerName | OptimizerOptions
  /** Above 0. Default: the optimizer's. */
  readonly learningRate?: number
  /** Default `constant`. */
  readonly schedule?: ScheduleKind | ScheduleOptions
  /** Largest global norm of the gradient; 0 for none. Default 5. */
  readonly clipNorm?: number
  /** Largest absolute entry of the gradient, applied before the norm; 0 for none. Default 0. */
  readonly clipValue?: number
  /** What is held out. Default: the last tenth of the text. */
  readonly validation?: Holdout['by'] | Partial<Holdout>
  /** Updates between validations; 0 for one at the end of every epoch. There is always one at the end. Default 0. */
  readonly validateEvery?: number
  /** Validations without a new best after which training stops; 0 for never. Default 0. */
  readonly patience?: number
  /** Updates between checkpoints, beside those of a new best and of the end. Default 500. */
  readonly checkpointEvery?: number
  /** Seed of dropout. Default 1. */
  readonly seed?: number
  /** Windows to one update, whose gradient is that of the mean over all their predictions. Default 1. */
  readonly accumulate?: number
  /** Parameters that keep their values, by name; a `*` stands for any characters: `layers.0.*`. Default none. */
  readonly freeze?: readonly string[]
  /** Parameters with rates of their own; where several groups match, the last counts. Default none. */
  readonly groups?: readonly ParameterGroup[]
  /** Average of the weights, which is validated, sampled from and kept as the model. Default `none`. */
  readonly average?: AveragingKind | AveragingOptions
  /** Of all products of training and validation, where the runtime has it (`Runtime.precisions`). Default `float32`. */
  readonly precision?: Precision
  /** Of models that read again what they wrote: how often it is what they chose themselves. Never unless given. */
  readonly scheduledSampling?: ScheduledSamplingOptions
}

/** Length of a run, as it was asked for. */
export type Length = { readonly steps: number } | { readonly epochs: number } | { readonly minutes: number }

/** Everything that decides the numbers of a run, in plain JSON. `resolveSettings` leaves it unchanged. */
export type Settings = Length & {
  readonly batch: number
  readonly window: number
  readonly optimizer: Optimizer
  readonly learningRate: number
  readonly schedule: Schedule
  readonly clipNorm: number
  readonly clipValue: number
  readonly validation: Holdout
  readonly validateEvery: number
  readonly patience: number
  readonly checkpointEvery: number
  readonly seed: number
  readonly accumulate: number
  readonly freeze: readonly string[]
  readonly groups: readonly ParameterGroup[]
  readonly average: Averaging
  readonly precision: Precision
  readonly scheduledSampling?: ScheduledSampling
}

const lengthKeys = ['steps', 'epochs', 'minutes'] as const

const otherKeys =
  'batch window optimizer learningRate schedule clipNorm clipValue validation validateEvery patience checkpointEvery seed accumulate freeze groups average precision scheduledSampling'

/** Fills in the defaults and checks everything; unknown options and values out of range are errors. */
export function resolveSettings(options: SettingsOptions = {}): Settings {
  knownKeys('train', options, [...lengthKeys, ...otherKeys.split(' ')])
  const optimizer = resolveOptimizer(options.optimizer ?? 'adam')
  const learningRate = options.learningRate ?? defaultLearningRate(optimizer.name)
  const validation = resolveHoldout(
    typeof options.validation === 'string' ? { by: options.validation } : options.validation,
  )
  const patience = wholeNumber('patience', options.patience ?? 0, 0)
  if (patience > 0 && validation.by === 'none') throw new SluiceError('option-value/patience')
  return {
    batch: wholeNumber('batch', options.batch ?? 50, 1),
    window: wholeNumber('window', options.window ?? 50, 1),
    ...resolveLength(options),
    optimizer,
    learningRate: numberWithin('learningRate', learningRate, { above: 0 }),
    schedule: resolveSchedule(options.schedule),
    clipNorm: numberWithin('clipNorm', options.clipNorm ?? 5, { least: 0 }),
    clipValue: numberWithin('clipValue', options.clipValue ?? 0, { least: 0 }),
    validation,
    validateEvery: wholeNumber('validateEvery', options.validateEvery ?? 0, 0),
    patience,
    checkpointEvery: wholeNumber('checkpointEvery', options.checkpointEvery ?? 500, 1),
    seed: wholeNumber('seed', options.seed ?? 1, 0, 2 ** 32 - 1),
    accumulate: wholeNumber('accumulate', options.accumulate ?? 1, 1),
    freeze: options.freeze ?? [],
    groups: resolveGroups(options.groups ?? []),
    average: resolveAveraging(options.average),
    precision: oneOf('precision', options.precision ?? 'float32', precisionNames),
    ...(options.scheduledSampling && {
      scheduledSampling: resolveScheduledSampling(options.scheduledSampling),
    }),
  }
}

function resolveLength(options: SettingsOptions): Length {
  const given = lengthKeys.filter((key) => options[key] !== undefined)
  if (given.length > 1) {
    throw new SluiceError('option-value/length', { names: given.join(' and ') })
  }
  const { steps, epochs = 10, minutes } = options
  if (steps !== undefined) return { steps: wholeNumber('steps', steps, 1) }
  if (minutes !== undefined) return { minutes: numberWithin('minutes', minutes, { above: 0 }) }
  return { epochs: numberWithin('epochs', epochs, { above: 0 }) }
}

/** Settings of a run that goes on: those it had, if any, and what is given now instead. */
export function continuedSettings(stored: Settings | undefined, options: SettingsOptions): Settings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const kept = Object.entries(stored ?? {})
  const renewsLength = given.some(([key]) => isLengthKey(key))
  const base = renewsLength ? kept.filter(([key]) => !isLengthKey(key)) : kept
  return resolveSettings(Object.fromEntries([...base, ...given]))
}

function isLengthKey(key: string): boolean {
  return lengthKeys.some((length) => length === key)
}

/** The part of settings that says how long to train. */
export function lengthOf(settings: Settings): Length {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => isLengthKey(key))) as unknown as Length
}
