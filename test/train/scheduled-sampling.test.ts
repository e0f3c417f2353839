import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { sequenceModel } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { Session, type TrainingStep, train } from '../../src/train/index.ts'
import { ownShare, ownTokens, resolveScheduledSampling } from '../../src/train/scheduled-sampling.ts'
import { collect } from './fake.ts'

const net = sequenceModel({
  shape: 'many-to-many',
  input: { tokens: 3, embedding: 2 },
  output: { classes: 3 },
  encoder: [cells.gru(4)],
  layers: [cells.luong_lstm(4)],
})
const examples = [[0, 1, 2], [2], [1, 1], [2, 0, 1, 2]].map((input) => ({
  input,
  target: input.toReversed(),
}))
const batch = net.batch(examples, 4, 5)

describe('the share of own tokens', () => {
  it.each([
    [{ kind: 'linear', k: 0.01 }, [0, 0.01, 0.5, 1]],
    [{ kind: 'linear', k: 0.01, most: 0.3 }, [0, 0.01, 0.3, 0.3]],
    [{ kind: 'exponential', k: 0.98 }, [0, 0.02, 1 - 0.98 ** 50, 1 - 0.98 ** 200]],
    [
      { kind: 'inverse-sigmoid', k: 20 },
      [1 / 21, 1 - 20 / (20 + Math.exp(1 / 20)), 1 - 20 / (20 + Math.exp(2.5)), 1 - 20 / (20 + Math.exp(10))],
    ],
  ] as const)('grows as the formula says: %o', (options, shares) => {
    const schedule = resolveScheduledSampling(options)
    shares.forEach((share, i) => expect(ownShare(schedule, [1, 2, 51, 201][i]!)).toBeCloseTo(share, 12))
  })

  it('is refused where it makes no sense', () => {
    for (const wrong of [
      { kind: 'quadratic', k: 1 },
      { kind: 'linear', k: 0 },
      { kind: 'exponential', k: 1 },
      { kind: 'inverse-sigmoid', k: 0.5 },
      { kind: 'linear', k: 1, most: 2 },
    ])
      expect(() => resolveScheduledSampling(wrong as never)).toThrow(
        expect.objectContaining({ code: 'option-value' }),
      )
  })

  it('is for models that read again what they wrote', () => {
    const reads = sequenceModel({
      shape: 'synced',
      input: { tokens: 3 },
      output: { classes: 3 },
      layers: [cells.gru(2)],
    })
    const same = examples.map(({ input }) => ({ input, target: input }))
    const scheduledSampling = { kind: 'linear', k: 0.1 } as const
    expect(() => train(reads, same, { runtime: reference, scheduledSampling })).toThrow(
      expect.objectContaining({ code: 'model-shape' }),
    )
  })
})

describe('own tokens', () => {
  const own = async (share: number, counter = 1) => {
    const session = await Session.open(net, reference, { rows: 4, steps: 5, training: true })
    await session.run(batch, { mode: 'forward', training: false })
    const output = session.read('output')
    const draws = { share, seed: 3, counter }
    const read = await ownTokens(net.rewritten!, batch, draws, async () => output)
    session.dispose()
    return { previous: read.inputs.previous!, output }
  }

  it('are the likeliest at the step before, everywhere but at the mark and in the padding', async () => {
    const { previous, output } = await own(1)
    const given = batch.inputs.previous!
    const wanted = Array.from(given, (token, at) => {
      if (at < 4 || token < 0) return token
      const logits = Array.from(output.slice((at - 4) * 4, (at - 4) * 4 + 3))
      return logits.indexOf(Math.max(...logits))
    })
    expect(Array.from(previous)).toEqual(wanted)
    expect(Array.from(previous).some((token, at) => token !== given[at])).toBe(true)
  })

  it('are drawn by seed and number of the batch alone', async () => {
    const [first, again, other] = [await own(0.5), await own(0.5), await own(0.5, 2)]
    expect(again.previous).toEqual(first.previous)
    expect(other.previous).not.toEqual(first.previous)
    expect((await own(0)).previous).toEqual(batch.inputs.previous)
  })

  it('change what is learned, from the update on in which there are any', async () => {
    const losses = async (given: object): Promise<readonly number[]> => {
      const fresh = sequenceModel({
        shape: 'one-to-many',
        input: { tokens: 3 },
        output: { classes: 3 },
        layers: [cells.gru(4)],
      })
      const pairs = examples.map(({ target }, input) => ({ input: input % 3, target }))
      const options = { runtime: reference, steps: 4, validation: 'none', ...given } as const
      return (await collect<TrainingStep>(train(fresh, pairs, options))).map(({ loss }) => loss)
    }
    const [plain, sampled] = [await losses({}), await losses({ scheduledSampling: { kind: 'linear', k: 1 } })]
    expect(sampled[0]).toBe(plain[0])
    expect(sampled[2]).not.toBe(plain[2])
  })
})
