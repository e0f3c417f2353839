import { describe, expect, it } from 'vitest'
import { compile } from '../../src/equations/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { cells } from '../../src/cells/index.ts'
import { model } from '../../src/model/index.ts'
import { type Program, reference } from '../../src/runtime/index.ts'
import { stackProgram } from '../plan/windows.ts'
import { runtimes } from './runtimes.ts'

const step = compile("h' = h + W @ x").graph({ input: 2, hidden: 2 })
const summing: Program = stackProgram([step], { rows: 1, steps: 3 })
const words = model({ input: Vocabulary.of('abc'), layers: [cells.rnn(4)] })
const shape = { rows: 2, steps: 2, training: true, slots: 2 }

const adam = {
  rule: 'adam',
  learningRate: 0.1,
  momentum: 0,
  nesterov: false,
  alpha: 0,
  centered: false,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: 1e-3,
  clipValue: 0,
  count: 1,
} as const

describe.each([['reference', reference] as const, ...runtimes])('a program on %s', (_name, runtime) => {
  it.each([
    [{ ...summing, rows: 0 }, 'rows of a program must be a whole number of at least 1, not 0.'],
    [{ ...summing, rows: 1.5 }, 'rows of a program must be a whole number of at least 1, not 1.5.'],
    [{ ...summing, steps: 0 }, 'steps of a program must be a whole number of at least 1, not 0.'],
  ])('with a shape that makes no sense is refused', async (program, message) => {
    await expect(runtime.compile(program)).rejects.toMatchObject({ code: 'program-shape', message })
  })

  it('refuses tokens and targets beyond the classes, and windows longer than what was written', async () => {
    const executable = await runtime.compile(words.program(shape))
    expect(() => executable.write('tokens', [0, 1, 2, 3])).toThrow(
      '"tokens" has the token 3, but there are 3 classes.',
    )
    expect(() => executable.write('targets', [0, 7, -1, 0])).toThrow('"targets" has the token 7')
    executable.write('tokens', [0, 1])
    executable.write('targets', [1, -1])
    await expect(executable.run({ steps: 2, mode: 'forward' })).rejects.toThrow(
      '"tokens" was written for 1 steps, but the window has 2.',
    )
    expect((await executable.run({ steps: 1, mode: 'forward' })).loss).toBeGreaterThan(0)
    executable.dispose()
  })

  it('has no results before a call, and no gradients after a forward call', async () => {
    const executable = await runtime.compile(summing)
    expect(() => executable.read('h next')).toThrow('"h next" was not computed by the last call.')
    executable.write('x', [1, 2])
    await executable.run({ steps: 1, mode: 'gradients' })
    expect(executable.read('d x')).toHaveLength(2)
    await executable.run({ steps: 1, mode: 'forward' })
    expect(() => executable.read('d x')).toThrow('"d x" was not computed by the last call.')
    executable.dispose()
  })

  it('carries only the states that it names', async () => {
    const executable = await runtime.compile({ ...summing, states: [] })
    executable.writeParameter('W', [1, 0, 0, 1])
    executable.write('x', [1, 1])
    const final = async (carry: boolean): Promise<number> => {
      await executable.run({ steps: 1, mode: 'forward', carry })
      return executable.read('h next')[0]!
    }
    expect([await final(false), await final(true), await final(false)]).toEqual([1, 1, 1])
    executable.dispose()
  })

  it('keeps its gradients as they were before clipping', async () => {
    const executable = await runtime.compile(words.program(shape))
    for (const [name, { data }] of words.parameters) executable.writeParameter(name, data)
    executable.write('tokens', [0, 1, 2, 0])
    executable.write('targets', [1, 2, 0, 1])
    await executable.run({ steps: 2, mode: 'gradients' })
    const before = [...executable.readParameter('head.b', 'gradient')]
    const { gradientNorm } = await executable.run({ steps: 2, mode: 'gradients', update: adam })
    expect(gradientNorm).toBeGreaterThan(adam.clipNorm)
    expect([...executable.readParameter('head.b', 'gradient')]).toEqual(before)
    executable.dispose()
  })

  it('ends a run that is under way before it is disposed of', async () => {
    const executable = await runtime.compile(words.program(shape))
    executable.write('tokens', [0, 1, 2, 0])
    executable.write('targets', [1, 2, 0, 1])
    const run = executable.run({ steps: 2, mode: 'forward' })
    executable.dispose()
    expect((await run).loss).toBeCloseTo(Math.log(3), 6)
  })

  it('has gradients of zero, and keeps its parameters, where nothing depends on them', async () => {
    const own = compile("h' = h + x").graph({ input: 2, hidden: 2 })
    const two = stackProgram([own, step], { rows: 1, steps: 1 })
    const first = two.graph.outputs.find(({ name }) => name !== 'y')!.name
    const executable = await runtime.compile({ ...two, gradient: { of: [first], inputs: [], slots: 0 } })
    const name = two.graph.parameters[0]!.name
    executable.writeParameter(name, [1, 2, 3, 4])
    await executable.run({ steps: 1, mode: 'gradients' })
    expect([...executable.readParameter(name)]).toEqual([1, 2, 3, 4])
    expect([...executable.readParameter(name, 'gradient')]).toEqual([0, 0, 0, 0])
    executable.dispose()
  })
})
