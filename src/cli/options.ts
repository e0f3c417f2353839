import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { SluiceError } from '../core/errors.ts'
import { type Range, numberWithin, oneOf, wholeNumber } from '../data/check.ts'
import { type Runtime, type RuntimeName, openRuntime, runtimeNames } from '../runtime/index.ts'
import type { Output } from './output.ts'

/** Reads the argument of an option. */
type Read<T> = (text: string) => T

/** A number as it was written, or the text itself if it is none: errors then show it. */
function written(text: string): unknown {
  const value = text.trim() === '' ? NaN : Number(text)
  return Number.isNaN(value) ? `"${text}"` : value
}

/** Reads a whole number from `least` to `most`. */
export function whole(name: string, least: number, most?: number): Read<number> {
  return (text) => wholeNumber(name, written(text), least, most)
}

/** Reads a number within limits. */
export function real(name: string, range: Range): Read<number> {
  return (text) => numberWithin(name, written(text), range)
}

/** Reads an amount of memory in bytes: `512MB`, `2GB`. */
export function memorySize(name: string): Read<number> {
  return (text) => {
    const [, size = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kMGT])B?\s*$/i.exec(text) ?? []
    const bytes = Math.floor(Number(size) * 1000 ** ' kmgt'.indexOf(unit.toLowerCase()))
    if (unit !== '' && bytes >= 1) return bytes
    throw new SluiceError('option-value/memory', { name, value: text })
  }
}

/** Reads one of some words. */
export function word<const Word extends string>(name: string, words: readonly Word[]): Read<Word> {
  return (text) => oneOf(name, text, words)
}

/** Reads a number or one of some words. */
export function numberOr<const Word extends string>(
  name: string,
  words: readonly Word[],
): Read<number | Word> {
  return (text) =>
    typeof written(text) === 'number' ? numberWithin(name, written(text), {}) : oneOf(name, text, words)
}

/** Reads `key=value` again and again, into one object. */
export function assignments<T>(
  name: string,
  read: Read<T>,
): (text: string, before?: Readonly<Record<string, T>>) => Readonly<Record<string, T>> {
  return (text, before = {}) => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (key === undefined || value === undefined) {
      throw new SluiceError('usage/assignment', { option: name, text })
    }
    return { ...before, [key.trim()]: read(value) }
  }
}

/** Gathers the arguments of an option that may be given again and again. */
export function gathered(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/** An option, in the words of its help; a default is shown but not filled in, so that what was given can be told. */
export function option<T>(
  flags: string,
  description: string,
  read?: (text: string, before?: T) => T,
  shown?: string | number,
): Option {
  const made = new Option(flags, shown === undefined ? description : `${description} (default: ${shown})`)
  return read ? made.argParser((text: string, before: T | undefined) => read(text, before)) : made
}

/** Options of what a command runs on. */
export interface RuntimeFlags {
  readonly runtime?: RuntimeName
  readonly threads?: number
  readonly isa?: string
}

/** Adds `--runtime`, `--threads` and `--isa`. */
export function addRuntimeOptions(command: Command): void {
  command
    .optionsGroup('Machine:')
    .addOption(option('--runtime <name>', runtimeNames.join(', '), word('--runtime', runtimeNames), 'auto'))
    .addOption(
      option('--threads <n>', 'threads', whole('--threads', 1, 1024), `${availableParallelism()} here`),
    )
    .addOption(
      option('--isa <name>', 'instruction set of native: baseline, avx2, avx512, avx512bf16 or neon'),
    )
}

/** Options of how a command talks. */
export interface OutputFlags {
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Adds `--json` and `--quiet`. */
export function addOutputOptions(command: Command, json: string): void {
  command
    .optionsGroup('Output:')
    .addOption(option('--json', json))
    .addOption(option('--quiet', 'only results, warnings and errors'))
}

/** Opens the runtime that was asked for, and says why if it is not the first choice. */
export function runtimeFor(
  { runtime = 'auto', threads, isa }: RuntimeFlags,
  output: Output,
): Promise<Runtime> {
  if (isa !== undefined && runtime !== 'native' && runtime !== 'auto') {
    throw new SluiceError('usage/isa', { runtime })
  }
  return openRuntime(isa === undefined ? runtime : 'native', {
    ...(threads !== undefined && { threads }),
    ...(isa !== undefined && { isa }),
    onFallback: (from, reason) => output.warn(`${from} is not available, WebAssembly is used. ${reason}`),
  })
}
