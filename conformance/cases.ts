import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CaseError } from './case-error.ts'
import type { Runtime } from '../src/runtime/types.ts'
import type { Check, Tolerance } from './compare.ts'
import { Fields } from './fields.ts'

/** Why a case does not count yet. */
export type Reason = "stored activations other than the language's" | 'attention' | 'losses'

/** A case that can run. */
export interface Trial {
  readonly tolerance: Readonly<Record<'float64' | 'float32', Tolerance>>
  run(runtime: Runtime): Promise<readonly Check[]>
}

/** A kind of case: how to tell it from the others, and how to read it. */
export interface Format {
  recognises(raw: Fields): boolean
  /** The name of a case. */
  nameOf(raw: Fields): string
  /** Throws a CaseError when a field is missing or wrong. */
  read(raw: Fields): Trial | Reason
}

/** A case with its name and file. */
export interface Case {
  readonly file: string
  readonly name: string
  readonly trial: Trial | Reason
}

/** Limits the cases to one file or to those of one name. */
export interface Filter {
  readonly file?: string | undefined
  readonly case?: string | undefined
}

/**
 * Reads every case file (`*.json`) of a directory. Throws a CaseError when there is none, or one cannot be read, is
 * of no known format or has a wrong field.
 */
export function readCases(
  directory: string,
  formats: readonly Format[],
  filter: Filter = {},
): readonly Case[] {
  const files = filesOf(directory).filter((file) => filter.file === undefined || file === filter.file)
  const cases = files
    .flatMap((file) => readFile(directory, file, formats))
    .filter(({ name }) => filter.case === undefined || name === filter.case)
  if (cases.length > 0) return cases
  throw new CaseError(`There are no such cases in ${directory}.`)
}

function filesOf(directory: string): readonly string[] {
  return attempt(`The directory ${directory}`, () =>
    readdirSync(directory)
      .filter((file) => file.endsWith('.json'))
      .toSorted(),
  )
}

function readFile(directory: string, file: string, formats: readonly Format[]): readonly Case[] {
  const raw = attempt(file, (): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8')))
  const cases = new Fields(raw, file).objects('cases')
  if (cases.length === 0) throw new CaseError(`${file} holds no cases.`)
  return cases.map((fields) => {
    const format = formats.find((each) => each.recognises(fields))
    if (!format) throw fields.error('is of no known format')
    return { file, name: format.nameOf(fields), trial: format.read(fields) }
  })
}

function attempt<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new CaseError(`${what} cannot be read: ${cause}`, { cause: error })
  }
}
