import type { StepProgram } from './step.ts'
import { groupBy } from '../core/collections.ts'

/** Most products that share a panel. */
export const stackLimit = 4

/** One term of an `accumulate` node. */
export interface Term {
  readonly matrix: number
  readonly operand: number
  readonly transposed: boolean
}

/** The products of an `accumulate` node. */
export function terms(program: StepProgram, id: number): readonly Term[] {
  const { inputs, attributes } = program.nodes[id]!
  const { count, transposes } = attributes as { count: number; transposes: string }
  return Array.from({ length: count }, (_unused, i) => ({
    matrix: inputs[2 * i]!,
    operand: inputs[2 * i + 1]!,
    transposed: transposes[i] === 't',
  }))
}

/** The bias vectors of an `accumulate` node. */
export function biases(program: StepProgram, id: number): readonly number[] {
  const { inputs, attributes } = program.nodes[id]!
  return inputs.slice(2 * (attributes.count as number))
}

/**
 * Groups `accumulate` nodes of one stage: products of equal size that read some operand together are computed as one. In
 * a group the order is such that the readers of each operand stand together as far as possible.
 */
export function stack(program: StepProgram, nodes: readonly number[]): readonly (readonly number[])[] {
  const bySize = groupBy(nodes, (id) => program.nodes[id]!.type.shape[0]!)
  return [...bySize.values()].flatMap((same) => {
    const sorted = [...same].sort((a, b) => compare(signature(program, a), signature(program, b)) || a - b)
    return related(program, sorted).flatMap((group) => chunks(group).map((part) => ordered(program, part)))
  })
}

function signature(program: StepProgram, id: number): string {
  return terms(program, id)
    .map(({ operand }) => String(operand).padStart(6, '0'))
    .sort()
    .join()
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Runs of neighbours that each read an operand of those before; products of different operands share nothing. */
function related(program: StepProgram, nodes: readonly number[]): readonly (readonly number[])[] {
  const found: { readonly operands: Set<number>; readonly nodes: number[] }[] = []
  for (const id of nodes) {
    const own = terms(program, id).map(({ operand }) => operand)
    const last = found.at(-1)
    const open = last && own.some((operand) => last.operands.has(operand)) ? last : undefined
    if (!open) found.push({ operands: new Set(own), nodes: [id] })
    open?.nodes.push(id)
    for (const operand of open ? own : []) open!.operands.add(operand)
  }
  return found.map((group) => group.nodes)
}

/** As few parts as the limit allows, of nearly equal length. */
function chunks(nodes: readonly number[]): readonly (readonly number[])[] {
  const length = Math.ceil(nodes.length / Math.ceil(nodes.length / stackLimit))
  return Array.from({ length: Math.ceil(nodes.length / length) }, (_unused, i) =>
    nodes.slice(i * length, (i + 1) * length),
  )
}

/** Products a group takes: for each operand, runs of neighbours that read it. */
export function runs(program: StepProgram, group: readonly number[]) {
  const operands = [...new Set(group.flatMap((id) => terms(program, id).map(({ operand }) => operand)))]
  return operands.flatMap((operand) => {
    const found: { operand: number; from: number; terms: Term[] }[] = []
    group.forEach((id, slot) => {
      const own = terms(program, id).filter((term) => term.operand === operand)
      own.forEach((term, nth) => {
        const open = found.find(
          (run) => nth === 0 && run.from + run.terms.length === slot && run.operand === operand,
        )
        if (open) open.terms.push(term)
        else found.push({ operand, from: slot, terms: [term] })
      })
    })
    return found
  })
}

/** The order with the fewest products; the given one where several are equal. */
function ordered(program: StepProgram, group: readonly number[]): readonly number[] {
  return permutations(group).reduce((best, order) =>
    runs(program, order).length < runs(program, best).length ? order : best,
  )
}

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  )
}
