import { describe, expect, test } from 'vitest'
import { cell, cells, decoders, families, library } from '../../src/cells/index.ts'
import { EquationError, compile } from '../../src/equations/index.ts'
import { type StepGraph, interpret, printStep, valueOf } from '../../src/graph/all.ts'

/** One step of one row: every parameter entry is `weight`, `x` is the input, all states are `state`. */
function step(graph: StepGraph, x: readonly number[], state: number, weight: number): number[] {
  const given = (name: string, count: number): readonly number[] => {
    if (graph.inputs.some((port) => port.name === name)) return x
    return Array.from({ length: count }, () =>
      graph.states.some((port) => port.name === name) ? state : weight,
    )
  }
  const leaves = new Map(
    graph.nodes.flatMap(({ op, type, attributes }, id) => {
      if (!['input', 'state', 'parameter'].includes(op)) return []
      const count = type.shape.reduce((a, b) => a * b, 1)
      return [[id, valueOf(type, 1, 1, given(attributes.name as string, count))] as const]
    }),
  )
  return [...interpret(graph, leaves, { steps: 1, rows: 1 })[graph.outputs[0]!.node]!.data]
}

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a))

/** What each cell gives for x = [0.3], states 0.5 and weights 0.2, from the formulas of the papers. */
const wanted: Readonly<Record<string, number>> = (() => {
  const [x, h, c, w] = [0.3, 0.5, 0.5, 0.2]
  const a = w * h + w * x + w
  const gate = sigmoid(a)
  const lstm = (f: number, i: number, o: (c: number) => number): number => {
    const next = f * c + i * Math.tanh(a)
    return o(next) * Math.tanh(next)
  }
  const peep = sigmoid(a + w * c)
  const mix = (n: number): number => (1 - gate) * n + gate * h
  const fourGates = (g: number): number => Math.tanh(w * (c * g) + w) * g
  return {
    rnn: Math.tanh(a),
    rnn_relu: a,
    lstm: lstm(gate, gate, () => gate),
    peephole_lstm: lstm(peep, peep, (next) => sigmoid(a + w * next)),
    coupled_lstm: lstm(gate, 1 - gate, () => gate),
    memory_rnn: Math.tanh(a),
    four_gate_lstm: fourGates(gate),
    four_gate_peephole_lstm: fourGates(peep),
    gru: mix(Math.tanh(w * x + w + gate * (w * h + w))),
    gru_reset_before: mix(Math.tanh(w * gate * h + w * x + w)),
  }
})()

test('the library lists what the object offers', () => {
  const names = [...library, ...decoders.cells].flatMap(({ name, aliases = [] }) => [name, ...aliases])
  expect(names.toSorted()).toEqual(Object.keys(cells).toSorted())
  expect(families.flatMap((family) => family.cells)).toEqual(library)
  for (const { title, citation, year } of [...library, ...decoders.cells]) {
    expect(title.length).toBeGreaterThan(5)
    expect(citation).toMatch(/^[A-Z].*".*"/)
    expect(year).toBeGreaterThan(1980)
  }
})

test.each(Object.entries(wanted))('%s computes its formula', (name, value) => {
  const layer = cells[name as keyof typeof cells](1)
  expect(layer.cell.name).toBe(name)
  expect(step(layer.cell.graph({ input: 1, ...layer.sizes }), [0.3], 0.5, 0.2)[0]).toBeCloseTo(value, 12)
})

describe.each(library.map((record) => [record.name, record] as const))('%s', (name, record) => {
  const { constraints, sizes, step: body } = compile(record.equations)

  test('has no constraint on its sizes', () => {
    expect(constraints).toEqual([])
    expect(sizes).toEqual(['input', 'hidden', ...(name === 'projected_lstm' ? ['projection'] : [])])
  })

  test('has one output, which is carried, but for sru, whose output nothing reads', () => {
    const [output, ...others] = body.outputs
    expect(others).toEqual([])
    const carried = body.states.some((state) => state.name === output!.name && state.next === output!.node)
    expect(carried).toBe(name !== 'sru')
  })
})

test('other names are the same cells', () => {
  expect(cells.lstm_np(4)).toEqual(cells.lstm(4))
  expect(cells.lstm_v(4)).toEqual(cells.peephole_lstm(4))
})

describe('the LSTM told as four gates', () => {
  test('has its gates among its traces', () => {
    const { traces, nodes, states } = cells.four_gate_lstm(4).cell.step
    expect(traces.map(({ name }) => name).join(' ')).toBe('n i learn f forget remember LTM u v use STM')
    const nodeOf = (name: string): number => traces.find((port) => port.name === name)!.node
    expect(states.map(({ name, next }) => [name, next])).toEqual([
      ['LTM', nodeOf('remember')],
      ['STM', nodeOf('use')],
    ])
    expect(nodes[nodeOf('remember')]!.inputs).toEqual([nodeOf('forget'), nodeOf('learn')])
  })

  test('lets every gate of the forget kind see the long-term memory through its peepholes', () => {
    const columns = (name: 'four_gate_lstm' | 'four_gate_peephole_lstm'): Record<string, string> => {
      const { parameters, nodes } = cells[name](4).cell.step
      return Object.fromEntries(
        parameters.flatMap(({ name: parameter, node }) => {
          const [, size] = nodes[node]!.type.shape
          return size ? [[parameter, String(size)]] : []
        }),
      )
    }
    const seen = 'input + hidden'
    expect(columns('four_gate_lstm')).toEqual({ Wn: seen, Wi: seen, Wf: seen, Wu: 'hidden', Wv: seen })
    const more = 'input + 2*hidden'
    expect(columns('four_gate_peephole_lstm')).toEqual({
      Wn: seen,
      Wi: more,
      Wf: more,
      Wu: 'hidden',
      Wv: more,
    })
  })
})

describe('peepholes', () => {
  test('stand on any subset of the gates', () => {
    const parameters = (gates: readonly ('i' | 'f' | 'o')[]): string =>
      cells
        .peephole_lstm(4, { gates })
        .cell.step.parameters.map(({ name }) => name)
        .filter((name) => name.startsWith('p'))
        .join(' ')
    expect(parameters([])).toBe('')
    expect(parameters(['o', 'i'])).toBe('pi po')
    expect(parameters(['f'])).toBe('pf')
    expect(parameters(['i', 'f', 'o'])).toBe('pf pi po')
  })

  test('on no gate make the plain LSTM', () => {
    expect(printStep(cells.peephole_lstm(4, { gates: [] }).cell.step)).toBe(
      printStep(cells.lstm(4).cell.step),
    )
  })

  test('refuse other gates', () => {
    expect(() => cells.peephole_lstm(4, { gates: ['g' as 'i'] })).toThrow(
      'Peepholes are for the gates i, f and o, not "g".',
    )
  })
})

describe('a cell of your own', () => {
  const mine = cell('mine', "f = sigmoid(Wf @ [h, x] + bf)\nh' = f * h + (1 - f) * tanh(U @ x)", {
    init: { bf: 1 },
  })

  test('is a maker of layers', () => {
    const layer = mine(512)
    expect(layer.sizes).toEqual({ hidden: 512 })
    expect(layer.init).toEqual({ bf: 1 })
    expect(layer.cell.name).toBe('mine')
    expect(mine({ hidden: 8 }, { init: { U: 'uniform' } })).toEqual({
      cell: layer.cell,
      sizes: { hidden: 8 },
      init: { bf: 1, U: 'uniform' },
    })
  })

  test('with declared sizes takes them by name', () => {
    const projected = cell('projected', "state h: projection\nc' = c + tanh(W @ [h, x])\nh' = R @ c' + 0 * h")
    const layer = projected({ hidden: 8, projection: 3 })
    expect(
      layer.cell.graph({ input: 2, ...layer.sizes }).nodes[layer.cell.step.outputs[0]!.node]!.type.shape,
    ).toEqual([3])
    expect(() => projected(8)).toThrow(
      'The cell "projected" needs the size "projection"; a layer gives it: hidden, projection.',
    )
  })

  test('names what is wrong', () => {
    expect(() => cell('bad', "h' = tahn(x)")).toThrow(EquationError)
    expect(() => cell('bad', "h' = h + x", { init: { b: 0 } })).toThrow(
      'The cell "bad" has no parameter "b" to initialise',
    )
    expect(() => mine(8, { init: { bf: NaN } })).toThrow(
      'must be a finite number or one of zeros, ones, identity, glorot, uniform, unit, orthogonal, not NaN.',
    )
    expect(() => mine(8, { init: { bf: 'glorott' as 'glorot' } })).toThrow('not glorott.')
    expect(() => mine({ input: 3, hidden: 8 })).toThrow(
      'The cell "mine" takes no size "input" from a layer; a layer gives it: hidden.',
    )
    expect(() => mine(0)).toThrow('needs a whole number above zero as "hidden", not 0')
  })
})
