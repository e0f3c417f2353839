import { describe, expect, test } from 'vitest'
import { stepFlops, trainingFlops } from '../../bench/flops.ts'
import { type CellName, modelOf, symbols } from '../../bench/models.ts'
import { cell } from '../../src/cells/index.ts'

const hidden = 6

function flopsOf(name: CellName, layers: number): number {
  const model = modelOf(name, { name: 'tiny', layers, hidden, batch: 1, steps: 1 })
  return trainingFlops(model.program({ rows: 1, steps: 1, training: true }).graph)
}

describe('floating-point operations of a training step for a token', () => {
  const head = 2 * hidden * symbols
  const above = hidden + hidden

  test('an LSTM layer has four gates, the first layer nothing for its one-hot input', () => {
    expect(flopsOf('lstm', 1)).toBe(3 * (2 * 4 * hidden * hidden + head))
    expect(flopsOf('lstm', 2)).toBe(3 * (2 * 4 * hidden * (hidden + above) + head))
  })

  test('other cells count their own products', () => {
    expect(flopsOf('gru', 2)).toBe(3 * (2 * 3 * hidden * (hidden + above) + head))
    expect(flopsOf('peephole_lstm', 2)).toBe(flopsOf('lstm', 2))
    expect(flopsOf('coupled_lstm', 2)).toBe(flopsOf('gru', 2))
    expect(flopsOf('rnn', 2)).toBe(3 * (2 * hidden * (hidden + above) + head))
  })
})

test('only what is one-hot at the product itself counts nothing', () => {
  const mine = cell('mine', "a = W @ [x, h]\nb = V @ tanh(x)\nh' = a + b")
  const step = mine({ hidden: 5 }).cell.graph({ input: 7, hidden: 5 })
  expect(stepFlops(step, [false])).toBe(2 * 5 * (7 + 5) + 2 * 5 * 7)
  expect(stepFlops(step, [true])).toBe(2 * 5 * 5 + 2 * 5 * 7)
})
