import type { StepGraph } from '../graph/index.ts'
import { type BuiltCell, buildCell } from './graph/cell-graph.ts'
import { printCell } from './print/cell-text.ts'
import { concreteGraph } from './graph/concrete.ts'
import { readCell } from './read/read-cell.ts'
import { Source } from './source.ts'
import type { CellSyntax } from './syntax.ts'

/** A cell that was read from equations. */
export interface Cell extends BuiltCell {
  readonly name: string
  /** Canonical text of the equations, in the plain spelling. */
  readonly source: string
  readonly syntax: CellSyntax
  /** The step graph for given sizes, such as `{ input: 65, hidden: 128 }`. The same object for the same sizes. */
  graph(sizes: Readonly<Record<string, number>>): StepGraph
}

/**
 * Reads the equations of a cell: parses them, checks names and solves sizes. Throws an EquationError, with line,
 * column and excerpt, at the first mistake.
 */
export function compile(text: string, options: { readonly name?: string } = {}): Cell {
  const source = new Source(text)
  const { syntax, notation } = readCell(source)
  const name = options.name ?? 'cell'
  const built = buildCell(syntax, source, name, notation)
  const graphs = new Map<string, StepGraph>()
  return {
    ...built,
    name,
    source: printCell(syntax),
    syntax,
    graph(sizes) {
      const key = built.sizes.map((size) => sizes[size]).join(' ')
      const known = Object.keys(sizes).length === built.sizes.length ? graphs.get(key) : undefined
      if (known) return known
      const graph = concreteGraph(built, sizes)
      graphs.set(key, graph)
      return graph
    },
  }
}
