import { describe, expect, test } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { gradientFlow, saliency } from '../../src/inspect/all.ts'
import { sequenceModel } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { predict } from '../../src/train/index.ts'
import { wasm } from './fixtures.ts'
import { netOf, read, tokens } from './sequence-fixtures.ts'

describe('gradients', () => {
  const fading = cell('fading', "h' = 0.5 * h + W @ x")

  test('fade from the last answer by what the cell keeps, at every length', async () => {
    const sizes = { input: { vectors: 2 }, layers: [fading(3)] } as const
    const input = [
      [1, 2],
      [3, 1],
      [0, 1],
      [2, 2],
      [1, 0],
    ]
    const examples = {
      'many-to-one': { input, target: 1 },
      synced: { input, target: [0, 1, 2, 1, 0] },
    }
    for (const shape of ['many-to-one', 'synced'] as const) {
      const net = sequenceModel({ shape, output: { classes: 3 }, ...sizes })
      for (const runtime of [reference, await wasm]) {
        const short = { input: input.slice(0, 2), target: shape === 'synced' ? [0, 1] : 0 }
        const { states, steps, predictions } = await gradientFlow(net, [examples[shape], short], { runtime })
        expect([steps, predictions, states.length]).toEqual([5, 2, 1])
        const { norms } = states[0]!
        expect(norms[1]! / norms[0]!).toBeCloseTo(0.5, 5)
        expect(norms[3]! / norms[2]!).toBeCloseTo(0.5, 5)
        expect(norms[4]! / norms[2]!).toBeCloseTo(0.25, 5)
      }
    }
  })

  test('go through what is written and handed over into what was read', async () => {
    const net = sequenceModel({ shape: 'many-to-many', ...read, encoder: [fading(3)], layers: [fading(3)] })
    const { states } = await gradientFlow(net, [{ input: tokens, target: [1, 2] }], { runtime: await wasm })
    const [encoder, decoder] = states.map(({ norms }) => norms)
    expect(states.map(({ layer: of }) => of)).toEqual(['encoder.0', 'layers.0'])
    expect([encoder!.length, decoder!.length]).toEqual([7, 3])
    expect(decoder![2]! / decoder![0]!).toBeCloseTo(0.25, 5)
    expect(encoder![0]! / decoder![2]!).toBeCloseTo(0.5, 5)
    expect(encoder![6]! / encoder![0]!).toBeCloseTo(0.5 ** 6, 5)
  })

  test('take the likeliest class where no target is given, and ask for one elsewhere', async () => {
    const runtime = await wasm
    const net = netOf('many-to-one')
    const classes = (await predict(net, [tokens], { runtime }))[0]!.classes!
    const given = await gradientFlow(net, [{ input: tokens, target: classes[0]! }], { runtime })
    expect((await gradientFlow(net, [tokens], { runtime })).states).toEqual(given.states)
    await expect(gradientFlow(netOf('one-to-one'), [[1, 2, 3]], { runtime })).rejects.toThrow(
      'Sequence 0 has no target',
    )
    await expect(gradientFlow(net, [], { runtime })).rejects.toThrow('There is no sequence')
  })

  test('are followed from sequences all over a list that is longer than asked for', async () => {
    const runtime = await wasm
    const net = netOf('many-to-one')
    const [one, two, three] = [tokens, [1, 2, 3], [3, 3, 0, 1]]
    const some = await gradientFlow(net, [one, two, three], { runtime, predictions: 2 })
    expect(some.predictions).toBe(2)
    expect(some.states).toEqual((await gradientFlow(net, [one, three], { runtime })).states)
  })

  test('explain a bit that is all but impossible', async () => {
    const layers = [fading(1)]
    const net = sequenceModel({ shape: 'many-to-one', input: { vectors: 1 }, output: { bits: 1 }, layers })
    net.parameters.get('head.b')!.data.fill(-1000)
    const { value, norms } = await saliency(net, [[0]], { runtime: await wasm })
    expect(value).toBe(-1000)
    const slope = net.parameters.get('head.W')!.data[0]! * net.parameters.get('layers.0.W')!.data[0]!
    expect(norms[0]).toBeCloseTo(Math.abs(slope), 5)
  })

  test('of an answer with respect to what is read are its saliency', async () => {
    const runtime = reference
    const input = [
      [1, 2],
      [3, -1],
      [0.5, 1],
    ]
    const layers = [cells.gru(4)]
    for (const [output, value] of [
      [{ values: 2 }, (out: ArrayLike<number>) => out[1]!],
      [
        { classes: 3 },
        (out: ArrayLike<number>) => out[1]! - Math.log(Array.from(out).reduce((s, x) => s + Math.exp(x), 0)),
      ],
      [{ bits: 2 }, (out: ArrayLike<number>) => -Math.log(1 + Math.exp(-out[1]!))],
    ] as const) {
      const net = sequenceModel({ shape: 'many-to-one', input: { vectors: 2 }, output, layers })
      const found = await saliency(net, input, { runtime, target: 1 })
      const at = async (moved: readonly (readonly number[])[]): Promise<number> =>
        value((await predict(net, [moved], { runtime }))[0]!.output)
      expect(found.value).toBeCloseTo(await at(input), 5)
      for (const step of [0, 2]) {
        const slopes = await Promise.all(
          [0, 1].map(async (entry) => {
            const moved = (by: number) =>
              input.map((v, s) => v.map((x, e) => (s === step && e === entry ? x + by : x)))
            return ((await at(moved(0.01))) - (await at(moved(-0.01)))) / 0.02
          }),
        )
        expect(found.norms[step]).toBeCloseTo(Math.hypot(...slopes), 3)
        expect(found.products[step]).toBeCloseTo(
          slopes[0]! * input[step]![0]! + slopes[1]! * input[step]![1]!,
          3,
        )
      }
    }
  })

  test('of tokens are those of their vectors, in every shape', async () => {
    const runtime = await wasm
    const net = netOf('many-to-one')
    const found = await saliency(net, tokens, { runtime })
    expect([found.at, found.norms.length]).toEqual([6, 7])
    const [first] = await predict(net, [tokens], { runtime })
    const { output } = first!
    expect(found.target).toBe(first!.classes![0])
    const total = output.reduce((sum, x) => sum + Math.exp(x), 0)
    expect(found.value).toBeCloseTo(output[found.target]! - Math.log(total), 5)
    const said = await saliency(
      netOf('many-to-many'),
      { input: tokens, target: [1, 2] },
      { runtime, at: 1, target: 2 },
    )
    expect(said.norms).toHaveLength(7)
    expect(said.norms.every((x) => x > 0)).toBe(true)
    const caption = await saliency(netOf('one-to-many'), { input: 1, target: [1, 2] }, { runtime, at: 2 })
    expect(caption.norms).toHaveLength(1)
    for (const at of [0, 7])
      await expect(saliency(net, tokens, { runtime, at })).rejects.toThrow(
        `at must be a whole number from 6 to 6, not ${at}.`,
      )
    expect((await saliency(netOf('synced'), tokens, { runtime, at: 0 })).at).toBe(0)
  })
})
