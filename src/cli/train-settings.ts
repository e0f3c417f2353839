import { SluiceError } from '../core/errors.ts'
import type { Holdout } from '../data/index.ts'
import type { Precision } from '../runtime/index.ts'
import type {
  Averaging,
  OptimizerName,
  OptimizerOptions,
  ParameterGroup,
  ScheduleKind,
  ScheduleOptions,
  SettingsOptions,
} from '../train/index.ts'

/** What the command line says about training. */
export interface SettingsFlags extends Omit<OptimizerOptions, 'name'> {
  readonly batch?: number
  readonly window?: number
  readonly steps?: number
  readonly epochs?: number
  readonly minutes?: number
  readonly optimizer?: OptimizerName
  readonly lr?: number
  readonly schedule?: ScheduleKind
  readonly decay?: number
  readonly decayEvery?: number
  readonly decayAfter?: number
  readonly finalRate?: number
  readonly warmup?: number
  readonly clipNorm?: number
  readonly clipValue?: number
  readonly validation?: number
  readonly split?: 'tail' | 'streams' | 'random'
  readonly validateEvery?: number
  readonly patience?: number
  readonly checkpointEvery?: number
  readonly seed?: number
  readonly accumulate?: number
  readonly freeze?: readonly string[]
  readonly lrOf?: Readonly<Record<string, number>>
  readonly weightDecayOf?: Readonly<Record<string, number>>
  readonly average?: Averaging
  readonly precision?: Precision
}

/** An object without the keys that are undefined. */
type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>
}

/** The settings that were given, in the library's words; what is absent is left to it. */
export function settingsFrom(flags: SettingsFlags): SettingsOptions {
  return present({
    batch: flags.batch,
    window: flags.window,
    steps: flags.steps,
    epochs: flags.epochs,
    minutes: flags.minutes,
    optimizer: optimizerFrom(flags),
    learningRate: flags.lr,
    schedule: scheduleFrom(flags),
    clipNorm: flags.clipNorm,
    clipValue: flags.clipValue,
    validation: holdoutFrom(flags),
    validateEvery: flags.validateEvery,
    patience: flags.patience,
    checkpointEvery: flags.checkpointEvery,
    seed: flags.seed,
    accumulate: flags.accumulate,
    freeze: flags.freeze,
    groups: groupsFrom(flags),
    average: flags.average,
    precision: flags.precision,
  })
}

function groupsFrom({ lrOf, weightDecayOf }: SettingsFlags): readonly ParameterGroup[] | undefined {
  if (!lrOf && !weightDecayOf) return undefined
  const rates = Object.entries(lrOf ?? {}).map(([match, learningRate]) => ({ match, learningRate }))
  const decays = Object.entries(weightDecayOf ?? {}).map(([match, weightDecay]) => ({ match, weightDecay }))
  return [...rates, ...decays]
}

function optimizerFrom(flags: SettingsFlags): OptimizerOptions | undefined {
  const { momentum, nesterov, alpha, centered, beta1, beta2, epsilon, weightDecay } = flags
  const numbers = present({ momentum, nesterov, alpha, centered, beta1, beta2, epsilon, weightDecay })
  if (flags.optimizer === undefined && Object.keys(numbers).length === 0) return undefined
  return { name: flags.optimizer ?? 'adam', ...numbers }
}

/** The flags that belong to a kind of schedule, by their names in the library. */
const scheduleFlags = {
  factor: { flag: 'decay', kinds: ['step', 'exponential'] },
  every: { flag: 'decayEvery', kinds: ['step'] },
  after: { flag: 'decayAfter', kinds: ['step', 'exponential'] },
  final: { flag: 'finalRate', kinds: ['cosine'] },
} as const

function scheduleFrom(flags: SettingsFlags): ScheduleOptions | undefined {
  const kind = flags.schedule ?? 'constant'
  const numbers: Record<string, number> = {}
  for (const [name, { flag, kinds }] of Object.entries(scheduleFlags)) {
    const value = flags[flag]
    if (value === undefined) continue
    if (!kinds.some((fitting) => fitting === kind)) {
      throw new SluiceError('usage/schedule', {
        option: `--${dashed(flag)}`,
        kinds: kinds.join(' or '),
        kind,
      })
    }
    numbers[name] = value
  }
  if (flags.schedule === undefined && flags.warmup === undefined) return undefined
  return { kind, ...numbers, ...(flags.warmup !== undefined && { warmup: flags.warmup }) }
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** A share of 0 holds nothing out. */
function holdoutFrom({ validation, split }: SettingsFlags): Partial<Holdout> | undefined {
  if (validation === undefined && split === undefined) return undefined
  if (validation === 0) return { by: 'none' }
  return { by: split ?? 'tail', ...(validation !== undefined && { fraction: validation }) }
}
