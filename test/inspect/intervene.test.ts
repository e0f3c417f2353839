import { describe, expect, test } from 'vitest'
import { type CellFactory, cell, cells } from '../../src/cells/index.ts'
import { textFrom } from '../../src/data/index.ts'
import { sample } from '../../src/generate/index.ts'
import { intervene, trace, tracedValue, unitLosses } from '../../src/inspect/index.ts'
import { type Model, model } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { evaluate } from '../../src/train/index.ts'
import { collect } from '../train/fake.ts'
import { scribble, scribbled, setWeights, twoLayers, wasm } from './fixtures.ts'

const text = scribble(60)

/** The model with another first layer, whose equations were changed by hand, and the same weights. */
function withCell(net: Model, first: CellFactory): Model {
  const made = model({ input: scribbled, layers: [first(5), cells.gru(3)] })
  for (const [name, { data }] of made.parameters) data.set(net.parameters.get(name)!.data)
  return made
}

const lstm = (f: string, c: string, h: string): CellFactory =>
  cell(
    'edited',
    `a  = sigmoid(Wf @ [h, x] + bf)
     f  = ${f}
     i  = sigmoid(Wi @ [h, x] + bi)
     g  = tanh(Wg @ [h, x] + bg)
     c' = ${c}
     o  = sigmoid(Wo @ [h, x] + bo)
     h' = ${h}`,
  )

describe('a changed model', () => {
  test.each([
    {
      edits: [{ name: 'f', scale: 0.5, add: 0.25 }],
      by: ['0.5 * a + 0.25', 'f * c + i * g', "o * tanh(c')"],
    },
    {
      edits: [
        { name: 'c', scale: 2 },
        { name: 'c', add: -1 },
      ],
      by: ['a', '2 * (f * c + i * g) - 1', "o * tanh(c')"],
    },
    {
      edits: [{ layer: 'layers.0', name: "h'", clamp: 0.5 }],
      by: ['a', 'f * c + i * g', "0 * o * tanh(c') + 0.5"],
    },
  ] as const)('is the model whose equations are changed so by hand: $edits', async ({ edits, by }) => {
    const net = twoLayers()
    const [f, c, h] = by
    const byHand = withCell(net, lstm(f, c, h))
    for (const runtime of [reference, await wasm]) {
      const names = ['c', 'h'] as const
      const got = await trace(intervene(net, edits), text, { runtime, names })
      const want = await trace(byHand, text, { runtime, names })
      for (const [layer, name] of [
        [0, 'c'],
        [0, 'h'],
        [1, 'h'],
      ] as const) {
        const wanted = tracedValue(want, layer, name).data
        tracedValue(got, layer, name).data.forEach((x, i) => expect(x).toBeCloseTo(wanted[i]!, 5))
      }
    }
  })

  test('holds the units that are named and leaves the others', async () => {
    const runtime = await wasm
    const net = twoLayers()
    const edited = intervene(net, [{ layer: 1, name: 'h', units: [1], clamp: 0.75 }])
    const h = tracedValue(await trace(edited, text, { runtime }), 1, 'h').data
    const units = [0, 1, 2].map((unit) => h.filter((_x, i) => i % 3 === unit))
    expect(new Set(units[1])).toEqual(new Set([0.75]))
    expect(new Set(units[0]).size).toBeGreaterThan(50)
    const below = tracedValue(await trace(edited, text, { runtime }), 0, 'h').data
    expect(below).toEqual(tracedValue(await trace(net, text, { runtime }), 0, 'h').data)
  })

  test('that nothing changes is the model', async () => {
    const runtime = await wasm
    const net = twoLayers({ embedding: 4 })
    const edited = intervene(net, [{ name: 'f', scale: 1 }])
    const own = textFrom(text, { vocabulary: scribbled })
    const { loss } = await evaluate(net, own, { runtime })
    expect((await evaluate(edited, own, { runtime })).loss).toBeCloseTo(loss, 6)
    expect(intervene(net, []).parameters.size).toBe(net.parameters.size)
  })

  test('can be changed again: edits on edits are the edits in their order', async () => {
    const runtime = await wasm
    const net = twoLayers()
    const [first, then] = [
      { name: 'f', scale: 0.5 },
      { name: 'f', add: 0.25 },
    ]
    const twice = intervene(intervene(net, [first]), [then])
    const value = async (of: typeof twice): Promise<Float32Array> =>
      tracedValue(await trace(of, text, { runtime }), 0, 'f').data
    const want = await value(intervene(net, [first, then]))
    ;(await value(twice)).forEach((x, i) => expect(x).toBeCloseTo(want[i]!, 6))
    const { loss, changes } = await unitLosses(twice, text, { runtime, layer: 0, name: 'f', units: [1] })
    const own = textFrom(text, { vocabulary: scribbled })
    const reading = { runtime, batch: 16, window: 64 }
    expect(loss).toBeCloseTo((await evaluate(twice, own, reading)).loss, 5)
    const held = intervene(twice, [{ name: 'f', units: [1], clamp: 0 }])
    expect(loss + changes[0]!.change).toBeCloseTo((await evaluate(held, own, reading)).loss, 5)
  })

  test('can be sampled from', async () => {
    const net = twoLayers()
    const bias = net.parameters.get('head.b')!.data
    bias[scribbled.token('a')!] = 20
    net.parameters.get('head.W')!.data[scribbled.token('b')! * 3] = 100
    const runtime = await wasm
    const said = async (of: Parameters<typeof sample>[0]): Promise<string> =>
      (await collect(sample(of, { runtime, length: 5, temperature: 0 }))).join('')
    expect(await said(intervene(net, [{ layer: 1, name: 'h', clamp: 0 }]))).toBe('aaaaa')
    expect(await said(intervene(net, [{ layer: 1, name: 'h', units: [0], clamp: 1 }]))).toBe('bbbbb')
  })

  test('does not train what changes it', () => {
    const { gradient } = intervene(twoLayers(), [{ name: 'f', scale: 2 }]).program({
      rows: 2,
      steps: 3,
      training: true,
    })
    expect(gradient!.frozen).toEqual(['layers.0.scale of f', 'layers.0.shift of f'])
  })

  test('says what is wrong with an edit', () => {
    const net = twoLayers()
    expect(() => intervene(net, [{ name: 'z', clamp: 0 }])).toThrow(
      'The layer layers.0 has no value "z". Its values are f, i, g, c, o, h.',
    )
    expect(() => intervene(net, [{ name: 'f', units: [5], clamp: 0 }])).toThrow('there is no unit 5')
    expect(() => intervene(net, [{ name: 'f', units: [-1], clamp: 0 }])).toThrow('there is no unit -1')
    expect(() => intervene(net, [{ name: 'f' }])).toThrow('An edit of layers.0.f changes nothing')
    expect(() => intervene(net, [{ name: 'f', clamp: 1, add: 1 }])).toThrow('has clamp and add')
    expect(() => intervene(net, [{ name: 'f', clamp: NaN }])).toThrow(
      'clamp must be a finite number, not NaN',
    )
    expect(() => intervene(net, [{ name: 'f', set: 1 } as never])).toThrow('no option "set"')
  })
})

describe('the loss without a unit', () => {
  test('is that of the model in which it is held', async () => {
    const runtime = await wasm
    const net = twoLayers()
    const own = textFrom(scribble(400), { vocabulary: scribbled })
    const seen: number[] = []
    const settings = { runtime, batch: 4, window: 20 }
    const { loss, changes } = await unitLosses(net, own, {
      ...settings,
      layer: 1,
      name: 'h',
      units: [2, 0],
      onUnit: (done) => seen.push(done),
    })
    expect(loss).toBeCloseTo((await evaluate(net, own, settings)).loss, 6)
    expect(seen).toEqual([1, 2])
    for (const { unit, change } of changes) {
      const edited = intervene(net, [{ layer: 1, name: 'h', units: [unit], clamp: 0 }])
      expect(loss + change).toBeCloseTo((await evaluate(edited, own, settings)).loss, 6)
    }
    expect(changes.map(({ unit }) => unit)).toEqual([2, 0])
    const misspelt = { ...settings, layer: 1, name: 'h', unit: [0] } as never
    await expect(unitLosses(net, own, misspelt)).rejects.toThrow('no option "unit"')
    await expect(unitLosses(net, own, { ...settings, layer: 1, name: 'h', units: [3] })).rejects.toThrow(
      'no unit 3',
    )
  })
})

describe('a held gate', () => {
  // Input gate near 0, forget gate near 1, output gate near 0: the cell keeps what it has, takes nothing, gives nothing.
  const steps = 1000
  const long = scribble(steps, 3)
  const content = new Float32Array([1, -0.5, 0.25, 2])
  const states = new Map([
    ['layers.0.c', { shape: [1, 4], data: content }],
    ['layers.0.h', { shape: [1, 4], data: new Float32Array(4) }],
  ])

  async function cellAfter(net: Parameters<typeof trace>[0]) {
    const { layers } = await trace(net, long, { runtime: wasm, names: ['c', 'h'], states })
    const { c, h } = layers[0]!.values
    const given = h!.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    return { last: c!.data.slice(-4), given }
  }

  test('keeps its content for 1,000 steps without taking or giving anything', async () => {
    const net = model({ input: scribbled, layers: [cells.lstm(4)] })
    for (const [gate, bias] of [
      ['i', -25],
      ['f', 25],
      ['o', -25],
    ] as const)
      net.parameters.get(`layers.0.b${gate}`)!.data.fill(bias)
    const { last, given } = await cellAfter(net)
    last.forEach((x, unit) => expect(Math.abs(x - content[unit]!)).toBeLessThan(1e-6))
    expect(given).toBeLessThan(1e-9)
  })

  test('is exact where the gates are clamped', async () => {
    const net = intervene(model({ input: scribbled, layers: [cells.lstm(4)] }), [
      { name: 'i', clamp: 0 },
      { name: 'f', clamp: 1 },
      { name: 'o', clamp: 0 },
    ])
    expect(await cellAfter(net)).toEqual({ last: content, given: 0 })
  })

  test('that opens forgets, takes and gives', async () => {
    const net = setWeights(model({ input: scribbled, layers: [cells.lstm(4)] }), {})
    const { last, given } = await cellAfter(net)
    last.forEach((x) => expect(Math.abs(x)).toBeLessThan(1e-6))
    expect(given).toBeGreaterThan(0.1)
  })
})
