import { describe, expect, test } from 'vitest'
import { cells, initialise } from '../../src/cells/index.ts'
import {
  cellTrial,
  trialDifferences,
  trialGradients,
  worstDifference,
} from '../../src/inspect/cell-program.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { type StepGraph, interpret, valueOf } from '../../src/graph/all.ts'
import { type GridParts, gridStep, gridWindow } from '../../src/model/index.ts'
import { type Program, type Runtime, type UpdateSettings, reference } from '../../src/runtime/index.ts'
import { runtimes } from '../runtime/runtimes.ts'
import { plainAdam } from '../runtime/settings.ts'

const square = (hidden: number): StepGraph => cells.lstm(hidden).cell.graph({ input: hidden, hidden })

/** Values of a step for numbers that depend on the names of the leaves. */
function run(step: StepGraph, given: (name: string, index: number) => number): Map<string, number[]> {
  const leaves = step.nodes.flatMap(({ op, type, attributes }, id) => {
    if (!['input', 'state', 'parameter'].includes(op)) return []
    const count = type.shape.reduce((a, b) => a * b, 1)
    const data = Array.from({ length: count }, (_unused, i) => given(attributes.name as string, i))
    return [[id, valueOf(type, 1, 1, data)] as const]
  })
  const values = interpret(step, new Map(leaves), { steps: 1, rows: 1 })
  return new Map(step.traces.map(({ name, node }) => [name, [...values[node]!.data]]))
}

const number = (name: string, index: number): number =>
  (([...name].reduce((sum, letter) => sum * 7 + letter.codePointAt(0)!, 3) * (index + 5)) % 101) / 101 - 0.5

describe('a grid along one dimension', () => {
  test('is the cell, number for number', async () => {
    const step = cells.lstm(4).cell.graph({ input: 3, hidden: 4 })
    const grid = gridStep(step, ['time'])
    expect(grid.inputs.map(({ name }) => name)).toEqual(['x'])
    expect(grid.states.map(({ name }) => name)).toEqual(['time.c', 'time.h'])
    const [one, other] = [cellTrial(step), cellTrial(grid)]
    const [wanted, got] = [await trialGradients(reference, one), await trialGradients(reference, other)]
    const bare = new Map([...got].map(([name, data]) => [name.replace('time.', ''), [...(data as number[])]]))
    expect(bare).toEqual(new Map([...wanted].map(([name, data]) => [name, [...(data as number[])]])))
  })
})

describe('a grid of time and depth', () => {
  test('runs the LSTM along both, each seeing both hidden vectors', () => {
    const hidden = 3
    const values = run(gridStep(square(hidden), ['time', 'depth']), number)
    const vector = (name: string): number[] => Array.from({ length: hidden }, (_unused, i) => number(name, i))
    for (const [own, other] of [
      ['time', 'depth'],
      ['depth', 'time'],
    ] as const) {
      const seen = [...vector(`${own}.h`), ...vector(`${other}.h`)]
      const gate = (letter: string, k: number): number =>
        seen.reduce((sum, x, j) => sum + number(`${own}.W${letter}`, k * 2 * hidden + j) * x, 0) +
        number(`${own}.b${letter}`, k)
      const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a))
      for (let k = 0; k < hidden; k++) {
        const memory =
          sigmoid(gate('f', k)) * number(`${own}.c`, k) + sigmoid(gate('i', k)) * Math.tanh(gate('g', k))
        expect(values.get(`${own}.c`)![k]).toBeCloseTo(memory, 12)
        expect(values.get(`${own}.h`)![k]).toBeCloseTo(sigmoid(gate('o', k)) * Math.tanh(memory), 12)
      }
    }
  })

  test('lets h and c flow along depth, and time carry its own', () => {
    const { inputs, outputs, states, parameters } = gridStep(square(3), ['time', 'depth'])
    const names = (ports: readonly { readonly name: string }[]): string =>
      ports.map(({ name }) => name).join(' ')
    expect(names(inputs)).toBe('depth.c depth.h')
    expect(names(outputs)).toBe('depth.h depth.c')
    expect(names(states)).toBe('time.c time.h')
    expect(parameters).toHaveLength(16)
  })

  test('has the gradient of finite differences, in three dimensions too', async () => {
    const wide = cells.lstm(2).cell.graph({ input: 4, hidden: 2 })
    for (const grid of [gridStep(square(3), ['time', 'depth']), gridStep(wide, ['time', 'up', 'left'])]) {
      const trial = cellTrial(grid)
      const gradients = await trialGradients(reference, trial)
      expect(worstDifference(gradients, await trialDifferences(reference, trial)).error).toBeLessThan(1e-7)
    }
  })

  test('takes any cell that carries its output', () => {
    expect(
      gridStep(cells.gru(3).cell.graph({ input: 3, hidden: 3 }), ['time', 'depth']).outputs,
    ).toHaveLength(1)
    expect(() => gridStep(cells.sru(3).cell.graph({ input: 3, hidden: 3 }), ['time', 'depth'])).toThrow(
      'The cell "sru" does not carry its output on; along a dimension of a grid it has to.',
    )
  })
})

const text = 'the quick brown fox jumps over the lazy dog and the dog sleeps on while the fox runs away '
const vocabulary = Vocabulary.of(text)
const [rows, steps] = [4, 8]

const adam: UpdateSettings = {
  ...plainAdam,
  learningRate: 0.03,
  epsilon: 1e-6,
  clipNorm: 1,
}

/** Losses of some training steps of a grid on a line of text. */
async function losses(runtime: Runtime, parts: Pick<GridParts, 'depth' | 'tied'>): Promise<number[]> {
  const { graph, states, steps: scans } = gridWindow({ cell: square(9), symbols: vocabulary.size, ...parts })
  const gradient = { of: ['loss'], inputs: [], slots: 2 }
  const executable = await runtime.compile({ graph, states, rows, steps, gradient } satisfies Program)
  for (const [prefix, step] of scans) {
    for (const [name, data] of initialise(step, {}, 3)) executable.writeParameter(`${prefix}.${name}`, data)
  }
  const tokens = [...text].map((symbol) => vocabulary.symbols.indexOf(symbol))
  const found: number[] = []
  for (let count = 1; count <= 12; count++) {
    const each = (shift: number): number[] =>
      Array.from({ length: steps * rows }, (_unused, i) => {
        const at = (i % rows) * 20 + (count - 1) * steps + Math.floor(i / rows) + shift
        return tokens[at % tokens.length]!
      })
    executable.write('tokens', each(0))
    executable.write('targets', each(1))
    const call = { steps, mode: 'gradients', carry: count > 1, training: true } as const
    found.push((await executable.run({ ...call, update: { ...adam, count } })).loss)
  }
  executable.dispose()
  return found
}

describe.each([{ depth: 2 }, { depth: 3, tied: true }])('a model on a grid, %o', async (parts) => {
  const wanted = await losses(reference, parts)

  test('learns', () => {
    expect(wanted[0]).toBeCloseTo(Math.log(vocabulary.size), 0)
    expect(wanted.at(-1)).toBeLessThan(0.85 * wanted[0]!)
  })

  test.each(runtimes)('learns the same on %s', async (_name, runtime) => {
    const got = await losses(runtime, parts)
    wanted.forEach((loss, i) => expect(Math.abs(got[i]! - loss)).toBeLessThan(1e-4))
  })
})
