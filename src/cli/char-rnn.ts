import { table } from './view/table.ts'

/** What a name of another tool stands for here. */
interface Meaning {
  /** The arguments that take its place. */
  readonly as: (value: string) => readonly string[]
  /** Arguments that hold unless the command line says otherwise. */
  readonly unless?: readonly string[]
  /** For help; absent for names that are passed over. */
  readonly shown?: string
}

const renamed = (name: string): Meaning => ({ as: (value) => [name, value], shown: name })
const ignored: Meaning = { as: () => [] }

/** char-rnn counts epochs until the first decay from 1, and decays at their end. */
const decayAfter = (epochs: string): string => String(Math.max(0, Number(epochs) - 1))

/** Names of train.lua of char-rnn (Karpathy 2015) and their like in its descendants, with dashes for underscores. */
export const trainNames: Readonly<Record<string, Meaning>> = {
  'data-dir': { as: (folder) => ['--text', `${folder}/input.txt`], shown: 'the text DIR/input.txt' },
  'rnn-size': renamed('--hidden'),
  'num-layers': renamed('--layers'),
  model: renamed('--cell'),
  'seq-length': renamed('--window'),
  'batch-size': renamed('--batch'),
  'max-epochs': renamed('--epochs'),
  'learning-rate': renamed('--lr'),
  'learning-rate-decay': {
    as: (factor) => ['--schedule', 'step', '--decay', factor],
    unless: ['--decay-after', decayAfter('10')],
    shown: '--schedule step --decay',
  },
  'learning-rate-decay-after': {
    as: (epochs) => ['--decay-after', decayAfter(epochs)],
    shown: '--decay-after',
  },
  'decay-rate': {
    as: (alpha) => ['--alpha', alpha],
    unless: ['--optimizer', 'rmsprop'],
    shown: '--optimizer rmsprop --alpha',
  },
  'grad-clip': renamed('--clip-value'),
  'val-frac': renamed('--validation'),
  'eval-val-every': renamed('--validate-every'),
  'print-every': renamed('--log-every'),
  'checkpoint-dir': renamed('--out'),
  'train-frac': ignored,
  savefile: ignored,
  gpuid: ignored,
  opencl: ignored,
  'accurate-gpu-timing': ignored,
}

/** Names of sample.lua. */
export const sampleNames: Readonly<Record<string, Meaning>> = {
  primetext: renamed('--prime'),
  sample: { as: (value) => (value === '0' ? ['--temperature', '0'] : []), shown: '--temperature 0 (for 0)' },
  gpuid: ignored,
  opencl: ignored,
  verbose: ignored,
}

/** An option of the command as it is defined: its long name, and whether an argument always follows. */
export interface Known {
  readonly long: string
  readonly takesValue: boolean
}

/** Arguments in the command's own names, and what was passed over. */
export interface Translated {
  readonly args: readonly string[]
  readonly ignored: readonly string[]
}

/**
 * Puts a command's own option names in the place of other tools'. One dash before a long name counts as two, and an
 * underscore as a dash. Everything after `--` stays.
 */
export function translate(
  args: readonly string[],
  known: readonly Known[],
  names: Readonly<Record<string, Meaning>>,
): Translated {
  const result: string[] = []
  const defaults: string[] = []
  const passedOver: string[] = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!
    if (arg === '--') {
      result.push(...args.slice(at))
      break
    }
    const [, name, inline] = /^--?([a-zA-Z][\w-]+)(?:=(.*))?$/s.exec(arg) ?? []
    if (name === undefined) {
      result.push(arg)
      continue
    }
    const long = name.replaceAll('_', '-')
    const own = known.find((option) => option.long === `--${long}`)
    const value = (): string | undefined => inline ?? args[++at]
    if (own) {
      result.push(own.long, ...(inline !== undefined || own.takesValue ? [value()] : []).filter(isGiven))
      continue
    }
    const meaning = names[long]
    if (!meaning) {
      result.push(inline === undefined ? `--${long}` : `--${long}=${inline}`)
      continue
    }
    const given = value()
    if (given === undefined) return { args: [...result, arg], ignored: passedOver }
    if (!meaning.shown) passedOver.push(arg)
    result.push(...meaning.as(given))
    defaults.push(...(meaning.unless ?? []))
  }
  return { args: [...defaults, ...result], ignored: passedOver }
}

const isGiven = (value: string | undefined): value is string => value !== undefined

/** The names that are understood, for help. */
export function namesHelp(names: Readonly<Record<string, Meaning>>): string {
  const rows = Object.entries(names).flatMap(([name, { shown }]) =>
    shown === undefined ? [] : [[`-${name.replaceAll('-', '_')}`, shown]],
  )
  return ['', "char-rnn's names, understood too:", ...table(rows).map((line) => `  ${line}`)].join('\n')
}
