import { parseArgs } from 'node:util'
import { type Precision, precisionNames } from '../src/runtime/index.ts'
import { type CellName, cellNames, configurations } from './models.ts'
import type { Rival } from './rivals/rival.ts'
import { families } from './rivals/rivals.ts'

/** What is measured. */
export interface Options {
  readonly sections: readonly SectionName[]
  /** Cells of every configuration; each configuration's usual ones where it is not given. */
  readonly cells: readonly CellName[] | undefined
  readonly runtimes: readonly RuntimeName[]
  /** Instruction sets of the native runtime; undefined is the processor's best. */
  readonly sets: readonly (string | undefined)[]
  readonly threads: readonly number[]
  /** Precisions of products in training; bf16 on the native runtime alone. */
  readonly precisions: readonly Precision[]
  readonly rivals: readonly Rival['family'][]
  /** Seconds for each contender of a section, over all rounds. */
  readonly seconds: number
  /** Rounds in which contenders take turns. */
  readonly rounds: number
  readonly json: boolean
}

const runtimeNames = ['native', 'wasm'] as const
export type RuntimeName = (typeof runtimeNames)[number]

/** What can be measured: configurations, every cell, forms of a layer, two threads on a busy machine, times and sizes at the start. */
export const sectionNames = [
  ...configurations.map(({ name }) => name),
  'cells',
  'layers',
  'busy',
  'start',
] as const
export type SectionName = (typeof sectionNames)[number]

/** A wrong command line; its message is for people. */
export class UsageError extends Error {}

export const help = `npm run bench -- [options]     lists are separated by commas

  --config NAMES   of ${sectionNames.slice(0, 5).join(', ')},
                   ${sectionNames.slice(5).join(', ')}; tiny and sampling are both (all)
  --cell NAMES     cells of the library, or all (those that each configuration is usually measured with)
  --runtime NAMES  ${runtimeNames.join(', ')} (both)
  --isa NAMES      instruction sets of the native runtime (the processor's best)
  --threads LIST   numbers of threads (1,2)
  --precision LIST ${precisionNames.join(', ')} (both; bf16 in training on native)
  --rival NAMES    ${families.join(', ')}, or none (all)
  --seconds N      seconds for each contender of a section (5)
  --rounds N       turns in which contenders share these seconds (5)
  --json           one object on standard output instead of tables
  --help

All of it takes about an hour, much of it for slow rivals; --rival none takes some minutes.`

/** Reads the command line. Undefined: help is wanted. @throws UsageError */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parse(args)
  if (values.help) return undefined
  return {
    sections: chosenSections(values.config),
    cells: chosenCells(values.cell),
    runtimes: list('runtime', values.runtime, runtimeNames),
    sets: values.isa === undefined ? [undefined] : values.isa.split(','),
    threads: values.threads.split(',').map((text) => positive('threads', text, true)),
    precisions: list('precision', values.precision, precisionNames),
    rivals: values.rival === 'none' ? [] : list('rival', values.rival, families),
    seconds: positive('seconds', values.seconds, false),
    rounds: positive('rounds', values.rounds, true),
    json: values.json,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', default: 'all' },
        cell: { type: 'string' },
        runtime: { type: 'string', default: runtimeNames.join(',') },
        isa: { type: 'string' },
        threads: { type: 'string', default: '1,2' },
        precision: { type: 'string', default: precisionNames.join(',') },
        rival: { type: 'string', default: families.join(',') },
        seconds: { type: 'string', default: '5' },
        rounds: { type: 'string', default: '5' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

/** The sections of a list; `tiny` means all whose name starts with `tiny-`. */
function chosenSections(text: string): readonly SectionName[] {
  if (text === 'all') return sectionNames
  const wanted = text.split(',')
  const unknown = wanted.find((name) => !sectionNames.some((known) => isSection(known, name)))
  if (unknown !== undefined) throw unknownName('config', unknown, sectionNames)
  return sectionNames.filter((known) => wanted.some((name) => isSection(known, name)))
}

function isSection(known: SectionName, name: string): boolean {
  return known === name || known.startsWith(`${name}-`)
}

function chosenCells(text: string | undefined): readonly CellName[] | undefined {
  if (text === 'all') return cellNames
  return text === undefined ? undefined : list('cell', text, cellNames)
}

function list<T extends string>(option: string, text: string, known: readonly T[]): readonly T[] {
  return text.split(',').map((name) => {
    const found = known.find((candidate) => candidate === name)
    if (found === undefined) throw unknownName(option, name, known)
    return found
  })
}

function unknownName(option: string, name: string, known: readonly string[]): UsageError {
  return new UsageError(`--${option} must be of ${known.join(', ')}, not '${name}'`)
}

function positive(option: string, text: string, whole: boolean): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isInteger(value))) return value
  throw new UsageError(`--${option} must be a ${whole ? 'whole ' : ''}number above 0, not '${text}'`)
}
