import { describe, expect, test } from 'vitest'
import { type InitSpec, cell, cells, initialise } from '../../src/cells/index.ts'
import type { StepGraph } from '../../src/graph/index.ts'

const graphOf = (equations: string, sizes: Readonly<Record<string, number>>): StepGraph =>
  cell('c', equations)({ hidden: 4 }).cell.graph(sizes)

function start(
  equations: string,
  sizes: Readonly<Record<string, number>>,
  init: InitSpec = {},
): Map<string, Float32Array> {
  return initialise(graphOf(equations, sizes), init, 1)
}

/** Columns `from` to `to` of a row-major matrix, as rows. */
function columns(matrix: Float32Array, width: number, from: number, to: number): number[][] {
  return Array.from({ length: matrix.length / width }, (_, row) => [
    ...matrix.subarray(row * width + from, row * width + to),
  ])
}

/** Largest distance of rows (or columns) from being orthonormal. */
function fromOrthonormal(rows: readonly (readonly number[])[]): number {
  const [first] = rows
  const vectors = rows.length <= first!.length ? rows : first!.map((_, j) => rows.map((row) => row[j]!))
  let worst = 0
  for (const [i, a] of vectors.entries()) {
    for (const [j, b] of vectors.entries()) {
      const dot = a.reduce((sum, value, k) => sum + value * b[k]!, 0)
      worst = Math.max(worst, Math.abs(dot - (i === j ? 1 : 0)))
    }
  }
  return worst
}

const spread = (values: readonly number[]): { lo: number; hi: number; variance: number } => ({
  lo: Math.min(...values),
  hi: Math.max(...values),
  variance: values.reduce((sum, value) => sum + value * value, 0) / values.length,
})

describe('without a specification', () => {
  test('what acts on the previous step is orthogonal, what acts on the input is glorot', () => {
    const values = start(
      "f = sigmoid(W @ [h, x, r] + b)\nr' = tanh(U @ x + V @ (f * r))\nh' = f * h + 0 * r'",
      { input: 60, hidden: 20 },
    )
    const [w, u, v] = [values.get('W')!, values.get('U')!, values.get('V')!]
    expect(fromOrthonormal(columns(w, 100, 0, 20))).toBeLessThan(1e-6)
    expect(fromOrthonormal(columns(w, 100, 80, 100))).toBeLessThan(1e-6)
    expect(fromOrthonormal(columns(v, 20, 0, 20))).toBeLessThan(1e-6)
    const bound = Math.sqrt(6 / 80)
    for (const block of [columns(w, 100, 20, 80), columns(u, 60, 0, 60)]) {
      const { lo, hi, variance } = spread(block.flat())
      expect(lo).toBeGreaterThan(-bound)
      expect(hi).toBeLessThan(bound)
      expect(variance).toBeCloseTo(2 / 80, 2)
      expect(hi).toBeGreaterThan(0.9 * bound)
      expect(fromOrthonormal(block)).toBeGreaterThan(0.1)
    }
    expect([...values.get('b')!]).toEqual(Array.from({ length: 20 }, () => 0))
  })

  test('a matrix that is not square has orthonormal rows or columns, whichever are fewer', () => {
    const sizes = { input: 3, hidden: 12, p: 5 }
    const values = initialise(
      cell(
        'c',
        "state c: p\nc' = tanh(V @ h + U @ x) + c\nh' = tanh(R @ c' + b) + h",
      )({ hidden: 12, p: 5 }).cell.graph(sizes),
      {},
      1,
    )
    expect(fromOrthonormal(columns(values.get('V')!, 12, 0, 12))).toBeLessThan(1e-6)
    expect(fromOrthonormal(columns(values.get('R')!, 5, 0, 5))).toBeLessThan(1e-6)
  })

  test('a transposed recurrent matrix is orthogonal as a whole', () => {
    const values = start("h' = tanh(W^T @ h + U @ x)", { input: 3, hidden: 6 })
    expect(fromOrthonormal(columns(values.get('W')!, 6, 0, 6))).toBeLessThan(1e-6)
  })

  test('gains of norms are one, biases zero, other factors uniform', () => {
    const values = start("h' = tanh(norm(U @ x, gain, bias) + u * h + b)", { input: 3, hidden: 2500 })
    expect(new Set(values.get('gain'))).toEqual(new Set([1]))
    expect(new Set(values.get('bias'))).toEqual(new Set([0]))
    expect(new Set(values.get('b'))).toEqual(new Set([0]))
    const { lo, hi, variance } = spread([...values.get('u')!])
    expect(Math.max(-lo, hi)).toBeLessThanOrEqual(0.02)
    expect(variance * 3 * 2500).toBeCloseTo(1, 1)
  })
})

test('a specification goes by name, with * for the rest', () => {
  const equations = "h' = tanh(U @ x + W @ h + b) * g"
  const values = start(equations, { input: 3, hidden: 4 }, { U: 'ones', b: 0.25, '*': 'uniform' })
  expect(new Set(values.get('U'))).toEqual(new Set([1]))
  expect([...values.get('b')!]).toEqual([0.25, 0.25, 0.25, 0.25])
  expect(spread([...values.get('W')!]).hi).toBeLessThanOrEqual(0.5)
  expect(fromOrthonormal(columns(values.get('W')!, 4, 0, 4))).toBeGreaterThan(0.1)
  expect(new Set(start(equations, { input: 3, hidden: 4 }, { W: 'zeros' }).get('W'))).toEqual(new Set([0]))
})

test('the forget bias of the LSTM starts at one', () => {
  const layer = cells.lstm(4)
  const values = initialise(layer.cell.graph({ input: 2, ...layer.sizes }), layer.init, 3)
  expect([...values.keys()]).toEqual(['Wf', 'bf', 'Wi', 'bi', 'Wg', 'bg', 'Wo', 'bo'])
  expect([...values.get('bf')!]).toEqual([1, 1, 1, 1])
  expect([...values.get('bi')!]).toEqual([0, 0, 0, 0])
  expect(values.get('Wf')).toHaveLength(24)
})

test('values depend on the seed, the stream and the parameter, and on nothing else', () => {
  const graph = graphOf("h' = tanh(U @ x + W @ [h, x] + b)", { input: 2, hidden: 3 })
  const values = initialise(graph, {}, 5, 1)
  expect(initialise(graph, {}, 5, 1)).toEqual(values)
  expect(initialise(graph, {}, 6, 1)).not.toEqual(values)
  expect(initialise(graph, {}, 5, 2)).not.toEqual(values)
  expect([...values.get('U')!.subarray(0, 2)].map((value) => value.toFixed(6))).toMatchInlineSnapshot(`
    [
      "-0.259960",
      "0.753588",
    ]
  `)
  expect([...values.get('W')!.subarray(0, 3)].map((value) => value.toFixed(6))).toMatchInlineSnapshot(`
    [
      "-0.969696",
      "0.133288",
      "0.204752",
    ]
  `)
})

describe('cells of the library', () => {
  const started = (name: 'irnn' | 'indrnn') => {
    const layer = cells[name](6)
    return initialise(layer.cell.graph({ input: 4, hidden: 6 }), layer.init, 1)
  }

  test('irnn starts as the identity', () => {
    expect([...started('irnn').get('W')!]).toEqual(
      Array.from({ length: 36 }, (_unused, i) => (i % 7 === 0 ? 1 : 0)),
    )
  })

  test('indrnn starts with recurrent weights from 0 to 1', () => {
    const { lo, hi } = spread([...started('indrnn').get('u')!])
    expect(lo).toBeGreaterThan(0)
    expect(hi).toBeGreaterThan(0.5)
    expect(hi).toBeLessThan(1)
  })
})
