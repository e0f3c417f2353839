import { describe, expect, it } from 'vitest'
import { Builder, type Port, type StepGraph, numbers } from '../../src/graph/index.ts'
import type { Program } from '../../src/runtime/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { namedCells, randomCells, sized } from '../plan/cases.ts'
import { plannedResults } from '../plan/planned.ts'
import { type Direction, sequenceData, sequenceProgram } from '../plan/sequences.ts'
import { type Data, difference } from '../plan/windows.ts'
import { expectAgreement, results, runtimes, withThreads } from './runtimes.ts'
import { bitsOf, padded } from './padding.ts'

const directions: readonly Direction[] = ['forward', 'reverse', 'both']

const sizes = [
  { input: 3, hidden: 5, p: 2, projection: 2 },
  { input: 16, hidden: 32, p: 8, projection: 8 },
  { input: 9, hidden: 21, p: 5, projection: 5 },
]

interface Case {
  readonly name: string
  readonly program: Program
  readonly data: Data
}

/** A step with two inputs of different size, as the equations have none. */
function twoInputs(): StepGraph {
  const build = new Builder(numbers)
  const leaf = (op: 'input' | 'state' | 'parameter', name: string, ...shape: number[]): Port => {
    const extent = op === 'parameter' ? 'once' : 'row'
    return { name, node: build.leaf(op, name, { extent, shape }) }
  }
  const [x, z, h] = [leaf('input', 'x', 7), leaf('input', 'z', 4), leaf('state', 'h', 9)]
  const [W, V, U, b] = [
    leaf('parameter', 'W', 9, 7),
    leaf('parameter', 'V', 9, 4),
    leaf('parameter', 'U', 9, 9),
    leaf('parameter', 'b', 9),
  ]
  const product = (matrix: Port, vector: Port): number => build.add('product', [matrix.node, vector.node])
  const sum = build.add('add', [build.add('add', [product(W, x), product(V, z)]), b.node])
  const gate = build.add('sigmoid', [product(V, z)])
  const next = build.add('add', [
    build.add('mul', [gate, h.node]),
    build.add('tanh', [build.add('add', [sum, product(U, h)])]),
  ])
  return {
    name: 'two inputs',
    nodes: build.nodes,
    inputs: [x, z],
    states: [{ name: 'h', previous: h.node, next, initial: 'zero' }],
    parameters: [W, V, U, b],
    outputs: [{ name: 'h', node: next }],
    traces: [],
  }
}

/** Every cell with some sizes. */
const layers = [...namedCells, ...randomCells(540, 12)].map(
  ([name, cell], i) => [name, sized(cell, sizes[i % 3]!)] as const,
)

/** Each cell in some direction, with and without lengths, over few and many rows. */
const cases: readonly Case[] = [['two inputs', twoInputs()] as const, ...layers].map(([name, step], i) => {
  const program = sequenceProgram([step], {
    rows: [4, 6, 17][i % 3]!,
    steps: 4,
    direction: directions[i % 3]!,
    masked: i % 4 !== 1,
    initial: (['given', 'learned', 'begun'] as const)[Math.floor(i / 3) % 3]!,
  })
  return { name, program, data: sequenceData(program, i, { scale: 0.3 }) }
})

const [, lstm] = namedCells.find(([name]) => name === 'lstm')!
const [, gru] = namedCells.find(([name]) => name === 'gru')!

/** Two layers in both directions, on vectors and on tokens. */
const stacks: readonly Case[] = [undefined, 7].flatMap((classes) =>
  [1, 8, 33].map((rows) => {
    const first = sized(lstm, { input: classes ?? 5, hidden: 21 })
    const second = sized(gru, { input: 42, hidden: 9 })
    const program = sequenceProgram([first, second], {
      rows,
      steps: 4,
      direction: 'both',
      masked: true,
      initial: 'begun',
      ...(classes !== undefined && { classes }),
    })
    const data = sequenceData(program, rows, { scale: 0.3, classes: classes ?? 1 })
    return { name: `${rows} rows${classes === undefined ? '' : ' of tokens'}`, program, data }
  }),
)

/** A whole window, then a shorter one that goes on from it. */
const calls = (steps: number) => [
  { steps, mode: 'gradients' } as const,
  { steps: steps - 1, mode: 'gradients', carry: true, accumulate: true } as const,
]

describe('planning keeps the meaning of sequences of different length', () => {
  it.each([...cases, ...stacks])('$name', async ({ program, data }) => {
    const [want] = await results(reference, program, data, [{ steps: program.steps, mode: 'gradients' }])
    expect(difference(want!, plannedResults(program, data), 1e-10)).toBe('')
  })
})

describe.each(runtimes)('%s agrees with the reference', (_name, runtime) => {
  it('on every cell, in each direction, with and without lengths', async () => {
    for (const { program, data } of cases) await expectAgreement(runtime, program, data, calls(program.steps))
  })

  it.each(stacks)('on two layers in both directions, $name', async ({ program, data }) => {
    await expectAgreement(runtime, program, data, calls(program.steps))
  })
})

const ragged = stacks.filter(({ name }) => !name.includes('tokens'))

describe.each([['reference', reference] as const, ...runtimes])('%s', (_name, runtime) => {
  it.each(ragged)('gives the same bits whatever stands in the padding, $name', async ({ program, data }) => {
    const longer = padded(program, data, program.steps + 3)
    const call = { mode: 'gradients' } as const
    const [want] = await results(runtime, program, data, [{ ...call, steps: program.steps }])
    const [got] = await results(runtime, longer.program, longer.data, [{ ...call, steps: program.steps + 3 }])
    for (const [name, values] of want!) {
      const have = bitsOf(got!.get(name)!)
      expect(have.subarray(0, values.length)).toEqual(bitsOf(values))
      expect(have.subarray(values.length).every((word) => word === 0)).toBe(true)
    }
  })
})

describe.each(await withThreads([1, 2, 3]))('%s', (_name, threads) => {
  it.each(ragged)('gives the same bits with any number of threads, $name', async ({ program, data }) => {
    const runs = await Promise.all(
      threads.map((runtime) =>
        results(runtime, program, data, [{ steps: program.steps, mode: 'gradients' }]),
      ),
    )
    const [one, ...others] = runs.map(([found]) => [...found!.values()].map(bitsOf))
    for (const other of others) expect(other).toEqual(one)
  })
})
