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
  'grad-clip': { as: (most) => ['--clip-value', most], unless: ['--clip-norm', '0'], shown: '--clip-value' },
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
 * Puts a command's own option names in the place of other tools'. One dash before a long name counts as two, an
 * underscore as a dash, and names of the library (`clipNorm`) are understood. Where a name is both a command's own and
 * another tool's, one dash means the latter. Everything after `--` stays.
 */
export function translate(
  args: readonly string[],
  known: readonly Known[],
  names: Readonly<Record<string, Meaning>>,
): Translated {
  const translation = new Translation(args)
  for (let arg = translation.next(); arg !== undefined; arg = translation.next()) {
    const option = arg === '--' ? undefined : readOption(arg)
    const own = known.find(({ long }) => long === option?.long)
    const meaning = names[option?.long.slice(2) ?? '']
    const foreign = meaning && (!own || !arg.startsWith('--'))
    if (arg === '--') translation.copyRest(arg)
    else if (!option) translation.copy(arg)
    else if (foreign) translation.foreign(meaning, option)
    else if (own) translation.own(own, option)
    else translation.copy(arg.replace(/^-+[^=]*/, option.long))
  }
  return translation.result()
}

/** An option as it was written. */
interface Written {
  readonly arg: string
  /** Its name with two dashes. */
  readonly long: string
  /** What stands behind an equals sign. */
  readonly inline: string | undefined
}

/** Reads `-name`, `--name` or `--name=value`; undefined for anything else, one letter and negative numbers too. */
function readOption(arg: string): Written | undefined {
  const [, name, inline] = /^--?([a-zA-Z][\w-]+)(?:=(.*))?$/s.exec(arg) ?? []
  const dashed = name
    ?.replaceAll('_', '-')
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return dashed === undefined ? undefined : { arg, long: `--${dashed}`, inline }
}

class Translation {
  readonly #rest: string[]
  readonly #args: string[] = []
  readonly #defaults: string[] = []
  readonly #ignored: string[] = []

  constructor(args: readonly string[]) {
    this.#rest = [...args]
  }

  next(): string | undefined {
    return this.#rest.shift()
  }

  copy(...args: readonly string[]): void {
    this.#args.push(...args)
  }

  copyRest(arg: string): void {
    this.copy(arg, ...this.#rest.splice(0))
  }

  own({ long, takesValue }: Known, { inline }: Written): void {
    const value = inline ?? (takesValue ? this.next() : undefined)
    this.copy(long, ...(value === undefined ? [] : [value]))
  }

  foreign({ as, unless = [], shown }: Meaning, { arg, inline }: Written): void {
    const value = inline ?? this.next()
    if (value === undefined) return this.copy(arg)
    if (shown === undefined) this.#ignored.push(arg)
    this.#defaults.push(...unless)
    this.copy(...as(value))
  }

  result(): Translated {
    return { args: [...this.#defaults, ...this.#args], ignored: this.#ignored }
  }
}

/** The names that are understood, for help. */
export function namesHelp(names: Readonly<Record<string, Meaning>>): string {
  const rows = Object.entries(names).flatMap(([name, { shown }]) =>
    shown === undefined ? [] : [[`-${name.replaceAll('-', '_')}`, shown]],
  )
  return ['', "char-rnn's names, understood too:", ...table(rows).map((line) => `  ${line}`)].join('\n')
}
