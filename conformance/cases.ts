import { CaseError } from './case-error.ts'
import type { Runtime } from '../src/runtime/types.ts'
import type { Check, Tolerance } from './compare.ts'
import { Fields } from './fields.ts'

/** Why a case does not count yet. */
export type Reason = "stored activations other than the language's"

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

/** The cases of a file's content. Throws a CaseError when it is of no known format or has a wrong field. */
export function casesOf(raw: unknown, file: string, formats: readonly Format[]): readonly Case[] {
  const cases = new Fields(raw, file).objects('cases')
  if (cases.length === 0) throw new CaseError(`${file} holds no cases.`)
  return cases.map((fields) => {
    const format = formats.find((each) => each.recognises(fields))
    if (!format) throw fields.error('is of no known format')
    return { file, name: format.nameOf(fields), trial: format.read(fields) }
  })
}
