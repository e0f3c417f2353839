import { describe, expect, it } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { compile } from '../../src/equations/index.ts'
import {
  Builder,
  type MaskedStep,
  type StepGraph,
  interpret,
  maskInputs,
  numbers,
  recurrentColumns,
  recurrentDropout,
  valueOf,
  variationalStates,
  zoneout,
} from '../../src/graph/all.ts'
import { gradientError } from './differences.ts'

const sizes = { input: 2, hidden: 3 }
const rows = 2

const stepOf = (equations: string): StepGraph => {
  const cell = compile(equations, { name: 'cell' })
  return cell.graph(Object.fromEntries(cell.sizes.map((name) => [name, sizes[name as 'input']])))
}

const cellOf = (name: string): string => library.find((record) => record.name === name)!.equations

/** Outputs and new states of a step, its leaves filled from their names; masks are called `m`. */
function results(step: StepGraph, masks: readonly string[] = []): number[][] {
  const ports = [
    ...step.inputs,
    ...step.parameters,
    ...step.states.map(({ name, previous: node }) => ({ name, node })),
  ]
  const leaves = new Map(
    ports.map(({ name, node }) => {
      const { type } = step.nodes[node]!
      const label = masks.includes(name) ? 'm' : name
      const seed = [...label].reduce((sum, letter) => sum * 7 + letter.charCodeAt(0), 1) % 97
      const copies = type.extent === 'once' ? 1 : rows
      const length = type.shape.reduce((count, size) => count * size, copies)
      const data = Array.from({ length }, (_unused, i) => Math.cos(2.3 * (label === 'm' ? i % 3 : i) + seed))
      return [node, valueOf(type, 1, rows, data)] as const
    }),
  )
  const values = interpret(step, leaves, { steps: 1, rows })
  const ends = [...step.outputs.map(({ node }) => node), ...step.states.map(({ next }) => next)]
  return ends.map((node) => [...values[node]!.data])
}

/** Checks that a masked step computes what equations with a vector `m` say. */
function expectEquations({ step, masks }: MaskedStep, equations: string): void {
  const names = masks.map(({ input }) => input)
  expect(step.inputs.slice(1).map(({ name }) => name)).toEqual(names)
  const [got, want] = [results(step, names), results(stepOf(equations))]
  want.forEach((data, i) => data.forEach((x, j) => expect(got[i]![j]!).toBeCloseTo(x, 14)))
}

describe('variational dropout of states masks what products read of them', () => {
  it('in the LSTM, for all gates alike and not for the memory', () => {
    const masked = variationalStates(stepOf(cellOf('lstm')), 0.25)
    expect(masked.masks).toEqual([
      {
        input: 'recurrent mask of h',
        attributes: { rate: 0.25, drawn: 'row', size: 3, kept: 1 / 0.75, dropped: 0, outside: 1 },
      },
    ])
    expectEquations(
      masked,
      `vector m: hidden
       f  = sigmoid(Wf @ [m * h, x] + bf)
       i  = sigmoid(Wi @ [m * h, x] + bi)
       g  = tanh(Wg @ [m * h, x] + bg)
       c' = f * c + i * g
       o  = sigmoid(Wo @ [m * h, x] + bo)
       h' = o * tanh(c')`,
    )
  })

  it('in the GRU, behind its reset gate too, and not where it interpolates', () => {
    expectEquations(
      variationalStates(stepOf(cellOf('gru_reset_before')), 0.25),
      `vector m: hidden
       r  = sigmoid(Wr @ [m * h, x] + br)
       z  = sigmoid(Wz @ [m * h, x] + bz)
       n  = tanh(Wn @ [r * m * h, x] + bn)
       h' = (1 - z) * n + z * h`,
    )
  })

  it('and is refused where there is no such product', () => {
    expect(() => variationalStates(stepOf("vector u\nh' = relu(W @ x + u * h)"), 0.5)).toThrow(
      'The cell "cell" multiplies no matrix with a state',
    )
  })
})

describe('recurrent dropout masks the update of a memory', () => {
  it('in the LSTM, before the output reads it', () => {
    expectEquations(
      recurrentDropout(stepOf(cellOf('lstm')), 0.25),
      `vector m: hidden
       f  = sigmoid(Wf @ [h, x] + bf)
       i  = sigmoid(Wi @ [h, x] + bi)
       g  = tanh(Wg @ [h, x] + bg)
       c' = f * c + m * i * g
       o  = sigmoid(Wo @ [h, x] + bo)
       h' = o * tanh(c')`,
    )
  })

  it('in the GRU', () => {
    expectEquations(
      recurrentDropout(stepOf(cellOf('gru')), 0.25),
      `vector m: hidden
       r  = sigmoid(Wr @ [h, x] + br)
       z  = sigmoid(Wz @ [h, x] + bz)
       n  = tanh(Un @ x + bn + r * (Wn @ h + dn))
       h' = (1 - z) * m * n + z * h`,
    )
  })

  it('of a memory that is kept whole, with every term and sign', () => {
    expectEquations(
      recurrentDropout(stepOf("h' = h - W @ x + tanh(U @ h) - a * b * h"), 0.25),
      "vector m: hidden\nh' = h - m * (W @ x) + m * tanh(U @ h) - a * b * h",
    )
  })

  it('and is refused where there is no memory', () => {
    expect(() => recurrentDropout(stepOf(cellOf('rnn')), 0.5)).toThrow(
      'The cell "cell" has no state whose new value',
    )
  })
})

describe('zoneout', () => {
  it('keeps entries of each state, while the other equations read the new values', () => {
    const both = zoneout(stepOf(cellOf('lstm')), { c: 0.5, h: 0.05 })
    expect(both.masks.map(({ attributes }) => attributes)).toEqual([
      { rate: 0.5, drawn: 'step', size: 3, kept: 0, dropped: 1, outside: 0.5 },
      { rate: 0.05, drawn: 'step', size: 3, kept: 0, dropped: 1, outside: 0.05 },
    ])
    expectEquations(
      both,
      `vector m: hidden
       f  = sigmoid(Wf @ [h, x] + bf)
       i  = sigmoid(Wi @ [h, x] + bi)
       g  = tanh(Wg @ [h, x] + bg)
       a  = f * c + i * g
       c' = m * c + (1 - m) * a
       o  = sigmoid(Wo @ [h, x] + bo)
       h' = m * h + (1 - m) * o * tanh(a)`,
    )
  })

  it('names the states of a cell that has no such state', () => {
    expect(() => zoneout(stepOf(cellOf('lstm')), { s: 0.5 })).toThrow(
      'The cell "cell" has no state "s" to zone out; it has c, h.',
    )
  })
})

describe('the recurrent columns of matrices', () => {
  it('are those that multiply a state or what is made of one', () => {
    const text = "r = sigmoid(R @ [x, h])\nh' = tanh(W @ [r * h, h, x] + V @ x + U @ h)"
    expect([...recurrentColumns(stepOf(text))]).toEqual([
      ['R', { from: 2, to: 5 }],
      ['W', { from: 0, to: 6 }],
      ['U', { from: 0, to: 3 }],
    ])
  })

  it.each(["h' = tanh(W @ [h, x, h])", "matrix W: [hidden, hidden]\nh' = tanh(W^T @ h + V @ x)"])(
    'must be side by side: %s',
    (text) => {
      expect(() => recurrentColumns(stepOf(text))).toThrow('needs one range of columns')
    },
  )
})

describe('gradients of masked cells agree with finite differences', () => {
  const ways: Readonly<Record<string, (step: StepGraph) => MaskedStep>> = {
    'variational dropout': (step) => variationalStates(step, 0.4),
    'recurrent dropout': (step) => recurrentDropout(step, 0.4),
    zoneout: (step) => zoneout(step, { h: 0.4 }),
  }
  it.each(
    ['lstm', 'gru'].flatMap((name) => Object.entries(ways).map(([way, make]) => [name, way, make] as const)),
  )('%s with %s', (name, _way, make) => {
    const { step, masks } = make(stepOf(cellOf(name)))
    const leaves = [
      { extent: 'step' as const, node: step.inputs[0]!.node },
      ...step.states.map(({ previous }) => ({ extent: 'row' as const, node: previous })),
      ...step.parameters.map(({ node }) => ({ extent: 'once' as const, node })),
    ]
    const operands = leaves.map(({ extent, node }, seed) => {
      const { shape } = step.nodes[node]!.type
      const length = shape.reduce((count, size) => count * size, { step: 4, row: 2, once: 1 }[extent])
      return {
        type: { extent, shape },
        data: Array.from({ length }, (_unused, i) => 0.8 * Math.cos(2.3 * i + seed)),
      }
    })
    const write = (build: Builder, inputs: readonly number[]): number => {
      const [x, ...others] = inputs
      const scan = build.add('scan', [x!, ...maskInputs(build, masks, 3), ...others], { step })
      return build.add('pick', [scan], { index: 0 })
    }
    expect(gradientError(operands, write)).toBeLessThan(1e-7)
  })

  it('and masks are numbered one after the other', () => {
    const build = new Builder(numbers)
    const { masks } = zoneout(stepOf(cellOf('lstm')), { c: 0.1, h: 0.2 })
    const made = maskInputs(build, masks, 7)
    expect(made.map((node) => build.nodes[node]!.attributes['stream'])).toEqual([7, 8])
  })
})
