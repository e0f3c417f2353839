import { type Cell, EquationError, compile } from 'sluice/equations'

/** A mistake in equations, and where it is, both from 1. */
export interface Mistake {
  readonly message: string
  readonly line: number
  readonly column: number
}

/** What became of equations: a cell, or the first mistake in them. */
export type Reading = { readonly cell: Cell } | { readonly mistake: Mistake }

/** Reads equations. */
export function read(name: string, equations: string): Reading {
  try {
    return { cell: compile(equations, { name }) }
  } catch (error) {
    if (error instanceof EquationError) {
      const message = error.message.replace(/^line \d+, column \d+: /, '')
      return { mistake: { message, line: error.line, column: error.column } }
    }
    return {
      mistake: { message: error instanceof Error ? error.message : String(error), line: 1, column: 1 },
    }
  }
}

/** A text in three parts: before a place, the character there, and the rest. */
export function marked(
  text: string,
  { line, column }: Pick<Mistake, 'line' | 'column'>,
): readonly [string, string, string] {
  const lines = text.split('\n')
  const before = lines.slice(0, line - 1).map((each) => `${each}\n`)
  const own = [...(lines[line - 1] ?? '')]
  const head = before.join('') + own.slice(0, column - 1).join('')
  const at = own[column - 1] ?? ' '
  const tail =
    own.slice(column).join('') +
    lines
      .slice(line)
      .map((each) => `\n${each}`)
      .join('')
  return [head, at, tail]
}

/** A parameter of a cell: its shape in words and in numbers. */
export interface Parameter {
  readonly name: string
  readonly shape: string
  readonly count: number
}

function bracketed(size: string): string {
  return size.includes(' ') ? `(${size})` : size
}

/** The parameters of a cell for given sizes. @throws SluiceError `cell-sizes` */
export function parametersOf(
  { step, graph }: Cell,
  sizes: Readonly<Record<string, number>>,
): readonly Parameter[] {
  const concrete = graph(sizes)
  return step.parameters.map(({ name, node }) => ({
    name,
    shape: step.nodes[node]!.type.shape.map((size) => bracketed(String(size))).join(' × '),
    count: concrete.nodes[node]!.type.shape.reduce((product, size) => product * size, 1),
  }))
}
