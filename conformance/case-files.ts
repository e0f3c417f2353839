import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CaseError } from './case-error.ts'
import { type Case, type Format, casesOf } from './cases.ts'

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
    .flatMap((file) => casesOf(readContent(directory, file), file, formats))
    .filter(({ name }) => filter.case === undefined || name === filter.case)
  if (cases.length > 0) return cases
  throw new CaseError(`There are no such cases in ${directory}.`)
}

/** Names of the case files of a directory, in order. */
export function filesOf(directory: string): readonly string[] {
  return attempt(`The directory ${directory}`, () =>
    readdirSync(directory)
      .filter((file) => file.endsWith('.json'))
      .toSorted(),
  )
}

/** The content of a case file. */
export function readContent(directory: string, file: string): unknown {
  return attempt(file, (): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8')))
}

function attempt<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new CaseError(`${what} cannot be read: ${cause}`, { cause: error })
  }
}
