import { invariant } from '../core/errors.ts'
import { type RecordName, header, records } from './format.ts'

/** One record of a plan: its words by field. */
export type Fields = Readonly<Record<string, number>>

/** All kinds of records, in the order of their sections. */
export const recordNames = Object.keys(records) as readonly RecordName[]

/** Header and records of a plan, by name. @throws SluiceError `internal` where a section leaves the plan */
export function readPlan(words: Int32Array) {
  const fields = (names: readonly string[], at: number): Fields =>
    Object.fromEntries(names.map((name, i) => [name, words[at + i] ?? Number.NaN]))
  const head = fields(header, 0)
  const sections = new Map(
    recordNames.map((name, i) => {
      const [offset, count] = [words[header.length + 2 * i]!, words[header.length + 2 * i + 1]!]
      const size = records[name].length
      invariant(
        offset >= 0 && count >= 0 && offset + count * size <= words.length,
        `section ${name} lies inside the plan`,
      )
      return [
        name,
        Array.from({ length: count }, (_unused, k) => fields(records[name], offset + k * size)),
      ] as const
    }),
  )
  return { head, section: (name: RecordName): readonly Fields[] => sections.get(name)! }
}
