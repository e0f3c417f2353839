import { describe, expect, test } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { Vocabulary, textFrom } from '../../src/data/index.ts'
import { type Value, interpret, valueOf } from '../../src/graph/all.ts'
import {
  gatesOf,
  layersOf,
  trace,
  traceParts,
  tracedUnit,
  tracedValue,
  valuesOf,
} from '../../src/inspect/index.ts'
import { type Model, branches, dense, layer, model } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { scribble, scribbled, twoLayers, wasm } from './fixtures.ts'

/** Every named value of the first layer, step by step, by interpreting its equations. */
function byHand(net: Model, text: string): ReadonlyMap<string, number[]> {
  const [{ step }] = layersOf(net) as [ReturnType<typeof layersOf>[number]]
  const vector = (data: ArrayLike<number>): Value =>
    valueOf({ extent: 'row', shape: [data.length] }, 1, 1, data)
  let states: readonly Float64Array[] = step.states.map(
    ({ previous }) => new Float64Array(step.nodes[previous]!.type.shape[0]!),
  )
  const found = new Map<string, number[]>(step.traces.map(({ name }) => [name, []]))
  for (const token of net.vocabulary.encode(text)) {
    const onehot = Float64Array.from({ length: net.vocabulary.size }, (_unused, i) => Number(i === token))
    const leaves = new Map<number, Value>([[step.inputs[0]!.node, vector(onehot)]])
    step.states.forEach(({ previous }, i) => leaves.set(previous, vector(states[i]!)))
    for (const { name, node } of step.parameters) {
      const { shape, data } = net.parameters.get(`layers.0.${name}`)!
      leaves.set(node, valueOf({ extent: 'once', shape }, 1, 1, data))
    }
    const values = interpret(step, leaves, { steps: 1, rows: 1 })
    for (const { name, node } of step.traces) found.get(name)!.push(...values[node]!.data)
    states = step.states.map(({ next }) => values[next]!.data)
  }
  return found
}

describe('a trace', () => {
  const text = scribble(40)

  test.each(['lstm', 'gru', 'four_gate_lstm', 'slstm', 'coupled_lstm'] as const)(
    'of %s has what its equations give at every step',
    async (name) => {
      const net = model({ input: scribbled, layers: [cells[name](6), cells.rnn(3)] })
      const want = byHand(net, text)
      for (const runtime of [reference, await wasm]) {
        const { layers } = await trace(net, text, { runtime, part: 16 })
        const values = layers[0]!.values
        expect(Object.keys(values)).toEqual([...want.keys()])
        for (const [key, numbers] of want) {
          expect(values[key]!.data).toHaveLength(40 * 6)
          numbers.forEach((x, i) => expect(values[key]!.data[i]).toBeCloseTo(x, 5))
        }
      }
    },
  )

  test('names layers, cells, states and gates', async () => {
    const { layers, steps, tokens } = await trace(twoLayers(), text, { runtime: await wasm })
    expect(steps).toBe(40)
    expect(tokens).toEqual(scribbled.encode(text))
    expect(layers.map(({ name, cell: of, states, gates }) => [name, of, states, gates])).toEqual([
      ['layers.0', 'lstm', ['c', 'h'], ['f', 'i', 'o']],
      ['layers.1', 'gru', ['h'], ['r', 'z']],
    ])
  })

  test('has the names that are asked for, with types of their own', async () => {
    const { layers } = await trace(twoLayers(), text, {
      runtime: await wasm,
      names: ['f', "h'"],
      layers: [0],
    })
    expect(Object.keys(layers[0]!.values)).toEqual(['f', 'h'])
    expect(layers).toHaveLength(1)
    const typed = await trace(twoLayers(), text, { runtime: await wasm, names: ['f', 'z'] })
    const f = typed.layers[0]!.values.f
    expect(f?.units).toBe(5)
    expect(Object.keys(typed.layers[1]!.values)).toEqual(['z'])
    // @ts-expect-error a name that was not asked for
    expect(typed.layers[0]!.values.g).toBeUndefined()
  })

  test('in parts and continued is the trace in one', async () => {
    const runtime = await wasm
    const net = twoLayers({ embedding: 4 })
    const whole = await trace(net, text, { runtime })
    const first = await trace(net, text.slice(0, 13), { runtime })
    const second = await trace(net, text.slice(13), { runtime, states: first.states })
    const h = tracedValue(whole, 1, 'h')
    expect(tracedValue(first, 1, 'h').data).toEqual(h.data.slice(0, 13 * 3))
    expect(tracedValue(second, 'layers.1', 'h').data).toEqual(h.data.slice(13 * 3))
    expect(second.states).toEqual(whole.states)
    const below = await trace(net, text.slice(13), { runtime, states: first.states, layers: [0] })
    expect(below.layers[0]).toEqual(second.layers[0])
    expect([...below.states.keys()]).toEqual(['layers.0.c', 'layers.0.h'])
    const starts: number[] = []
    for await (const part of traceParts(net, text, { runtime, part: 12 })) {
      starts.push(part.start)
      const from = part.start * 3
      expect(tracedValue(part, 1, 'h').data).toEqual(h.data.slice(from, from + part.steps * 3))
    }
    expect(starts).toEqual([0, 12, 24, 36])
  })

  test('leaves the final state as that of the last step', async () => {
    const { states, layers } = await trace(twoLayers(), text, { runtime: await wasm })
    expect(states.get('layers.0.c')!.data).toEqual(layers[0]!.values.c!.data.slice(39 * 5))
  })

  test('shows dense layers, the head if it is asked for, and one unit', async () => {
    const net = model({ input: scribbled, layers: [cells.rnn(4), dense(3, 'sigmoid')] })
    const { layers } = await trace(net, text, { runtime: await wasm, layers: [1, 'head'] })
    expect(layers.map(({ name, gates }) => [name, gates])).toEqual([
      ['layers.1', ['y']],
      ['head', []],
    ])
    const y = layers[0]!.values.y!
    expect(tracedUnit(y, 2)).toEqual(Float32Array.from({ length: 40 }, (_unused, t) => y.data[3 * t + 2]!))
    expect(layers[1]!.values.y!.units).toBe(7)
  })

  test('starts where a learned state starts', async () => {
    const learned = cell('learned', "state h = learned\nh' = tanh(W @ h + U @ x)")
    const net = model({ input: scribbled, layers: [learned(3)] })
    net.parameters.get('layers.0.initial.h')!.data.fill(0.5)
    const runtime = await wasm
    const { layers } = await trace(net, 'ab', { runtime, names: ['h'] })
    const W = net.parameters.get('layers.0.W')!.data
    const U = net.parameters.get('layers.0.U')!
    const first = 0.5 * (W[0]! + W[1]! + W[2]!) + U.data[scribbled.token('a')!]!
    expect(layers[0]!.values.h!.data[0]).toBeCloseTo(Math.tanh(first), 6)
  })

  test('reads emoji and writing from right to left, a code point a step', async () => {
    const input = '🙂 שלום 👩‍👩‍👧'
    const net = model({ input: Vocabulary.of(input), layers: [cells.lstm(4)] })
    const { steps } = await trace(net, input, { runtime: await wasm })
    expect(steps).toBe([...input].length)
  })

  test('without values has the states alone', async () => {
    const runtime = await wasm
    const { states } = await trace(twoLayers(), text, { runtime })
    for (const options of [{ names: [] }, { layers: [] }]) {
      const bare = await trace(twoLayers(), text, { runtime, ...options })
      expect(bare.states).toEqual(states)
      expect(bare.layers.every(({ values }) => Object.keys(values).length === 0)).toBe(true)
    }
  })

  test('of layers in branches, with norms, residuals and dropout, is the same on every runtime', async () => {
    const net = model({
      input: scribbled,
      embedding: 6,
      dropout: 0.3,
      layers: [
        layer(cells.lstm(6), { residual: true, norm: true, zoneout: 0.1, stateDropout: 0.2 }),
        branches([[cells.rnn(3)], [cells.gru(4), dense(2, 'tanh')]], { skip: 'all' }),
        layer(cells.lstm(5), { skip: 'input' }),
      ],
    })
    const [exact, single] = [
      await trace(net, text, { runtime: reference }),
      await trace(net, text, { runtime: wasm }),
    ]
    expect(exact.layers.map(({ name }) => name)).toEqual([
      'layers.0',
      'layers.1.0.0',
      'layers.1.1.0',
      'layers.1.1.1',
      'layers.2',
    ])
    exact.layers.forEach((each, index) => {
      for (const { name, data } of valuesOf(each)) {
        const other = single.layers[index]!.values[name]!.data
        data.forEach((x, i) => expect(x).toBeCloseTo(other[i]!, 5))
      }
    })
  })

  test('says what is wrong', async () => {
    const net = twoLayers()
    const runtime = await wasm
    const wrong = (options: object, of: string = text) => trace(net, of, { runtime, ...options })
    await expect(wrong({}, '')).rejects.toThrow('the text is empty')
    await expect(wrong({}, 'abcX')).rejects.toThrow('The character "X" (U+0058)')
    await expect(wrong({ names: ['forget'] })).rejects.toThrow(
      'No layer has a value "forget". There are f, i, g, c, o, h, r, z, n.',
    )
    await expect(wrong({ names: ['F'] })).rejects.toThrow('No layer has a value "F". Did you mean f?')
    await expect(wrong({ layers: [2] })).rejects.toThrow(
      'There is no layer "2". The layers are layers.0, layers.1, head.',
    )
    await expect(wrong({ layers: ['layer.1'] })).rejects.toThrow('Did you mean layers.1?')
    await expect(wrong({ name: 'f' })).rejects.toThrow('has no option "name"')
    const other = textFrom('xyz')
    await expect(trace(net, other, { runtime })).rejects.toThrow('vocabulary')
    const { layers } = await trace(net, text, { runtime })
    expect(() => tracedUnit(layers[0]!.values.c!, 5)).toThrow(
      'layers.0.c has 5 units, the first is 0; there is no unit 5.',
    )
    expect(() => tracedValue({ layers }, 1, 'f')).toThrow('The layer layers.1 has no value "f".')
  })
})

describe('gates', () => {
  const of = (equations: string): readonly string[] =>
    gatesOf(cell('mine', equations)(2).cell.graph({ input: 3, hidden: 2 }))

  test('are the values that equations hold between 0 and 1', () => {
    expect(
      of(`a = sigmoid(W @ [h, x])
          b = 1 - a
          d = a * b
          e = (tanh(V @ x) + 1) / 2
          k = hard_sigmoid(U @ x)
          m = clip(P @ x, 0, 1)
          n = max(a, k)
          g = tanh(Q @ x)
          h' = a * h + d * g + e + m + n`),
    ).toEqual(['a', 'b', 'd', 'e', 'k', 'm', 'n'])
  })
})
