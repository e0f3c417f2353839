import { expect, test } from 'vitest'
import { arenaBytes } from '../../bench/arena.ts'
import { configurationOf, modelOf } from '../../bench/models.ts'
import { header } from '../../src/plan/format.ts'
import { lower, plan } from '../../src/plan/index.ts'
import { packedRuntime } from '../../src/runtime/packed.ts'

const tiny = { ...configurationOf('tiny-8'), hidden: 12 }

test('a user who writes the equations of the LSTM gets its plan', () => {
  const target = { vectorWidth: 8, rows: 2, steps: 3, slots: 2 }
  const words = (cell: 'lstm' | 'user_lstm') =>
    lower(plan(modelOf(cell, tiny).program({ rows: 2, steps: 3, training: true })), target).words
  expect(words('user_lstm')).toEqual(words('lstm'))
})

/** Floats of the arena that a runtime with such vectors asks its device for. */
async function requested(vectorWidth: number, training: boolean): Promise<number> {
  const plans: Int32Array[] = []
  const machine = { runtime: 'native', isa: 'test', threads: 1 } as const
  const runtime = packedRuntime({
    machine,
    vectorWidth,
    fastPairs: false,
    async load(words) {
      plans.push(words)
      throw new Error('no device')
    },
  })
  const program = modelOf('gru', tiny).program({ rows: 8, steps: 50, training, slots: 2 })
  await expect(runtime.compile(program)).rejects.toThrow('no device')
  return plans[0]![header.indexOf('arena')]!
}

test('the arena is what a runtime asks for', async () => {
  expect(arenaBytes('gru', tiny, 'avx512')).toBe(4 * (await requested(16, true)))
  expect(arenaBytes('gru', { ...tiny, task: 'forward' }, 'simd128')).toBe(4 * (await requested(4, false)))
  expect(arenaBytes('gru', tiny, 'unheard of')).toBeUndefined()
})
