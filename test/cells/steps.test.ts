import { describe, expect, test } from 'vitest'
import { cells, library } from '../../src/cells/index.ts'
import { interpret, valueOf } from '../../src/graph/all.ts'

/** A number for an entry of a parameter, another for each. */
function weight(name: string, index: number): number {
  const letters = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 997, 7)
  return (((letters + 1) * (index + 3) * 37) % 199) / 199 - 0.5
}

const input = 3
const x = [0.3, -0.7, 1.1]

/** Previous values of the states of two units. */
const states: Readonly<Record<string, readonly number[]>> = {
  h: [0.5, -0.2],
  c: [0.9, -0.4],
  i: [0.2, 0.8],
  f: [0.6, 0.3],
  o: [0.7, 0.1],
  m: [0.3, -0.9],
  n: [0.8, 1.7],
}
const [h, c] = [states['h']!, states['c']!]

/** All values of one step of a cell with two units, by the names of the left-hand sides. */
function stepOf(name: keyof typeof cells, sizes: Readonly<Record<string, number>> = { hidden: 2 }) {
  const graph = cells[name](sizes).cell.graph({ input, ...sizes })
  const given = (id: number): readonly number[] => {
    const { op, attributes, type } = graph.nodes[id]!
    const own = attributes.name as string
    const count = type.shape.reduce((a, b) => a * b, 1)
    if (op === 'input') return x
    if (op === 'state') return states[own]!.slice(0, count)
    return Array.from({ length: count }, (_unused, index) => weight(own, index))
  }
  const leaves = new Map(
    graph.nodes.flatMap(({ op, type }, id) =>
      ['input', 'state', 'parameter'].includes(op) ? [[id, valueOf(type, 1, 1, given(id))] as const] : [],
    ),
  )
  const values = interpret(graph, leaves, { steps: 1, rows: 1 })
  const ports = [...graph.traces, ...graph.outputs]
  return Object.fromEntries(ports.map((port) => [port.name, [...values[port.node]!.data]]))
}

/** Entry `unit` of the product of a matrix and vectors side by side. */
function dot(name: string, unit: number, ...parts: readonly (readonly number[])[]): number {
  const vector = parts.flat()
  return vector.reduce((sum, value, column) => sum + weight(name, unit * vector.length + column) * value, 0)
}

const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a))
const { tanh, exp, max, log } = Math

/** Layer norm as its paper defines it. */
function norm(vector: readonly number[], gain: string, bias: string): number[] {
  const mean = vector.reduce((sum, a) => sum + a, 0) / vector.length
  const variance = vector.reduce((sum, a) => sum + (a - mean) ** 2, 0) / vector.length
  return vector.map((a, i) => (weight(gain, i) * (a - mean)) / Math.sqrt(variance + 1e-5) + weight(bias, i))
}

const both = [0, 1] as const
const units = (of: (k: 0 | 1) => number): number[] => both.map(of)
const rows = (name: string, count: number, vector: readonly number[]): number[] =>
  Array.from({ length: count }, (_unused, k) => dot(name, k, vector))

/** Parts of an LSTM with peepholes at unit k. */
const gate = (letter: string, k: number, seen: number): number =>
  sigmoid(dot(`W${letter}`, k, h, x) + weight(`p${letter}`, k) * seen + weight(`b${letter}`, k))
const block = (k: number): number => dot('Wg', k, h, x) + weight('bg', k)

interface Parts {
  readonly i?: (k: 0 | 1) => number
  readonly f?: (k: 0 | 1) => number
  readonly squash?: (a: number) => number
  readonly open?: boolean
  readonly out?: (a: number) => number
}

/** The output and memory of a variant of the search space odyssey. */
function odyssey({ i, f, squash = tanh, open = false, out = tanh }: Parts): Record<string, number[]> {
  const write = i ?? ((k: number) => gate('i', k, c[k]!))
  const forget = f ?? ((k: number) => gate('f', k, c[k]!))
  const next = units((k) => forget(k) * c[k]! + write(k) * squash(block(k)))
  return { c: next, h: units((k) => (open ? 1 : gate('o', k, next[k]!)) * out(next[k]!)) }
}

/** h' = z n + (1 - z) h. */
const mutated = (z: (k: number) => number, n: (r: number[], k: number) => number, r: number[]): number[] =>
  units((k) => z(k) * n(r, k) + (1 - z(k)) * h[k]!)

/** What each cell gives, worked out from its paper. */
const wanted: Readonly<Record<string, () => Readonly<Record<string, number[]>>>> = {
  irnn: () => ({ h: units((k) => max(0, dot('U', k, x) + dot('W', k, h) + weight('b', k))) }),
  indrnn: () => ({ h: units((k) => max(0, dot('W', k, x) + weight('u', k) * h[k]! + weight('b', k))) }),
  lstm_v: () => odyssey({}),
  lstm_nig: () => odyssey({ i: () => 1 }),
  lstm_nfg: () => odyssey({ f: () => 1 }),
  lstm_nog: () => odyssey({ open: true }),
  lstm_niaf: () => odyssey({ squash: (a) => a }),
  lstm_noaf: () => odyssey({ out: (a) => a }),
  lstm_cifg: () => odyssey({ f: (k) => 1 - gate('i', k, c[k]!) }),
  lstm_np: () => {
    const plain = (letter: string, k: number): number => gate(letter, k, 0)
    const next = units((k) => plain('f', k) * c[k]! + plain('i', k) * tanh(block(k)))
    return { c: next, h: units((k) => plain('o', k) * tanh(next[k]!)) }
  },
  lstm_fgr: () => {
    const full = (letter: string, k: number, seen: number): number =>
      sigmoid(
        dot(`W${letter}`, k, h, x) +
          ['i', 'f', 'o'].reduce((sum, from) => sum + dot(`R${from}${letter}`, k, states[from]!), 0) +
          weight(`p${letter}`, k) * seen +
          weight(`b${letter}`, k),
      )
    const [i, f] = [units((k) => full('i', k, c[k]!)), units((k) => full('f', k, c[k]!))]
    const next = units((k) => f[k]! * c[k]! + i[k]! * tanh(block(k)))
    const o = units((k) => full('o', k, next[k]!))
    return { i, f, o, c: next, h: units((k) => o[k]! * tanh(next[k]!)) }
  },
  clipped_lstm: () => {
    const plain = (letter: string, k: number): number => gate(letter, k, 0)
    const next = units((k) => plain('f', k) * c[k]! + plain('i', k) * tanh(block(k)))
    return { c: next, h: units((k) => plain('o', k) * tanh(next[k]!)) }
  },
  layer_norm_lstm: () => {
    const [recurrent, own] = [rows('Wh', 8, h), rows('Wx', 8, x)]
    const [left, right] = [norm(recurrent, 'alpha_1', 'beta_1'), norm(own, 'alpha_2', 'beta_2')]
    const a = left.map((value, k) => value + right[k]! + weight('b', k))
    const next = units((k) => sigmoid(a[k]!) * c[k]! + sigmoid(a[2 + k]!) * tanh(a[6 + k]!))
    const seen = norm(next, 'alpha_3', 'beta_3')
    return { c: next, h: units((k) => sigmoid(a[4 + k]!) * tanh(seen[k]!)) }
  },
  layer_norm_gru: () => {
    const [left, right] = [
      norm(rows('Wh', 4, h), 'alpha_1', 'beta_1'),
      norm(rows('Wx', 4, x), 'alpha_2', 'beta_2'),
    ]
    const gates = left.map((value, k) => sigmoid(value + right[k]!))
    const [seen, past] = [
      norm(rows('Wn', 2, x), 'alpha_3', 'beta_3'),
      norm(rows('Un', 2, h), 'alpha_4', 'beta_4'),
    ]
    const n = units((k) => tanh(seen[k]! + gates[2 + k]! * past[k]!))
    return { h: units((k) => (1 - gates[k]!) * h[k]! + gates[k]! * n[k]!) }
  },
  slstm: () => {
    const [m, n] = [states['m']!, states['n']!]
    const raw = (letter: string, k: number): number => dot(`W${letter}`, k, h, x) + weight(`b${letter}`, k)
    const kept = units((k) => log(sigmoid(raw('f', k))) + m[k]!)
    const top = units((k) => max(kept[k]!, raw('i', k)))
    const i = units((k) => exp(raw('i', k) - top[k]!))
    const f = units((k) => exp(kept[k]! - top[k]!))
    const memory = units((k) => f[k]! * c[k]! + i[k]! * tanh(raw('g', k)))
    const count = units((k) => f[k]! * n[k]! + i[k]!)
    return {
      m: top,
      c: memory,
      n: count,
      h: units((k) => (sigmoid(raw('o', k)) * memory[k]!) / count[k]!),
    }
  },
  mut1: () => {
    const r = units((k) => sigmoid(dot('Wr', k, h, x) + weight('br', k)))
    const seen = r.map((value, k) => value * h[k]!)
    return {
      h: mutated(
        (k) => sigmoid(dot('Wz', k, x) + weight('bz', k)),
        (_r, k) => tanh(dot('Wn', k, seen) + tanh(dot('U', k, x)) + weight('bn', k)),
        r,
      ),
    }
  },
  mut2: () => {
    const r = units((k) => sigmoid(dot('U', k, x) + dot('Wr', k, h) + weight('br', k)))
    return {
      h: mutated(
        (k) => sigmoid(dot('Wz', k, h, x) + weight('bz', k)),
        (open, k) => tanh(dot('Wn', k, [open[0]! * h[0]!, open[1]! * h[1]!], x) + weight('bn', k)),
        r,
      ),
    }
  },
  mut3: () => {
    const r = units((k) => sigmoid(dot('Wr', k, h, x) + weight('br', k)))
    return {
      h: mutated(
        (k) => sigmoid(dot('Wz', k, h.map(tanh), x) + weight('bz', k)),
        (open, k) => tanh(dot('Wn', k, [open[0]! * h[0]!, open[1]! * h[1]!], x) + weight('bn', k)),
        r,
      ),
    }
  },
  mgu: () => {
    const f = units((k) => sigmoid(dot('Wf', k, h, x) + weight('bf', k)))
    const n = units((k) => tanh(dot('Wn', k, [f[0]! * h[0]!, f[1]! * h[1]!], x) + weight('bn', k)))
    return { h: units((k) => (1 - f[k]!) * h[k]! + f[k]! * n[k]!) }
  },
  janet: () => {
    const s = units((k) => dot('Wf', k, h, x) + weight('bf', k))
    return { h: units((k) => sigmoid(s[k]!) * h[k]! + (1 - sigmoid(s[k]! - 1)) * tanh(block(k))) }
  },
  ugrnn: () => {
    const g = units((k) => sigmoid(block(k)))
    const candidate = units((k) => tanh(dot('Wc', k, h, x) + weight('bc', k)))
    return { h: units((k) => g[k]! * h[k]! + (1 - g[k]!) * candidate[k]!) }
  },
  sru: () => {
    const f = units((k) => sigmoid(dot('Wf', k, x) + weight('bf', k)))
    const r = units((k) => sigmoid(dot('Wr', k, x) + weight('br', k)))
    const next = units((k) => f[k]! * c[k]! + (1 - f[k]!) * dot('W', k, x))
    return { c: next, h: units((k) => r[k]! * tanh(next[k]!) + (1 - r[k]!) * dot('U', k, x)) }
  },
  min_gru: () => {
    const z = units((k) => sigmoid(dot('Wz', k, x) + weight('bz', k)))
    return { h: units((k) => (1 - z[k]!) * h[k]! + z[k]! * (dot('Wn', k, x) + weight('bn', k))) }
  },
  min_lstm: () => {
    const open = (letter: string, k: number): number =>
      sigmoid(dot(`W${letter}`, k, x) + weight(`b${letter}`, k))
    const share = units((k) => open('f', k) / (open('f', k) + open('i', k)))
    const g = units((k) => dot('Wg', k, x) + weight('bg', k))
    return { h: units((k) => share[k]! * h[k]! + (1 - share[k]!) * g[k]!) }
  },
}

describe('one step by hand', () => {
  test.each(Object.entries(wanted))('of %s', (name, work) => {
    const got = stepOf(name as keyof typeof cells)
    for (const [value, numbers] of Object.entries(work()))
      numbers.forEach((number, k) => expect(got[value]![k]).toBeCloseTo(number, 12))
  })

  test('of projected_lstm, whose gates see the projection', () => {
    const [past] = h as [number]
    const open = (letter: string, k: number, seen: number): number =>
      sigmoid(dot(`W${letter}`, k, [past], x) + weight(`p${letter}`, k) * seen + weight(`b${letter}`, k))
    const g = units((k) => tanh(dot('Wg', k, [past], x) + weight('bg', k)))
    const next = units((k) => open('f', k, c[k]!) * c[k]! + open('i', k, c[k]!) * g[k]!)
    const m = units((k) => open('o', k, next[k]!) * tanh(next[k]!))
    const got = stepOf('projected_lstm', { hidden: 2, projection: 1 })
    expect(got['h']).toHaveLength(1)
    expect(got['h']![0]).toBeCloseTo(dot('P', 0, m), 12)
    next.forEach((value, k) => expect(got['c']![k]).toBeCloseTo(value, 12))
  })

  test('of clipped_lstm holds the memory within 50', () => {
    const { cell } = cells.clipped_lstm(1)
    const graph = cell.graph({ input: 1, hidden: 1 })
    const one = (c0: number, bias: number): number => {
      const leaves = graph.nodes.flatMap(({ op, type, attributes: { name } }, id) => {
        if (!['input', 'state', 'parameter'].includes(op)) return []
        const value = name === 'c' ? c0 : String(name).startsWith('b') ? bias : 0
        return [[id, valueOf(type, 1, 1, type.shape.length === 2 ? [0, 0] : [value])] as const]
      })
      const found = interpret(graph, new Map(leaves), { steps: 1, rows: 1 })
      return found[graph.states.find(({ name }) => name === 'c')!.next]!.data[0]!
    }
    expect([one(60, 9), one(-60, 9), one(50, -1)]).toEqual([
      50,
      -50,
      50 * sigmoid(-1) + sigmoid(-1) * tanh(-1),
    ])
  })

  test('of every cell is here or in library.test.ts', () => {
    const old = ['rnn', 'rnn_relu', 'memory_rnn', 'lstm', 'peephole_lstm', 'coupled_lstm', 'gru']
    const more = ['four_gate_lstm', 'four_gate_peephole_lstm', 'gru_reset_before', 'projected_lstm']
    const known = new Set([...old, ...more, ...Object.keys(wanted)])
    expect(library.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([])
  })
})
