import { describe, expect, it } from 'vitest'
import { type Program, reference } from '../../src/runtime/index.ts'
import {
  type Source,
  decoderData,
  decoderProgram,
  decoderShapes,
  decoders,
  translation,
} from './attention.ts'
import { cutResults, plannedResults } from './planned.ts'
import { type Data, type Results, difference, give, resultsOf } from './windows.ts'

async function interpreted(program: Program, data: Data): Promise<Results> {
  const executable = await reference.compile(program)
  give(executable, data)
  await executable.run({ steps: program.steps, mode: program.gradient ? 'gradients' : 'forward' })
  return resultsOf(executable, program)
}

async function expectSame(program: Program, data: Data): Promise<void> {
  const wanted = await interpreted(program, data)
  expect([...wanted.values()].every((numbers) => Array.from(numbers).every(Number.isFinite))).toBe(true)
  expect(difference(wanted, plannedResults(program, data), 1e-10)).toBe('')
  const cut = program.gradient ? await cutResults(program, data) : wanted
  expect(difference(wanted, cut, 1e-10)).toBe('')
}

const sources: readonly Source[] = ['mask', 'lengths', 'rows']

describe('cutting and planning keep the meaning of attention', () => {
  it.each(decoders)('%s', async (_name, cell) => {
    for (const [index, shape] of decoderShapes.entries()) {
      const program = decoderProgram(cell, shape, sources[index % 3]!)
      const { gradient, ...forward } = program
      const data = decoderData(program, index)
      await expectSame(program, data)
      await expectSame({ ...program, gradient: { ...gradient!, inputs: [] } }, data)
      await expectSame(forward, decoderData(forward, index))
    }
  })

  it('over an encoder', async () => {
    const program = translation({ rows: 3, steps: 4, places: 5 })
    await expectSame(program, decoderData(program, 1))
  })
})
