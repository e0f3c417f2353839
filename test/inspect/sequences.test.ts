import { describe, expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { decode, write } from '../../src/generate/index.ts'
import {
  detect,
  intervene,
  saturation,
  trace,
  traceSequences,
  tracedUnit,
  tracedValue,
  unitLosses,
} from '../../src/inspect/all.ts'
import { type Example, type SequenceModel, model, sequenceModel } from '../../src/model/index.ts'
import { type Runtime, reference } from '../../src/runtime/index.ts'
import { evaluateExamples, predict } from '../../src/train/index.ts'
import { wasm } from './fixtures.ts'
import { close, netOf, read, shapes, tokens } from './sequence-fixtures.ts'

/** What the head makes of some units at a step. */
function answered(net: SequenceModel, units: ArrayLike<number>): readonly number[] {
  const [W, b] = ['head.W', 'head.b'].map((name) => net.parameters.get(name)!.data) as [
    Float32Array,
    Float32Array,
  ]
  return Array.from(b, (bias, i) => {
    let sum = bias
    for (let j = 0; j < units.length; j++) sum += W[i * units.length + j]! * units[j]!
    return sum
  })
}

describe('a trace of a sequence', () => {
  test('is that of its cells on what they read, from both ends', async () => {
    const net = netOf('many-to-one')
    for (const runtime of [reference, await wasm]) {
      const traced = await trace(net, tokens, { runtime })
      for (const [way, order] of [
        ['layers.0', tokens],
        ['layers.0.reverse', tokens.toReversed()],
      ] as const) {
        const plain = model({ input: Vocabulary.of('abcd'), layers: [cells.lstm(5)] })
        for (const [key, { data }] of plain.parameters)
          if (key.startsWith('layers.0.')) data.set(net.parameters.get(key.replace('layers.0', way))!.data)
        const own = { tokens: Int32Array.from(order), vocabulary: plain.vocabulary, name: '' }
        const want = tracedValue(await trace(plain, own, { runtime }), 0, 'c')
        for (const unit of [0, 4]) {
          const wanted = Array.from(tracedUnit(want, unit))
          close(
            tracedUnit(tracedValue(traced, way, 'c'), unit),
            order === tokens ? wanted : wanted.toReversed(),
          )
        }
      }
      expect(traced.layers.map(({ name }) => name)).toEqual(['layers.0', 'layers.0.reverse'])
      expect([traced.read, traced.answered]).toEqual([7, 7])
    }
  })

  test('has what the answers are made from, in every shape', async () => {
    const runtime = await wasm
    const one = netOf('one-to-one')
    const h = tracedValue(await trace(one, shapes['one-to-one']!.input, { runtime }), 0, 'h').data
    const [value] = await predict(one, [shapes['one-to-one']!.input], { runtime })
    close(answered(one, h), value!.output)
    expect(value!.output.some((x) => x !== 0)).toBe(true)

    const synced = netOf('synced')
    const seen = await trace(synced, tokens, { runtime, names: ['h'] })
    const ways = ['layers.1', 'layers.1.reverse'].map((name) => tracedValue(seen, name, 'h').data)
    const [labels] = await predict(synced, [tokens], { runtime })
    for (const step of [0, 3, 6]) {
      const units = ways.flatMap((data) => Array.from(data.subarray(5 * step, 5 * step + 5)))
      close(answered(synced, units), labels!.output.slice(3 * step, 3 * step + 3))
    }

    const toOne = netOf('many-to-one')
    const whole = await trace(toOne, tokens, { runtime, names: ['h'] })
    const forward = tracedValue(whole, 0, 'h').data.slice(-5)
    const backward = tracedValue(whole, 'layers.0.reverse', 'h').data.slice(0, 5)
    close(
      answered(toOne, [...forward, ...backward]),
      (await predict(toOne, [tokens], { runtime }))[0]!.output,
    )
  })

  test.each(['one-to-many', 'many-to-many'])('follows what a %s model writes', async (shape) => {
    const runtime = await wasm
    const net = netOf(shape)
    const { input } = shapes[shape]!
    const [found] = await decode(net, [input], { runtime, length: 100 })
    const traced = await trace(net, input, { runtime })
    expect(traced.written).toEqual([...found!.tokens])
    expect(traced.answered).toBe(found!.tokens.length + 1)
    const given = await trace(net, { input, target: [1, 0, 2] }, { runtime, layers: ['layers.0'] })
    expect([given.written, given.answered, given.layers.length]).toEqual([[1, 0, 2], 4, 1])
    const top = tracedValue(given, 0, shape === 'one-to-many' ? 'h' : 'a')
    const size = top.units
    expect(top.data).toHaveLength(4 * size)
    const all = [1, 0, 2, 3].map((token, step) => {
      const logits = answered(net, top.data.slice(step * size, (step + 1) * size))
      const total = logits.reduce((sum, x) => sum + Math.exp(x), 0)
      return logits[token]! - Math.log(total)
    })
    const { loss } = await evaluateExamples(net, [{ input, target: [1, 0, 2] }], { runtime })
    expect(-all.reduce((sum, x) => sum + x, 0) / 4).toBeCloseTo(loss, 5)
  })

  test('has the weights of attention, with a unit for each place, and the encoder as long as its text', async () => {
    const runtime = await wasm
    const net = netOf('many-to-many')
    const [found] = await decode(net, [tokens], { runtime, length: 3 })
    const { attention, tokens: written, ended } = found!.best[0]!
    const traced = await trace(net, { input: tokens, target: written }, { runtime })
    const weights = tracedValue(traced, 'layers.0', 'context_weights')
    expect(weights.units).toBe(7)
    const steps = written.length + Number(ended)
    attention[0]!.weights.slice(0, steps).forEach((row, step) => {
      close(weights.data.slice(7 * step, 7 * step + 7), row)
    })
    const long = await trace(net, { input: [1, 2], target: [0, 1, 2, 0, 1] }, { runtime })
    expect(tracedValue(long, 'encoder.0', 'h').data).toHaveLength(2 * 4)
    expect(tracedValue(long, 'layers.0', 'h').data).toHaveLength(6 * 6)
    expect(tracedUnit(tracedValue(long, 'layers.0', 'context_weights'), 2)).toEqual(new Float32Array(6))
  })

  test('of a decoder that compares with products of what was read is that of its cell alone', async () => {
    const runtime = await wasm
    const encoder = [cells.gru(4)]
    const net = sequenceModel({ shape: 'many-to-many', ...read, encoder, layers: [cells.bahdanau_lstm(5)] })
    const example = { input: tokens, target: [1, 0, 2] }
    const traced = await trace(net, example, { runtime })
    expect(traced.layers.map(({ name, cell }) => [name, cell])).toEqual([
      ['encoder.0', 'gru'],
      ['layers.0', 'bahdanau_lstm'],
    ])
    const weights = tracedValue(traced, 0, 'context_weights')
    for (let step = 0; step < 4; step++)
      expect(weights.data.slice(7 * step, 7 * step + 7).reduce((sum, x) => sum + x)).toBeCloseTo(1, 5)
    const [h, context] = [tracedValue(traced, 0, 'h'), tracedValue(traced, 0, 'context')]
    const memory = tracedUnit(tracedValue(traced, 'encoder.0', 'h'), 3)
    const seen = memory.reduce((sum, x, place) => sum + x * weights.data[7 + place]!, 0)
    expect(context.data[4 + 3]).toBeCloseTo(seen, 5)
    const loss = [1, 0, 2, 3].reduce((sum, token, step) => {
      const logits = answered(net, h.data.slice(5 * step, 5 * step + 5))
      return sum - logits[token]! + Math.log(logits.reduce((total, x) => total + Math.exp(x), 0))
    }, 0)
    expect(loss / 4).toBeCloseTo((await evaluateExamples(net, [example], { runtime })).loss, 5)
    const held = intervene(net, [{ layer: 0, name: 'h', units: [2], clamp: 0.25 }])
    const changed = tracedValue(await trace(held, example, { runtime, names: ['h'] }), 0, 'h')
    expect([...tracedUnit(changed, 2)]).toEqual([0.25, 0.25, 0.25, 0.25])
  })

  test('leaves nothing behind in its runtime', async () => {
    const runtime = await wasm
    let open = 0
    const counting: Runtime = {
      machine: runtime.machine,
      precisions: runtime.precisions,
      async compile(program) {
        const executable = await runtime.compile(program)
        open++
        const dispose = executable.dispose.bind(executable)
        executable.dispose = () => {
          open--
          dispose()
        }
        return executable
      },
    }
    for (const shape of ['many-to-one', 'many-to-many'])
      await trace(netOf(shape), tokens, { runtime: counting })
    expect(open).toBe(0)
  })

  test('of several sequences is the trace of each', async () => {
    const runtime = await wasm
    const net = netOf('synced')
    const all = [tokens, [1], [3, 2, 1]]
    let index = 0
    for await (const traced of traceSequences(net, all, { runtime, names: ['c'] })) {
      const own = await trace(net, all[index++]!, { runtime, names: ['c'] })
      close(
        tracedValue(traced, 'layers.1.reverse', 'c').data,
        tracedValue(own, 'layers.1.reverse', 'c').data,
        6,
      )
    }
    expect(index).toBe(3)
  })

  test('says what is wrong', async () => {
    const runtime = await wasm
    await expect(trace(netOf('synced'), [4], { runtime })).rejects.toThrow('4')
    await expect(trace(netOf('synced'), tokens, { runtime, names: ['q'] })).rejects.toThrow(
      'No layer has a value "q"',
    )
    await expect(trace(netOf('synced'), tokens, { runtime, layers: [7] })).rejects.toThrow(
      'There is no layer "7"',
    )
  })
})

describe('what builds on it', () => {
  test('saturation counts the steps of all sequences', async () => {
    const runtime = await wasm
    const net = netOf('many-to-one')
    const gates = await saturation(net, [tokens, [1, 1]], { runtime })
    const values: number[] = []
    for (const sequence of [tokens, [1, 1]])
      values.push(...tracedValue(await trace(net, sequence, { runtime }), 'layers.0.reverse', 'f').data)
    const f = gates.find(({ layer: of, name }) => of === 'layers.0.reverse' && name === 'f')!
    expect(f.mean).toBeCloseTo(values.reduce((sum, x) => sum + x, 0) / values.length, 5)
    expect(f.closed + f.open).toBe(0)
  })

  test('detectors find the unit that labels were made from, and what tokens are', async () => {
    const runtime = await wasm
    const net = netOf('synced')
    const all = Array.from({ length: 30 }, (_unused, i) =>
      tokens.map((token, at) => (token * (i + 3) + at * i) % 4),
    )
    const values: Float32Array[] = []
    for await (const traced of traceSequences(net, all, { runtime, names: ['c'] }))
      values.push(tracedUnit(tracedValue(traced, 'layers.1', 'c'), 3))
    const labels = values.map((unit) => unit.map((x) => Number(x > 0)))
    const { detections, steps } = await detect(net, all, {
      runtime,
      oracles: [
        { name: 'mine', values: labels },
        /b/,
        { name: 'noise', values: all.map((one) => one.map((_t, at) => (at * 7919) % 5)) },
      ],
      symbols: (token) => 'abcd'[token]!,
    })
    expect(steps).toBe(210)
    expect(detections[0]!.best[0]).toMatchObject({ layer: 'layers.1', unit: 3, score: 1 })
    expect(detections[0]!.isFound).toBe(true)
    const b = all.flat().filter((token) => token === 1).length
    expect(detections[1]!.mean).toBeCloseTo(b / 210, 10)
    await expect(detect(net, all, { runtime, oracles: ['quotes'] })).rejects.toThrow(
      'The oracle "quotes" reads symbols',
    )
    await expect(detect(net, all, { runtime, oracles: [{ name: 'few', values: [[1]] }] })).rejects.toThrow(
      'The labels "few" are of 1 sequences; there are 30',
    )
    await expect(detect(net, all, { runtime, side: 'written', oracles: [] })).rejects.toThrow(
      'what is written',
    )
  })

  test('detectors go through what is written, too', async () => {
    const runtime = await wasm
    const all: Example[] = Array.from({ length: 30 }, (_unused, i) => ({
      input: tokens,
      target: [i % 3, 1, (i * 7) % 3, 2],
    }))
    const { detections, units } = await detect(netOf('many-to-many'), all, {
      runtime,
      oracles: [/b/],
      symbols: (token) => 'abc'[token]!,
      side: 'written',
    })
    expect(units).toBe(18)
    const named = {
      runtime,
      oracles: [/b/],
      symbols: (token: number) => 'abcd'[token]!,
      layers: ['layers.0'],
    }
    expect((await detect(netOf('many-to-many'), all, named)).units).toBe(18)
    await expect(detect(netOf('many-to-many'), all, { ...named, side: 'read' })).rejects.toThrow(
      'No layer that is searched goes through what is read.',
    )
    expect(detections[0]!.mean).toBeCloseTo((30 + 10 + 10) / 150, 2)
  })

  test('interventions answer, write and are traced as the model does', async () => {
    const runtime = await wasm
    const net = netOf('many-to-one')
    const deaf = intervene(net, [
      { layer: 0, name: 'h', clamp: 0 },
      { layer: 'layers.0.reverse', name: "h'", clamp: 0 },
    ])
    const bias = net.parameters.get('head.b')!.data
    close((await predict(deaf, [tokens], { runtime }))[0]!.output, bias)
    const one = intervene(net, [{ layer: 0, name: 'h', units: [1], clamp: 0.75 }])
    expect(new Set(tracedUnit(tracedValue(await trace(one, tokens, { runtime }), 0, 'h'), 1))).toEqual(
      new Set([0.75]),
    )

    const writer = netOf('many-to-many')
    const edits = [
      { layer: 'encoder.0', name: 'h', clamp: 0 },
      { layer: 0, name: 'a', clamp: 0 },
    ]
    const mute = intervene(writer, edits)
    const likeliest = writer.parameters.get('head.b')!.data
    const first = likeliest.indexOf(likeliest.reduce((most, x) => Math.max(most, x)))
    const [said] = await decode(mute, [tokens], { runtime, length: 4 })
    expect(said!.tokens).toEqual(first === 3 ? [] : Array(4).fill(first))
    expect(
      await write(intervene(writer, [{ layer: 0, name: 'a', scale: 1 }]), [tokens], { runtime, length: 9 }),
    ).toEqual(await write(writer, [tokens], { runtime, length: 9 }))
    expect(() => intervene(writer, [{ layer: 0, name: 'context_weights', clamp: 0 }])).toThrow(
      'for each place',
    )
  })

  test('units are worth what the loss becomes without them', async () => {
    const runtime = await wasm
    const net = netOf('synced')
    const examples: Example[] = [
      { input: tokens, target: [0, 1, 2, 0, 1, 2, 0] },
      { input: [1, 2], target: [2, 2] },
    ]
    const { loss, changes } = await unitLosses(net, examples, {
      runtime,
      layer: 'layers.1',
      name: 'c',
      units: [2, 4],
    })
    expect(loss).toBeCloseTo((await evaluateExamples(net, examples, { runtime })).loss, 5)
    const held = intervene(net, [{ layer: 'layers.1', name: 'c', units: [4], clamp: 0 }])
    expect(loss + changes[1]!.change).toBeCloseTo(
      (await evaluateExamples(held, examples, { runtime })).loss,
      5,
    )
  })
})
