import { expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Unsupported } from '../../src/core/errors.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { model, modelConfig, trainingDemand } from '../../src/model/index.ts'
import { lower, plan } from '../../src/plan/index.ts'

const input = Vocabulary.of('abcdefghijklmnopqrstuvwxyz')

test.each([
  [cells.lstm, 128, 2, 50, 50],
  [cells.lstm, 256, 1, 8, 16],
  [cells.gru, 64, 3, 20, 30],
  [cells.rnn, 200, 2, 10, 40],
])('the memory that training takes is known beforehand (%#)', (make, hidden, layers, rows, steps) => {
  const stack = Array.from({ length: layers }, () => make(hidden))
  const net = model({ input, layers: stack, embedding: 16 })
  const { weights, bytes } = trainingDemand(net.config, input.size, { rows, steps, slots: 2 })
  const target = { vectorWidth: 16, rows, steps, slots: 2 }
  const { arena } = lower(plan(net.program({ rows, steps, training: true, slots: 2 })), target)
  const taken = 4 * (arena + net.size)
  expect(weights).toBe(net.size)
  expect(bytes / taken).toBeGreaterThan(0.75)
  expect(bytes / taken).toBeLessThan(1.5)
})

test('a model that cannot be addressed is refused before anything is allocated', () => {
  expect(() => model({ input, layers: [cells.lstm(1_000_000)] })).toThrow(
    'A model of 4000134000026 weights is too large: 2147483647 at most can be addressed.',
  )
  expect(() => modelConfig({ layers: [cells.lstm(1_000_000)] })).not.toThrow()
})

test('a plan that cannot be addressed is refused, so that the reference may be asked', () => {
  const program = model({ input, layers: [cells.rnn(64)] }).program({
    rows: 40_000,
    steps: 400,
    training: true,
  })
  const target = { vectorWidth: 16, rows: 40_000, steps: 400, slots: 0 }
  expect(() => lower(plan(program), target)).toThrow(Unsupported)
})
