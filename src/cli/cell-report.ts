import type { Cell } from '../equations/index.ts'
import { count } from './view/format.ts'
import type { Style } from './view/style.ts'
import { table } from './view/table.ts'

/** A value of a cell: its size in words, and for the sizes that were checked. */
interface Entry {
  readonly name: string
  /** `hidden × (input + hidden)`. */
  readonly shape: string
  readonly numbers: readonly number[]
}

/** What `sluice check` finds out about a cell. */
export interface CellReport {
  readonly name: string
  /** Canonical equations. */
  readonly equations: string
  readonly sizes: Readonly<Record<string, number>>
  /** Equalities of sizes that the equations ask for. */
  readonly constraints: readonly string[]
  readonly parameters: readonly Entry[]
  /** Numbers in all parameters together. */
  readonly weights: number
  readonly states: readonly Entry[]
  readonly outputs: readonly Entry[]
  readonly gradient: { readonly error: number; readonly at: string; readonly ok: boolean }
}

/** Everything but the gradient. */
export function reportOn(cell: Cell, sizes: Readonly<Record<string, number>>): Omit<CellReport, 'gradient'> {
  const { step, name, source, constraints } = cell
  const graph = cell.graph(sizes)
  const entry = (label: string, node: number): Entry => ({
    name: label,
    shape: step.nodes[node]!.type.shape.map(String).map(bracketed).join(' × '),
    numbers: graph.nodes[node]!.type.shape,
  })
  const parameters = step.parameters.map((port) => entry(port.name, port.node))
  return {
    name,
    equations: source,
    sizes,
    constraints: constraints.map(
      ({ left, right, reason }) => `${String(left)} = ${String(right)} (${reason})`,
    ),
    parameters,
    weights: parameters.reduce((total, { numbers }) => total + product(numbers), 0),
    states: step.states.map(({ name: state, previous }) => entry(state, previous)),
    outputs: step.outputs.map((port) => entry(port.name, port.node)),
  }
}

function bracketed(size: string): string {
  return size.includes(' ') ? `(${size})` : size
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((total, size) => total * size, 1)
}

/** The report for people. */
export function reportLines(report: CellReport, style: Style): readonly string[] {
  const { name, equations, sizes, constraints, parameters, weights, states, outputs, gradient } = report
  const given = Object.entries(sizes).map(([size, value]) => `${size} ${value}`)
  const share = gradient.error.toExponential(1)
  return [
    style.bold(name),
    ...indented(equations.trimEnd().split('\n')),
    '',
    ...section('parameters', [...parameters.map(parameterRow), ['', 'together', '', count(weights)]], style),
    ...section('states', states.map(valueRow), style),
    ...section('outputs', outputs.map(valueRow), style),
    ...constraints.map((constraint) => `the sizes must fit: ${constraint}`),
    `counted with ${given.join(', ')}`,
    gradient.ok
      ? style.green(`gradient: agrees with finite differences to ${share} (float64, worst at ${gradient.at})`)
      : style.red(`gradient: differs from finite differences by ${share} (float64, at ${gradient.at})`),
  ]
}

function parameterRow({ name, shape, numbers }: Entry): readonly string[] {
  return [name, shape, numbers.join(' × '), count(product(numbers))]
}

function valueRow({ name, shape, numbers }: Entry): readonly string[] {
  return [name, shape, numbers.join(' × ')]
}

function section(title: string, rows: readonly (readonly string[])[], style: Style): readonly string[] {
  return [style.dim(title), ...indented(table(rows)), '']
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}
