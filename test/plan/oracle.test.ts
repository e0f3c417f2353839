import { describe, expect, it } from 'vitest'
import type { Cell } from '../../src/equations/index.ts'
import { type Program, reference } from '../../src/runtime/index.ts'
import { namedCells, programOf, randomCells, shapes, sized } from './cases.ts'
import { cutResults, plannedResults } from './planned.ts'
import { type Data, type Results, difference, give, randomData, resultsOf, stackProgram } from './windows.ts'

async function interpreted(program: Program, data: Data): Promise<Results> {
  const executable = await reference.compile(program)
  give(executable, data)
  await executable.run({ steps: program.steps, mode: program.gradient ? 'gradients' : 'forward' })
  return resultsOf(executable, program)
}

/** The gradients that training wants: of one output, for the parameters alone. */
function trained(program: Program, output: number): Program {
  const of = [program.graph.outputs[output % program.graph.outputs.length]!.name]
  return { ...program, gradient: { of, inputs: [], slots: 0 } }
}

async function expectSame(program: Program, seed: number): Promise<void> {
  const data = randomData(program, seed)
  const wanted = await interpreted(program, data)
  expect(difference(wanted, plannedResults(program, data), 1e-10)).toBe('')
  if (!program.gradient) return
  expect(difference(wanted, await cutResults(program, data), 1e-10)).toBe('')
}

async function checkCell(cell: Cell, seed: number): Promise<void> {
  const program = programOf(cell, shapes[seed % 3]!)
  const { gradient: _none, ...forward } = program
  await expectSame(program, seed)
  await expectSame(trained(program, seed), seed)
  await expectSame(forward, seed)
}

describe('cutting and planning keep the meaning', () => {
  it.each(namedCells)('%s', async (_name, cell) => {
    for (const seed of [0, 1, 2]) await checkCell(cell, seed)
  })

  it('of random cells', async () => {
    for (const [index, [, cell]] of randomCells(0, 40).entries()) await checkCell(cell, index)
  })

  it('of several layers, where a cut in one goes through all', async () => {
    const [, top] = namedCells.find(([name]) => name === 'blocks of one big product')!
    const [, bottom] = namedCells.find(([name]) => name === 'two states that share parts')!
    const [, lstm] = namedCells.find(([name]) => name === 'lstm')!
    const layers = [
      sized(bottom, { input: 3, hidden: 4 }),
      sized(lstm, { input: 4, hidden: 6 }),
      sized(top, { input: 6, hidden: 2 }),
    ]
    await expectSame(stackProgram(layers, { rows: 3, steps: 3 }), 7)
  })
})
