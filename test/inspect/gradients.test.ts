import { describe, expect, test } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { type Value, interpret, valueOf } from '../../src/graph/all.ts'
import { gradientFlow, jacobians, layersOf, saliency } from '../../src/inspect/index.ts'
import { type Model, dense, model } from '../../src/model/index.ts'
import { openRuntime, reference } from '../../src/runtime/index.ts'
import { scribble, scribbled, setWeights, twoLayers, wasm } from './fixtures.ts'

const vector = (data: ArrayLike<number>): Value =>
  valueOf({ extent: 'row', shape: [data.length] }, 1, 1, data)

/** An amount that is added to one entry of a state at one step, as its new value or as what the step starts from. */
interface Touch {
  readonly layer: string
  readonly state: string
  readonly moment: 'next' | 'previous'
  readonly step: number
  readonly unit: number
  readonly amount: number
}

/** Runs a model in float64, step by step, and gives logits and states after the last symbol. */
function runByHand(net: Model, vectors: readonly Float64Array[], touch?: Touch) {
  const states = new Map<string, Float64Array>()
  let logits = new Float64Array()
  vectors.forEach((input, at) => {
    let x: Float64Array = input
    for (const { name, step } of layersOf(net)) {
      const leaves = new Map<number, Value>([[step.inputs[0]!.node, vector(x)]])
      for (const { name: own, node } of step.parameters) {
        const { shape, data } = net.parameters.get(`${name}.${own}`)!
        leaves.set(node, valueOf({ extent: 'once', shape }, 1, 1, data))
      }
      const touched = (data: Float64Array, state: string, moment: Touch['moment']): Float64Array => {
        const isMeant =
          touch?.layer === name && touch.state === state && touch.moment === moment && touch.step === at
        return isMeant ? data.map((value, unit) => value + (unit === touch.unit ? touch.amount : 0)) : data
      }
      for (const { name: own, previous } of step.states) {
        const size = step.nodes[previous]!.type.shape[0]!
        const before = states.get(`${name}.${own}`) ?? new Float64Array(size)
        leaves.set(previous, vector(touched(before, own, 'previous')))
      }
      let values = interpret(step, leaves, { steps: 1, rows: 1 })
      for (const { name: own, next } of step.states) {
        leaves.set(next, vector(touched(values[next]!.data, own, 'next')))
        values = interpret(step, leaves, { steps: 1, rows: 1 })
      }
      for (const { name: own, next } of step.states) states.set(`${name}.${own}`, values[next]!.data)
      x = values[step.outputs[0]!.node]!.data
    }
    logits = x as Float64Array<ArrayBuffer>
  })
  return { logits, states }
}

function lossOf(logits: Float64Array, target: number): number {
  const most = Math.max(...logits)
  return most + Math.log(logits.reduce((sum, x) => sum + Math.exp(x - most), 0)) - logits[target]!
}

/** One-hot vectors of a text, or the rows of the model's embedding. */
function inputsOf(net: Model, text: string): Float64Array[] {
  const table = net.parameters.get('embedding.E')
  return Array.from(net.vocabulary.encode(text), (token) => {
    if (!table) return Float64Array.from({ length: net.vocabulary.size }, (_unused, i) => Number(i === token))
    const size = table.shape[1]!
    return Float64Array.from(table.data.subarray(token * size, (token + 1) * size))
  })
}

const amount = 1e-5

/** Central difference of a function of an amount. */
function difference(of: (amount: number) => number): number {
  return (of(amount) - of(-amount)) / (2 * amount)
}

describe('the gradient flow', () => {
  test.each([
    {
      name: 'an LSTM under a GRU',
      net: twoLayers(),
      values: ['layers.0.c', 'layers.0.h', 'layers.1.h'],
    },
    {
      name: 'an sLSTM, whose states read each other',
      net: model({ input: scribbled, layers: [cells.slstm(3)] }),
      values: ['layers.0.m', 'layers.0.c', 'layers.0.n', 'layers.0.h'],
    },
  ])('of $name is what finite differences give', async ({ net, values }) => {
    const text = scribble(12, 4)
    const steps = 6
    // One prediction: of the last symbol.
    const inputs = inputsOf(net, text).slice(0, 11)
    const target = net.vocabulary.token(text.at(-1)!)!
    const exact = await gradientFlow(net, text, { runtime: reference, steps, predictions: 1 })
    const single = await gradientFlow(net, text, { runtime: wasm, steps, predictions: 1 })
    expect(exact.states.map(({ layer, state }) => `${layer}.${state}`)).toEqual(values)
    exact.states.forEach(({ layer, state, norms }, index) => {
      norms.forEach((found, back) => {
        // A unit that is not there changes nothing.
        const gradient = [0, 1, 2, 3, 4].map((unit) =>
          difference((by) => {
            const touch = { layer, state, moment: 'next', step: 10 - back, unit, amount: by } as const
            return lossOf(runByHand(net, inputs, touch).logits, target)
          }),
        )
        const want = Math.hypot(...gradient)
        expect(found).toBeCloseTo(want, 7)
        expect(single.states[index]!.norms[back]).toBeCloseTo(want, 5)
      })
    })
  })

  test('is a mean over predictions that are spread over the text', async () => {
    const net = twoLayers()
    const text = scribble(30, 5)
    const options = { runtime: reference, steps: 4, layers: [1] }
    const two = await gradientFlow(net, text, { ...options, predictions: 2 })
    // Predictions are those after the first four symbols and after the last but one.
    const first = await gradientFlow(net, text.slice(0, 5), { ...options, predictions: 1 })
    const last = await gradientFlow(net, text, { ...options, predictions: 1 })
    expect(two.predictions).toBe(2)
    two.states[0]!.norms.forEach((found, back) =>
      expect(found).toBeCloseTo((first.states[0]!.norms[back]! + last.states[0]!.norms[back]!) / 2, 10),
    )
  })

  /** h' = a h + …: what is left of a gradient after k steps is a to the k. */
  function leaky(a: number): Model {
    const net = model({ input: scribbled, layers: [cell('leaky', "h' = a * h + W @ x")(2)] })
    net.parameters.get('layers.0.a')!.data.fill(a)
    return net
  }

  test('says how long the memory is, and how long windows should be', async () => {
    const text = scribble(200)
    const { states, memory, isCut, window } = await gradientFlow(leaky(0.5), text, { runtime: wasm })
    const { norms } = states[0]!
    for (let k = 1; k < 20; k++) expect(norms[k]! / norms[k - 1]!).toBeCloseTo(0.5, 4)
    // 0.5^6 is more than a hundredth, 0.5^7 less: seven steps with that of the prediction itself.
    expect([memory, isCut, window]).toEqual([7, false, 14])
    const long = await gradientFlow(leaky(0.99), text, { runtime: wasm, steps: 50 })
    expect([long.memory, long.isCut, long.steps]).toEqual([50, true, 50])
  })

  test('counts a gradient that exploded as alive, not as gone', async () => {
    const { memory, isCut, states } = await gradientFlow(leaky(10), scribble(60), {
      runtime: wasm,
      steps: 50,
      predictions: 1,
    })
    expect(states[0]!.norms.some((x) => !Number.isFinite(x))).toBe(true)
    expect([memory, isCut]).toEqual([50, true])
  })

  test('of a model without states is nothing', async () => {
    const net = model({ input: scribbled, layers: [dense(3)] })
    expect(await gradientFlow(net, 'abc', { runtime: wasm })).toMatchObject({
      states: [],
      memory: 0,
      window: 1,
    })
    expect(await jacobians(net, 'abc', { runtime: wasm })).toMatchObject({ states: [], start: 0 })
  })

  test('is short where the text is', async () => {
    expect((await gradientFlow(twoLayers(), 'abc', { runtime: wasm })).steps).toBe(2)
    await expect(gradientFlow(twoLayers(), 'a', { runtime: wasm })).rejects.toThrow('needs at least 2')
    await expect(gradientFlow(twoLayers(), 'abc', { runtime: wasm, layers: ['h'] })).rejects.toThrow(
      'no layer "h"',
    )
  })
})

describe('the derivative of a state with respect to an earlier one', () => {
  test('is what finite differences give, at each step and as a running product', async () => {
    const net = twoLayers()
    const text = scribble(9, 6)
    const inputs = inputsOf(net, text)
    const names = ['c', 'h'] as const
    const found = await jacobians(net, text, { runtime: reference, steps: 4 })
    expect(found).toMatchObject({
      layer: 'layers.0',
      start: 5,
      states: [
        { name: 'c', size: 5 },
        { name: 'h', size: 5 },
      ],
    })
    const stretch = (from: number, to: number): number => {
      // Columns: what changing one entry before symbol `from` does to all entries after symbol `to`.
      const columns = names.flatMap((state) =>
        Array.from({ length: 5 }, (_unused, unit) => {
          const after = (by: number): number[] => {
            const touch = {
              layer: 'layers.0',
              state,
              moment: 'previous',
              step: from,
              unit,
              amount: by,
            } as const
            const { states } = runByHand(net, inputs.slice(0, to + 1), touch)
            return names.flatMap((name) => [...states.get(`layers.0.${name}`)!])
          }
          const low = after(-amount)
          return after(amount).map((x, i) => (x - low[i]!) / (2 * amount))
        }),
      )
      return spectralNorm(columns)
    }
    found.factors.forEach((factor, j) => expect(factor).toBeCloseTo(stretch(5 + j, 5 + j), 4))
    found.products.forEach((product, k) => expect(product).toBeCloseTo(stretch(8 - k, 8), 4))
    const single = await jacobians(net, text, { runtime: wasm, steps: 4 })
    single.products.forEach((product, k) => expect(product).toBeCloseTo(found.products[k]!, 5))
  })

  /** Square root of the largest eigenvalue of the columns' inner products, by squaring that matrix again and again. */
  function spectralNorm(columns: readonly (readonly number[])[]): number {
    const inner = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, x, i) => sum + x * b[i]!, 0)
    let matrix = columns.map((a) => columns.map((b) => inner(a, b)))
    let log = 0
    for (let round = 0; round < 30; round++) {
      const trace = matrix.reduce((sum, row, i) => sum + row[i]!, 0)
      log += Math.log(trace) / 2 ** round
      const unit = matrix.map((row) => row.map((x) => x / trace))
      matrix = unit.map((row) => unit.map((other) => inner(row, other)))
    }
    return Math.exp(log / 2)
  }

  test('of a gate that is held open is one, of a plain RNN with small weights goes to zero', async () => {
    const text = scribble(40)
    const lstm = setWeights(model({ input: scribbled, layers: [cells.lstm(3)] }), {
      'layers.0.bf': [
        [0, 30],
        [1, 30],
        [2, 30],
      ],
    })
    const held = await jacobians(lstm, text, { runtime: wasm, steps: 30 })
    // Memory passes on as it is; the output of it adds half at the end.
    for (const product of held.products) expect(product).toBeGreaterThan(1)
    for (const product of held.products) expect(product).toBeLessThan(1.2)
    const rnn = model({ input: scribbled, layers: [cells.rnn(3)] })
    for (const [name, { data }] of rnn.parameters) if (name === 'layers.0.W') data.fill(0.1)
    const lost = await jacobians(rnn, text, { runtime: wasm, steps: 30 })
    expect(lost.products[29]).toBeLessThan(1e-12)
  })

  test('says what is wrong', async () => {
    const wrong = (options: object) => jacobians(twoLayers(), 'abc', { runtime: wasm, ...options })
    await expect(wrong({ at: 4 })).rejects.toThrow('at must be a whole number from 1 to 3, not 4')
    await expect(wrong({ layer: 7 })).rejects.toThrow('no layer "7"')
    const big = model({ input: scribbled, layers: [cells.indrnn(2048)] })
    await expect(jacobians(big, scribble(60), { runtime: wasm })).rejects.toThrow('take at most 32 steps')
  })
})

describe('the saliency of symbols', () => {
  test.each([0, 4])('is what finite differences give, with an embedding of %s units', async (embedding) => {
    const net = twoLayers(embedding > 0 ? { embedding } : {})
    const text = scribble(9, 7)
    const inputs = inputsOf(net, text)
    const target = net.vocabulary.token('b')!
    const runtimes = [reference, await wasm]
    for (const runtime of runtimes) {
      const found = await saliency(net, text, { runtime, at: 8, symbol: 'b', steps: 5 })
      expect([found.start, found.target]).toEqual([3, target])
      const logProbability = (vectors: readonly Float64Array[]): number =>
        -lossOf(runByHand(net, vectors.slice(0, 8)).logits, target)
      expect(found.logProbability).toBeCloseTo(logProbability(inputs), 5)
      for (let step = 0; step < 5; step++) {
        const at = 3 + step
        const gradient = Array.from(inputs[at]!, (_unused, unit) =>
          difference((by) =>
            logProbability(
              inputs.with(
                at,
                inputs[at]!.map((x, i) => x + (i === unit ? by : 0)),
              ),
            ),
          ),
        )
        expect(found.norms[step]).toBeCloseTo(Math.hypot(...gradient), 5)
        const product = gradient.reduce((sum, x, i) => sum + x * inputs[at]![i]!, 0)
        expect(found.products[step]).toBeCloseTo(product, 5)
      }
    }
  })

  test('explains the symbol that follows, or the likeliest where the text ends', async () => {
    const net = twoLayers()
    net.parameters.get('head.b')!.data[scribbled.token('e')!] = 9
    const follows = await saliency(net, 'abcab', { runtime: wasm, at: 3 })
    expect(follows.target).toBe(scribbled.token('a'))
    const likeliest = await saliency(net, 'abcab', { runtime: wasm, at: 5 })
    expect(likeliest.target).toBe(scribbled.token('e'))
    expect(likeliest.norms).toHaveLength(5)
  })

  test('says what is wrong', async () => {
    const wrong = (options: object) => saliency(twoLayers(), 'abc', { runtime: wasm, ...options })
    await expect(wrong({ symbol: 'ab' })).rejects.toThrow('must be one symbol, not 2')
    await expect(wrong({ symbol: 'X' })).rejects.toThrow('The character "X" (U+0058)')
    await expect(wrong({ at: 0 })).rejects.toThrow('at must be a whole number from 1 to 3')
  })
})

test('gradients on the native runtime are those on WebAssembly', async () => {
  const native = await openRuntime('native', { threads: 1 })
  const net = twoLayers()
  const text = scribble(300)
  const [one, other] = [
    await gradientFlow(net, text, { runtime: native, steps: 20 }),
    await gradientFlow(net, text, { runtime: wasm, steps: 20 }),
  ]
  one.states.forEach(({ norms }, i) =>
    norms.forEach((x, k) => expect(x).toBeCloseTo(other.states[i]!.norms[k]!, 5)),
  )
})
