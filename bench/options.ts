import { parseArgs } from 'node:util'
import { type CellName, type Configuration, cellNames, configurations } from './models.ts'

/** What is measured. */
export interface Options {
  readonly configurations: readonly Configuration[]
  readonly cells: readonly CellName[]
  readonly runtimes: readonly RuntimeName[]
  /** Instruction sets of the native runtime; undefined is the processor's best. */
  readonly sets: readonly (string | undefined)[]
  readonly threads: readonly number[]
  /** Seconds for each contender of a configuration, over all rounds. */
  readonly seconds: number
  readonly json: boolean
}

const runtimeNames = ['native', 'wasm'] as const
export type RuntimeName = (typeof runtimeNames)[number]

/** A wrong command line; its message is for people. */
export class UsageError extends Error {}

export const help = `npm run bench -- [options]     lists are separated by commas

  --config NAMES   ${configurations.map(({ name }) => name).join(', ')} or all (medium)
  --cell NAMES     cells of the library (lstm,gru,peephole_lstm)
  --runtime NAMES  ${runtimeNames.join(', ')} (both)
  --isa NAMES      instruction sets of the native runtime (the processor's best)
  --threads LIST   numbers of threads (1)
  --seconds N      seconds for each contender of a configuration (5)
  --json           one object on standard output instead of tables
  --help`

/** Reads the command line. Undefined: help is wanted. @throws UsageError */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parse(args)
  if (values.help) return undefined
  return {
    configurations: chosenConfigurations(values.config),
    cells: list('cell', values.cell, cellNames),
    runtimes: list('runtime', values.runtime, runtimeNames),
    sets: values.isa === undefined ? [undefined] : values.isa.split(','),
    threads: values.threads.split(',').map((text) => positive('threads', text, true)),
    seconds: positive('seconds', values.seconds, false),
    json: values.json,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', default: 'medium' },
        cell: { type: 'string', default: 'lstm,gru,peephole_lstm' },
        runtime: { type: 'string', default: runtimeNames.join(',') },
        isa: { type: 'string' },
        threads: { type: 'string', default: '1' },
        seconds: { type: 'string', default: '5' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function chosenConfigurations(text: string): readonly Configuration[] {
  if (text === 'all') return configurations
  const known = configurations.map(({ name }) => name)
  const names = list('config', text, known)
  return configurations.filter(({ name }) => names.includes(name))
}

function list<T extends string>(option: string, text: string, known: readonly T[]): readonly T[] {
  return text.split(',').map((name) => {
    const found = known.find((candidate) => candidate === name)
    if (found === undefined) throw new UsageError(`--${option} must be of ${known.join(', ')}, not '${name}'`)
    return found
  })
}

function positive(option: string, text: string, whole: boolean): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value
  throw new UsageError(`--${option} must be a ${whole ? 'whole ' : ''}number above 0, not '${text}'`)
}
