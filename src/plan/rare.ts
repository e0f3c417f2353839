import {
  type RecordName,
  header,
  instructions,
  rareInstructions,
  rareStages,
  records,
  stageKinds,
} from './format.ts'
import { recordNames } from './read.ts'

const numbersOf = <Name extends string>(names: readonly Name[], some: readonly Name[]): ReadonlySet<number> =>
  new Set(some.map((name) => names.indexOf(name)))

const kinds = numbersOf(stageKinds, rareStages)
const ops = numbersOf(instructions, rareInstructions)

/** Whether a plan holds something of what few plans hold (see `rareStages`): modules without that cannot run it. */
export function isRare(plan: Int32Array): boolean {
  return (
    valuesOf(plan, 'drop', 'source').length > 0 ||
    (['copy', 'loop', 'reduction'] as const).some((name) =>
      valuesOf(plan, name, 'lengths').some((at) => at >= 0),
    ) ||
    valuesOf(plan, 'stage', 'kind').some((kind) => kinds.has(kind)) ||
    valuesOf(plan, 'instruction', 'op').some((op) => ops.has(op))
  )
}

/** A field of all records of a kind. */
function valuesOf(plan: Int32Array, name: RecordName, field: string): readonly number[] {
  const fields: readonly string[] = records[name]
  const section = header.length + 2 * recordNames.indexOf(name)
  const [first, count] = [plan[section]!, plan[section + 1]!]
  const at = first + fields.indexOf(field)
  return Array.from({ length: count }, (_unused, i) => plan[at + i * fields.length]!)
}
