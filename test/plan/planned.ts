import { type Value, copies, entries, valueOf } from '../../src/graph/all.ts'
import { type Piece, interpretPlan, plan } from '../../src/plan/index.ts'
import { partition } from '../../src/plan/partition.ts'
import { type Program, reference } from '../../src/runtime/index.ts'
import { type Data, type Results, give, resultsOf } from './windows.ts'

type Pieces = ReadonlyMap<string, readonly Piece[]>

const rowsOf = (pieces: readonly Piece[]): number => Math.max(...pieces.map(({ row, rows }) => row + rows))
const columnsOf = (pieces: readonly Piece[]): number =>
  Math.max(...pieces.map(({ column, columns }) => column + columns))

/** Calls `visit` with the index of each entry of a part and its index in the whole, for whole vectors or matrices in a row. */
function eachEntry(
  pieces: readonly Piece[],
  piece: Piece,
  length: number,
  visit: (part: number, whole: number) => void,
): void {
  const [rows, columns] = [rowsOf(pieces), columnsOf(pieces)]
  for (let copy = 0; copy < length / (rows * columns); copy++) {
    for (let row = 0; row < piece.rows; row++) {
      for (let column = 0; column < piece.columns; column++) {
        const part = (copy * piece.rows + row) * piece.columns + column
        visit(part, (copy * rows + piece.row + row) * columns + piece.column + column)
      }
    }
  }
}

/** The parts of named values, by the names of the parts. */
function cut(
  whole: ReadonlyMap<string, Float64Array>,
  pieces: Pieces,
  prefix = '',
): Map<string, Float64Array> {
  const parts = new Map<string, Float64Array>()
  for (const [name, list] of pieces) {
    const data = whole.get(prefix + name)
    if (!data) continue
    for (const piece of list) {
      const count = data.length / (rowsOf(list) * columnsOf(list))
      const part = new Float64Array(count * piece.rows * piece.columns)
      eachEntry(list, piece, data.length, (at, from) => (part[at] = data[from]!))
      parts.set(prefix + piece.name, part)
    }
  }
  return parts
}

/** Named values from their parts; a part that is not there is zero. */
function join(
  parts: Results,
  pieces: Pieces,
  prefix: string,
  lengthOf: (name: string) => number,
): Map<string, Float64Array> {
  return new Map(
    [...pieces].map(([name, list]) => {
      const whole = new Float64Array(lengthOf(name))
      for (const piece of list) {
        const part = parts.get(prefix + piece.name)
        if (part) eachEntry(list, piece, whole.length, (from, at) => (whole[at] = part[from]!))
      }
      return [prefix + name, whole]
    }),
  )
}

/** The results of a program, computed by the reference over its cut graph. */
export async function cutResults(program: Program, data: Data): Promise<Results> {
  const { graph, inputs, outputs, parameters } = partition(program.graph)
  const names = (pieces: Pieces, wanted: readonly string[]): string[] =>
    wanted.flatMap((name) => pieces.get(name)!.map((piece) => piece.name))
  const gradient = program.gradient && {
    of: names(outputs, program.gradient.of),
    inputs: names(inputs, program.gradient.inputs),
    slots: 0,
  }
  const cutProgram: Program = {
    graph,
    rows: program.rows,
    steps: program.steps,
    states: [],
    ...(gradient && { gradient }),
  }
  const executable = await reference.compile(cutProgram)
  give(executable, {
    inputs: new Map([...cut(data.inputs, inputs), ...cut(data.inputs, outputs, 'd ')]),
    parameters: cut(data.parameters, parameters),
  })
  await executable.run({ steps: program.steps, mode: 'gradients' })
  return joined(resultsOf(executable, cutProgram), program, data, { inputs, outputs, parameters })
}

function joined(
  parts: Results,
  program: Program,
  data: Data,
  all: Record<'inputs' | 'outputs' | 'parameters', Pieces>,
): Results {
  const input = (name: string): number => data.inputs.get(name)!.length
  const wanted = new Map([...all.inputs].filter(([name]) => program.gradient?.inputs.includes(name)))
  const { nodes, outputs } = program.graph
  const output = (name: string): number => {
    const { type } = nodes[outputs.find((port) => port.name === name)!.node]!
    return copies(type, program.steps, program.rows) * entries(type.shape)
  }
  return new Map([
    ...join(parts, all.outputs, '', output),
    ...join(parts, wanted, 'd ', input),
    ...join(parts, all.parameters, 'gradient ', (name) => data.parameters.get(name)!.length),
  ])
}

/** The results of a program, computed by its plan in float64. */
export function plannedResults(program: Program, data: Data): Results {
  const { rows, steps } = program
  const made = plan(program)
  const { inputs, outputs, parameters, graph } = made.partition
  const leaves = new Map<number, Value>()
  const setAll = (
    ports: readonly { name: string; node: number }[],
    parts: ReadonlyMap<string, Float64Array>,
  ): void => {
    for (const { name, node } of ports)
      leaves.set(node, valueOf(made.nodes[node]!.type, steps, rows, parts.get(name)!))
  }
  setAll(graph.inputs, cut(data.inputs, inputs))
  setAll(made.seeds, cut(data.inputs, outputs, 'd '))
  setAll(graph.parameters, cut(data.parameters, parameters))
  const values = interpretPlan(made, leaves, { steps, rows })
  const read = (ports: readonly { name: string; node: number }[], prefix: string) =>
    ports.map(({ name, node }) => [prefix + name, values[node]!.data] as const)
  const parts: Results = new Map([
    ...read(graph.outputs, ''),
    ...read(made.inputGradients, 'd '),
    ...read(made.parameterGradients, 'gradient '),
  ])
  return joined(parts, program, data, { inputs, outputs, parameters })
}
