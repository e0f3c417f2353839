import { describe, expect, it } from 'vitest'
import type { Program, Run } from '../../src/runtime/index.ts'
import { namedCells, programOf, randomCells, shapes, sized } from '../plan/cases.ts'
import { type Data, randomData, stackProgram } from '../plan/windows.ts'
import { expectAgreement, runtimes } from './runtimes.ts'

/** A whole window; a shorter one from the states it left, its gradients added; one from the start again. */
function calls(steps: number): Run[] {
  const short = Math.max(1, steps - 1)
  return [
    { steps, mode: 'gradients' },
    { steps: short, mode: 'gradients', carry: true, accumulate: true },
    { steps: short, mode: 'gradients' },
  ]
}

interface Case {
  readonly name: string
  readonly program: Program
  readonly data: Data
}

function caseOf(name: string, program: Program, seed: number, scale: number): Case {
  return { name, program, data: randomData(program, seed, scale) }
}

const named = namedCells.map(([name, cell]) => ({
  name,
  cases: shapes.map((shape, i) => caseOf(name, programOf(cell, shape), i, shape.hidden > 50 ? 0.25 : 0.5)),
}))

const random = randomCells(200, 30).map(([name, cell], i) =>
  caseOf(name, programOf(cell, shapes[i % 3]!), i, 0.4),
)

const wide = randomCells(300, 4).map(([name, cell], i) => caseOf(name, programOf(cell, shapes[3]), i, 0.2))

const [, lstm] = namedCells.find(([name]) => name === 'lstm')!
const [, blocks] = namedCells.find(([name]) => name === 'blocks of one big product')!

const stacks = [1, 7, 66].map((rows) => {
  const layers = [
    sized(lstm, { input: 5, hidden: 21 }),
    sized(blocks, { input: 21, hidden: 9 }),
    sized(lstm, { input: 9, hidden: 40 }),
  ]
  return caseOf(`${rows} rows`, stackProgram(layers, { rows, steps: 3 }), rows, 0.3)
})

/** The gradients that training wants, for the parameters alone, of one output. */
function trained({ program, ...rest }: Case, output: number): Case {
  const of = [program.graph.outputs[output % program.graph.outputs.length]!.name]
  return { ...rest, program: { ...program, gradient: { of, inputs: [], slots: 0 } } }
}

const check = async (runtime: (typeof runtimes)[number][1], { program, data }: Case): Promise<void> => {
  await expectAgreement(runtime, program, dataFor(program, data), calls(program.steps))
}

/** The data without the seeds of outputs that are not differentiated. */
function dataFor({ gradient }: Program, { inputs, parameters }: Data): Data {
  const isRead = (name: string): boolean => !name.startsWith('d ') || gradient!.of.includes(name.slice(2))
  return { inputs: new Map([...inputs].filter(([name]) => isRead(name))), parameters }
}

const single = [...named.map(({ cases }) => cases[0]!), ...random].map(trained)

const forward = [...named.map(({ cases }) => cases[1]!), ...random].map(({ program, data }) => {
  const { gradient: _none, ...rest } = program
  const inputs = new Map([...data.inputs].filter(([name]) => !name.startsWith('d ')))
  return { program: rest, data: { ...data, inputs } }
})

describe.each(runtimes)('%s agrees with the reference', (_name, runtime) => {
  it.each(named)('on $name', async ({ cases }) => {
    for (const one of cases) await check(runtime, one)
  })

  it('on random cells', async () => {
    for (const one of [...random, ...wide]) await check(runtime, one)
  })

  it('when gradients of one output alone are wanted', async () => {
    for (const one of single) await check(runtime, one)
  })

  it.each(stacks)('on a stack of layers, $name', async (one) => {
    await check(runtime, one)
  })
})

describe.each(runtimes)('%s without a backward pass', (_name, runtime) => {
  it('gives the outputs alone', async () => {
    for (const { program, data } of forward) {
      const { steps } = program
      await expectAgreement(runtime, program, data, [
        { steps, mode: 'forward' },
        { steps, mode: 'forward', carry: true },
      ])
    }
  })
})

it('tries every instruction set that works here', () => {
  expect(runtimes.map(([name]) => name)).toContain('wasm simd128')
})
