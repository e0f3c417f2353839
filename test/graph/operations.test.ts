import { describe, expect, it } from 'vitest'
import { table } from '../../src/graph/index.ts'
import type { Type } from '../../src/graph/index.ts'
import { type Operand, type Write, gradientError, slope, value } from './differences.ts'

const row = (...shape: number[]): Type => ({ extent: 'row', shape })
const step = (...shape: number[]): Type => ({ extent: 'step', shape })
const once = (...shape: number[]): Type => ({ extent: 'once', shape })

function operand(type: Type, offset = 0, scale = 1): Operand {
  const copies = { once: 1, row: 2, step: 4 }[type.extent]
  const length = type.shape.reduce((a, b) => a * b, copies)
  return {
    type,
    data: Array.from({ length }, (_unused, i) => offset + scale * Math.cos(1.7 * i + offset + 0.3)),
  }
}

const apply =
  (op: string, attributes = {}): Write =>
  (build, inputs) =>
    build.add(op, inputs, attributes)

const tokens: Operand = { type: step(), data: [0, 2, 1, 2] }
const targets: Operand = { type: step(), data: [1, -1, 0, 2] }
const mask: Operand = { type: step(), data: [1, 0, 1, 1] }

/** The mask of a memory of 3 places of 2 entries; the second row leaves one out. */
const placeMask: Operand = { type: row(3), data: [1, 1, 1, 1, 0, 1] }

/** One case an operation: finite differences at ordinary points. `fixed` operands have no derivative. */
const cases: Record<string, { operands: Operand[]; write: Write; fixed?: number[] }> = {
  add: { operands: [operand(row(3)), operand(once(3), 1)], write: apply('add') },
  sub: { operands: [operand(row(3)), operand(once(), 1)], write: apply('sub') },
  mul: { operands: [operand(row(3)), operand(row(), 1)], write: apply('mul') },
  div: { operands: [operand(step(3)), operand(once(3), 3)], write: apply('div') },
  neg: { operands: [operand(row(3))], write: apply('neg') },
  power: { operands: [operand(row(3), 2)], write: apply('power', { exponent: 2.5 }) },
  max: { operands: [operand(row(3)), operand(row(3), 0.5)], write: apply('max') },
  min: { operands: [operand(row(3)), operand(row(3), 0.5)], write: apply('min') },
  sigmoid: { operands: [operand(row(3), 0, 3)], write: apply('sigmoid') },
  tanh: { operands: [operand(row(3), 0, 2)], write: apply('tanh') },
  relu: { operands: [operand(row(3))], write: apply('relu') },
  leaky_relu: { operands: [operand(row(3))], write: apply('leaky_relu', { slope: 0.01 }) },
  elu: { operands: [operand(row(3))], write: apply('elu', { alpha: 1.5 }) },
  softplus: { operands: [operand(row(3), 0, 4)], write: apply('softplus') },
  exp: { operands: [operand(row(3))], write: apply('exp') },
  log: { operands: [operand(row(3), 2)], write: apply('log') },
  log_sigmoid: { operands: [operand(row(3), 0, 4)], write: apply('log_sigmoid') },
  abs: { operands: [operand(row(3))], write: apply('abs') },
  sqrt: { operands: [operand(row(3), 2)], write: apply('sqrt') },
  softsign: { operands: [operand(row(3), 0, 2)], write: apply('softsign') },
  hard_sigmoid: { operands: [operand(row(3), 0, 4)], write: apply('hard_sigmoid') },
  clip: { operands: [operand(row(3))], write: apply('clip', { lo: -0.4, hi: 0.6 }) },
  copy: { operands: [operand(row(3))], write: apply('copy') },
  product: { operands: [operand(once(2, 3)), operand(step(3), 1)], write: apply('product') },
  'product transposed': {
    operands: [operand(once(2, 3)), operand(row(2), 1)],
    write: apply('product', { transpose: true }),
  },
  mean: { operands: [operand(row(3))], write: apply('mean') },
  sum: { operands: [operand(step(3))], write: apply('sum') },
  spread: { operands: [operand(row())], write: apply('spread', { size: 4 }) },
  'spread over rows': { operands: [operand(once(3))], write: apply('spread', { extent: 'row' }) },
  concat: { operands: [operand(row(2)), operand(once(3), 1)], write: apply('concat') },
  slice: { operands: [operand(row(5))], write: apply('slice', { offset: 1, size: 3 }) },
  place: { operands: [operand(row(2))], write: apply('place', { offset: 1, size: 4 }) },
  gather: { operands: [operand(once(3, 2)), tokens], write: apply('gather'), fixed: [1] },
  reverse: { operands: [operand(step(3))], write: apply('reverse') },
  'reverse within lengths': {
    operands: [operand(step(3)), { type: row(), data: [2, 1] }],
    write: apply('reverse'),
    fixed: [1],
  },
  select: {
    operands: [{ type: row(), data: [0, 1] }, operand(once(3)), operand(row(3), 1)],
    write: apply('select'),
    fixed: [0],
  },
  dropout: { operands: [operand(step(6))], write: apply('dropout', { rate: 0.4, stream: 3 }) },
  sequence_dropout: {
    operands: [operand(step(6))],
    write: apply('sequence_dropout', { rate: 0.4, stream: 3 }),
  },
  weight_dropout: {
    operands: [operand(once(3, 5))],
    write: apply('weight_dropout', { rate: 0.4, stream: 3, from: 1, to: 4 }),
  },
  word_dropout: {
    operands: [operand(step(6)), { type: step(), data: [2, 0, 3, 1] }],
    write: apply('word_dropout', { rate: 0.4, stream: 3 }),
    fixed: [1],
  },
  mask: {
    operands: [operand(step(6))],
    write: (build, [x]) =>
      build.add('mul', [
        x!,
        build.add('mask', [], {
          rate: 0.4,
          stream: 3,
          size: 6,
          drawn: 'row',
          kept: 2,
          dropped: -1,
          outside: 0,
        }),
      ]),
  },
  log_softmax: { operands: [operand(step(3), 0, 2)], write: apply('log_softmax') },
  cross_entropy: { operands: [operand(step(3), 0, 2), targets], write: apply('cross_entropy'), fixed: [1] },
  'cross_entropy with smoothing and weights': {
    operands: [operand(step(3), 0, 2), targets],
    write: apply('cross_entropy', { smoothing: 0.2, classWeights: [1, 0.5, 3] }),
    fixed: [1],
  },
  value_loss: {
    operands: [operand(step(3), 0, 2), operand(step(3), 1), mask],
    write: apply('value_loss', { kind: 'huber', delta: 0.8 }),
    fixed: [1, 2],
  },
  'value_loss of quantiles': {
    operands: [operand(step(6), 0, 2), operand(step(2), 1)],
    write: apply('value_loss', { kind: 'quantile', levels: [0.1, 0.5, 0.9], reduction: 'sum' }),
    fixed: [1],
  },
  bernoulli_loss: {
    operands: [operand(step(3), 0, 3), operand(step(3), 0.5, 0.5), mask],
    write: apply('bernoulli_loss', { positiveWeights: [1, 4, 0], reduction: 'frames' }),
    fixed: [1, 2],
  },
  ctc_loss: {
    operands: [
      operand(step(3), 0, 2),
      { type: row(2), data: [1, -1, 2, 1] },
      { type: row(), data: [2, 2] },
      { type: row(), data: [1, 2] },
    ],
    write: apply('ctc_loss'),
    fixed: [1, 2, 3],
  },
  score: { operands: [operand(row(2)), operand(row(3, 2), 1)], write: apply('score') },
  mix: { operands: [operand(row(3)), operand(row(3, 2), 1)], write: apply('mix') },
  score_additive: {
    operands: [operand(row(2)), operand(row(3, 2), 1), operand(once(2), 2)],
    write: apply('score_additive'),
  },
  attention_softmax: {
    operands: [operand(row(3), 0, 2), placeMask],
    write: apply('attention_softmax'),
    fixed: [1],
  },
  remember: { operands: [operand(step(2))], write: apply('remember', { places: 3 }) },
  keep: { operands: [operand(step(2)), placeMask], write: apply('keep'), fixed: [1] },
  places: {
    operands: [operand(row(3)), { type: row(), data: [1, 2] }],
    write: (build, [weights, lengths]) =>
      build.add('attention_softmax', [weights!, build.add('places', [lengths!], { places: 3 })]),
    fixed: [1],
  },
}

/** Operations that only appear inside derivatives, or are checked as a whole in scan.test.ts. */
const elsewhere = [
  'input',
  'state',
  'parameter',
  'constant',
  'block',
  'onehot',
  'pick',
  'scan',
  'scan_gradient',
  'accumulate',
  'positive',
  'sign',
  'inside',
  'prefer',
  'outer',
  'sum_rows',
  'scatter',
  'cross_entropy_gradient',
  'value_loss_gradient',
  'bernoulli_loss_gradient',
  'ctc_loss_gradient',
  'row_outer',
  'attention_softmax_gradient',
  'score_additive_query',
  'score_additive_keys',
  'score_additive_vector',
  'recall',
]

describe('the operation table', () => {
  it.each(Object.entries(cases))('%s agrees with finite differences', (_name, { operands, write, fixed }) => {
    expect(gradientError(operands, write, fixed)).toBeLessThan(1e-7)
  })

  it('has a case for every operation', () => {
    const covered = new Set([...Object.keys(cases), ...elsewhere])
    expect([...table.keys()].filter((name) => !covered.has(name))).toEqual([])
  })
})

const at = (op: string, attributes: object, ...xs: number[]): number =>
  value(
    xs.map((x) => ({ type: once(), data: [x] })),
    apply(op, attributes),
  )[0]!

describe('extremes and ties', () => {
  it.each([
    ['sigmoid', 1000, 1, 0],
    ['sigmoid', -1000, 0, 0],
    ['tanh', 1000, 1, 0],
    ['tanh', -1000, -1, 0],
    ['softplus', 1000, 1000, 1],
    ['softplus', -1000, 0, 0],
    ['log_sigmoid', -1000, -1000, 1],
    ['log_sigmoid', 1000, 0, 0],
    ['exp', -1000, 0, 0],
    ['relu', 0, 0, 0],
    ['abs', 0, 0, 0],
    ['leaky_relu', 0, 0, 0.01],
    ['elu', 0, 0, 1],
    ['softsign', 0, 0, 1],
    ['hard_sigmoid', 2.5, 1, 0.2],
    ['hard_sigmoid', -2.6, 0, 0],
    ['clip', 1, 1, 1],
    ['clip', 1.001, 1, 0],
  ])('%s(%d) is %d with slope %d', (op, x, y, dy) => {
    const attributes = { slope: 0.01, alpha: 1, lo: -1, hi: 1 }
    expect(at(op, attributes, x)).toBeCloseTo(y, 12)
    expect(slope(op, attributes, x)[0]).toBeCloseTo(dy, 12)
  })

  it('shares the gradient of a tied maximum and minimum', () => {
    expect(slope('max', {}, 2, 2)).toEqual([0.5, 0.5])
    expect(slope('min', {}, 2, 2)).toEqual([0.5, 0.5])
    expect(slope('max', {}, 3, 2)).toEqual([1, 0])
    expect(slope('min', {}, 3, 2)).toEqual([0, 1])
  })

  it('takes log-softmax and cross-entropy of large values without overflow', () => {
    const logits: Operand = {
      type: step(3),
      data: [1000, 0, -1000, 1000, 1000, 1000, -1e5, -1e5, 0, 3, 2, 1],
    }
    const result = value([logits], apply('log_softmax'))
    expect(result.slice(0, 3)).toEqual([0, -1000, -2000])
    expect(result[3]).toBeCloseTo(-Math.log(3), 12)
    expect(result.slice(6, 9)).toEqual([-1e5, -1e5, 0])
    const loss = value([logits, { type: step(), data: [2, 0, 0, -1] }], apply('cross_entropy'))
    expect(loss[0]).toBeCloseTo((2000 + Math.log(3) + 1e5) / 3, 9)
  })

  it('counts tokens', () => {
    expect(value([tokens], apply('onehot', { classes: 3 }))).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1])
  })
})
