import { describe, expect, test } from 'vitest'
import { library } from '../../src/cells/index.ts'
import {
  cellTrial,
  trialDifferences,
  trialGradients,
  worstDifference,
} from '../../src/inspect/cell-program.ts'
import { fittingSizes } from '../../src/inspect/cell-sizes.ts'
import { Stream } from '../../src/core/random.ts'
import { type Cell, compile } from '../../src/equations/index.ts'
import { type StepGraph, interpret, valueOf } from '../../src/graph/all.ts'
import { reference } from '../../src/runtime/index.ts'

const named = library.map(({ name, equations }) => [name, compile(equations, { name })] as const)

describe('the gradient agrees with finite differences', () => {
  test.each(named)('%s', async (_name, cell) => {
    const trial = cellTrial(cell.graph(fittingSizes(cell, {})))
    const gradients = await trialGradients(reference, trial)
    expect(worstDifference(gradients, await trialDifferences(reference, trial)).error).toBeLessThan(1e-7)
    for (const gradient of gradients.values())
      expect(Math.max(...Array.from(gradient, Math.abs))).toBeGreaterThan(1e-3)
  })

  const slstm = compile(library.find(({ name }) => name === 'slstm')!.equations, { name: 'slstm' })

  test.each([
    ['input', -8, 1],
    ['forget', 8, 0],
  ])('slstm, where the %s gate holds the larger exponent', async (_gate, m, share) => {
    const trial = cellTrial(slstm.graph({ input: 2, hidden: 3 }))
    trial.inputs.get('state m')!.fill(m)
    const executable = await reference.compile(trial.program)
    for (const [name, data] of trial.inputs) executable.write(name, data)
    for (const [name, data] of trial.parameters) executable.writeParameter(name, data)
    executable.write('d final m', new Float64Array(6).fill(1))
    await executable.run({ steps: 1, mode: 'gradients' })
    executable.readParameter('bi', 'gradient').forEach((slope) => expect(slope).toBeCloseTo(2 * share, 12))
    executable.read('d state m').forEach((slope) => expect(slope).toBeCloseTo(1 - share, 12))
    executable.dispose()
    const gradients = await trialGradients(reference, trial)
    expect(worstDifference(gradients, await trialDifferences(reference, trial)).error).toBeLessThan(1e-7)
  })
})

const sizes = { input: 3, hidden: 5, projection: 2 }
const order = [3, 0, 4, 1, 2]

/** Where the entries of a vector of this size go when units are permuted; sizes with `hidden` are blocks of units. */
function moved(size: string, count: number): readonly number[] {
  const isUnits = /^(\d+\*)?hidden$/.test(size)
  return Array.from({ length: count }, (_unused, i) =>
    isUnits ? i - (i % sizes.hidden) + order[i % sizes.hidden]! : i,
  )
}

/** The same for the columns of a matrix, which stand as its operand is put together. */
function movedColumns(cell: Cell, graph: StepGraph, matrix: number): readonly number[] {
  const product = graph.nodes.find(({ op, inputs }) => op === 'product' && inputs[0] === matrix)!
  const operand = product.inputs[1]!
  const { op, inputs } = graph.nodes[operand]!
  let start = 0
  return (op === 'concat' ? inputs : [operand]).flatMap((piece) => {
    const [count] = graph.nodes[piece]!.type.shape as [number]
    start += count
    return moved(String(cell.step.nodes[piece]!.type.shape[0]), count).map((to) => start - count + to)
  })
}

/** Values of all nodes of one step with random numbers; `permuted` are the same numbers with units in another order. */
function values(cell: Cell, permuted: boolean) {
  const graph = cell.graph(Object.fromEntries(cell.sizes.map((name) => [name, sizes[name as 'hidden']])))
  const random = new Stream(4)
  const leaves = graph.nodes.flatMap(({ op, type }, id) => {
    if (!['input', 'state', 'parameter'].includes(op)) return []
    const [rows, columns = 1] = type.shape as [number, number?]
    const data = Array.from({ length: rows * columns }, () => random.uniform() - 0.3)
    const down = moved(String(cell.step.nodes[id]!.type.shape[0]), rows)
    const across = type.shape.length === 2 ? movedColumns(cell, graph, id) : [0]
    const own = data.map((_x, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns]
      return permuted ? data[down[row]! * columns + across[column]!]! : data[i]!
    })
    return [[id, valueOf(type, 1, 1, own)] as const]
  })
  return interpret(graph, new Map(leaves), { steps: 1, rows: 1 })
}

describe('a permutation of the units permutes all values', () => {
  test.each(named)('%s', (_name, cell) => {
    const [straight, turned] = [values(cell, false), values(cell, true)]
    for (const { node } of cell.step.traces) {
      const { data } = straight[node]!
      const to = moved(String(cell.step.nodes[node]!.type.shape[0]), data.length)
      data.forEach((_x, i) => expect(turned[node]!.data[i]).toBeCloseTo(data[to[i]!]!, 11))
      expect(new Set(data).size).toBeGreaterThan(1)
    }
  })
})

describe('what a cell multiplies with matrices', () => {
  /** Names of the matrices that act on anything but the input. */
  const recurrent = ({ step }: Cell): readonly string[] =>
    step.parameters.flatMap(({ name, node }) => {
      const columns = step.nodes[node]!.type.shape[1]
      return columns === undefined || String(columns) === 'input' ? [] : [name]
    })

  test('is the input alone in the cells without a recurrent matrix', () => {
    expect(named.filter(([, cell]) => recurrent(cell).length === 0).map(([name]) => name)).toEqual([
      'indrnn',
      'sru',
      'min_gru',
      'min_lstm',
    ])
  })

  test('are nine gates on gates with full gate recurrence', () => {
    const [, cell] = named.find(([name]) => name === 'lstm_fgr')!
    expect(recurrent(cell).filter((name) => name.startsWith('R'))).toHaveLength(9)
  })
})
