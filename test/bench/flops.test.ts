import { describe, expect, test } from 'vitest'
import { flopsOf, stepFlops } from '../../bench/flops.ts'
import { type CellName, type Task, modelOf, symbols } from '../../bench/models.ts'
import { cell } from '../../src/cells/index.ts'

const hidden = 6

function flops(task: Task, name: CellName, layers: number): number {
  const { graph } = modelOf(name, { layers, hidden }).program({ rows: 1, steps: 1, training: false })
  return flopsOf(task, graph)
}

describe('floating-point operations for a token', () => {
  const head = 2 * hidden * symbols
  const above = hidden + hidden

  test('an LSTM layer has four gates, the first layer nothing for its one-hot input', () => {
    expect(flops('training', 'lstm', 1)).toBe(3 * (2 * 4 * hidden * hidden + head))
    expect(flops('training', 'lstm', 2)).toBe(3 * (2 * 4 * hidden * (hidden + above) + head))
  })

  test('reading and sampling are a third of training', () => {
    expect(flops('forward', 'lstm', 2)).toBe(2 * 4 * hidden * (hidden + above) + head)
    expect(flops('sampling', 'gru', 1)).toBe(2 * 3 * hidden * hidden + head)
  })

  test('other cells count their own products', () => {
    expect(flops('training', 'gru', 2)).toBe(3 * (2 * 3 * hidden * (hidden + above) + head))
    expect(flops('training', 'peephole_lstm', 2)).toBe(flops('training', 'lstm', 2))
    expect(flops('training', 'user_lstm', 2)).toBe(flops('training', 'lstm', 2))
    expect(flops('training', 'coupled_lstm', 2)).toBe(flops('training', 'gru', 2))
    expect(flops('training', 'rnn', 2)).toBe(3 * (2 * hidden * (hidden + above) + head))
  })
})

test('only what is one-hot at the product itself counts nothing', () => {
  const mine = cell('mine', "a = W @ [x, h]\nb = V @ tanh(x)\nh' = a + b")
  const step = mine({ hidden: 5 }).cell.graph({ input: 7, hidden: 5 })
  expect(stepFlops(step, [false])).toBe(2 * 5 * (7 + 5) + 2 * 5 * 7)
  expect(stepFlops(step, [true])).toBe(2 * 5 * 5 + 2 * 5 * 7)
})
