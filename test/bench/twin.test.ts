import { expect, test } from 'vitest'
import { configurationOf, symbols } from '../../bench/models.ts'
import { draw, pick } from '../../bench/rivals/draw.ts'
import { grown } from '../../bench/rivals/grown.ts'
import { reordered, transposed } from '../../bench/rivals/layout.ts'
import { type TwinLayer, twinOf } from '../../bench/rivals/twin.ts'

test('blocks and matrices change their order', () => {
  expect(reordered([1, 2, 3, 4, 5, 6], [2, 0, 1])).toEqual([5, 6, 1, 2, 3, 4])
  expect(transposed([1, 2, 3, 4, 5, 6], 3)).toEqual([1, 4, 2, 5, 3, 6])
})

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** One step of a GRU in plain arithmetic, as the layout of a twin tells it. */
function gruStep(
  { x, h, b, d }: TwinLayer,
  input: readonly number[],
  state: readonly number[],
): readonly number[] {
  const hidden = state.length
  const row = (matrix: readonly number[], index: number, vector: readonly number[]): number =>
    vector.reduce((total, entry, column) => total + entry * matrix[index * vector.length + column]!, 0)
  return state.map((old, unit) => {
    const [r, z, n] = [unit, hidden + unit, 2 * hidden + unit]
    const reset = sigmoid(row(x, r, input) + row(h, r, state) + b[r]!)
    const update = sigmoid(row(x, z, input) + row(h, z, state) + b[z]!)
    const candidate = Math.tanh(row(x, n, input) + b[n]! + reset * (row(h, n, state) + d[unit]!))
    return (1 - update) * candidate + update * old
  })
}

test('from the weights of a twin come the numbers of float64', async () => {
  const { twin, expected } = await twinOf('gru', configurationOf('sampling-128'))
  const [layer] = twin.layers
  const input = Array.from({ length: symbols }, (_unused, index) => Number(index === twin.tokens[0]))
  let state: readonly number[] = Array<number>(twin.hidden).fill(0)
  for (let window = 0; window < twin.windows; window++) {
    state = gruStep(layer!, input, state)
    const logits = twin.head.b.map((bias, symbol) =>
      state.reduce((total, entry, unit) => total + entry * twin.head.x[symbol * twin.hidden + unit]!, bias),
    )
    for (const [symbol, logit] of logits.entries())
      expect(logit).toBeCloseTo(expected[window * symbols + symbol]!, 12)
  }
})

test('a twin grows to layers of any size', async () => {
  const { twin } = await twinOf('gru', configurationOf('medium'))
  const { layers, head } = grown(twin, 10)
  expect(layers.map(({ x, h, b, d, p }) => [x, h, b, d, p].map(({ length }) => length))).toEqual([
    [30 * symbols, 300, 30, 10, 0],
    [300, 300, 30, 10, 0],
  ])
  expect(head.x.length).toBe(10 * symbols)
  expect(Math.max(...head.x.map(Math.abs))).toBeLessThanOrEqual(10 ** -0.5)
})

test('a token is drawn by its share', () => {
  expect([0, 0.99, 1, 2.9, 3, 6, 7].map((rest) => pick([1, 2, 3], rest))).toEqual([0, 0, 1, 1, 2, 2, 2])
  expect(draw([-1000, 5, -1000])).toBe(1)
})
