import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { type DecodeOptions, decode, write } from '../../src/generate/index.ts'
import { type SequenceModel, type SequenceOptions, layer, sequenceModel } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { Session, usedFor } from '../../src/train/index.ts'
import { runtimes } from '../runtime/runtimes.ts'

const base = { input: { tokens: 4 }, output: { classes: 3, embedding: 2 } } as const

const models: Readonly<Record<string, SequenceOptions>> = {
  'multiplicative attention': {
    ...base,
    shape: 'many-to-many',
    encoder: [layer(cells.lstm(3), { direction: 'both' })],
    layers: [cells.luong_lstm(6)],
  },
  'additive attention in two layers': {
    ...base,
    shape: 'many-to-many',
    encoder: [cells.gru(5)],
    layers: [cells.bahdanau_lstm(4), cells.bahdanau_lstm(3)],
  },
  'no attention': { ...base, shape: 'many-to-many', encoder: [cells.gru(5)], layers: [cells.gru(4)] },
  'a memory that is given': {
    ...base,
    shape: 'many-to-many',
    input: { tokens: 4, embedding: 3 },
    layers: [cells.luong_lstm(4)],
  },
  'a condition': { ...base, shape: 'one-to-many', layers: [cells.gru(5)] },
}

/** A model that has learned nothing but is sure of itself. */
function made(name: string): SequenceModel {
  const net = sequenceModel(models[name]!)
  let stream = 0
  for (const { data } of net.parameters.values()) {
    const random = new Stream(5, stream++)
    data.forEach((_x, i) => (data[i] = 2 * random.normal()))
  }
  return net
}

const inputsOf = (net: SequenceModel) =>
  net.config.shape === 'one-to-many' ? [2, 0, 1] : [[1, 2, 3], [0], [3, 1, 1, 0, 2]]

/** All sequences of at most so many of three tokens. */
function sequences(length: number): readonly (readonly number[])[] {
  if (length === 0) return [[]]
  const shorter = sequences(length - 1)
  return [
    ...shorter,
    ...shorter.filter((own) => own.length === length - 1).flatMap((own) => [0, 1, 2].map((k) => [...own, k])),
  ]
}

/** Logarithms of the probabilities of sequences, each with its end, by a window that is told them. */
async function logsOf(
  net: SequenceModel,
  input: number | readonly number[],
  targets: readonly (readonly number[])[],
): Promise<readonly number[]> {
  const rows = targets.length
  const examples = targets.map((target) => ({ input, target }))
  const longest = Math.max(...examples.map((example, i) => net.stepsOf(example, i)))
  const { steps, inputs } = net.batch(examples, rows, longest)
  const { targets: _told, ...read } = inputs
  const session = await Session.open(usedFor(net, 'answer'), reference, {
    rows,
    steps: longest,
    training: false,
  })
  await session.run({ steps, inputs: read }, { mode: 'forward' })
  const output = session.read('output')
  session.dispose()
  return targets.map((target, row) =>
    [...target, 3].reduce((sum, token, step) => {
      const logits = Array.from(output.subarray(4 * (step * rows + row), 4 * (step * rows + row) + 4))
      return sum + logits[token]! - Math.log(logits.reduce((all, x) => all + Math.exp(x), 0))
    }, 0),
  )
}

/** Tokens and scores of all candidates. */
const summary = async (net: SequenceModel, options: Omit<DecodeOptions, 'runtime'>, runtime = reference) =>
  (await decode(net, inputsOf(net), { ...options, runtime })).map(({ best }) =>
    best.map(({ tokens, score, ended }) => ({ tokens, ended, score: Number(score.toFixed(4)) })),
  )

describe.each(Object.keys(models))('decoding with %s', (name) => {
  it.each([
    { alpha: 0.6, normalization: 'gnmt' },
    { alpha: 1, normalization: 'length' },
    { alpha: 0, normalization: 'gnmt' },
  ] as const)('finds the best of all sequences, %o', async ({ alpha, normalization }) => {
    const net = made(name)
    const all = sequences(3)
    const found = await summary(net, { beam: 108, best: 5, length: 3, alpha, normalization })
    for (const [number, input] of inputsOf(net).entries()) {
      const logs = await logsOf(net, input, all)
      const scored = all.map((tokens, i) => {
        const n = tokens.length + 1
        const score = logs[i]! / (normalization === 'gnmt' ? ((5 + n) / 6) ** alpha : n ** alpha)
        return { tokens, ended: true, score: Number(score.toFixed(4)) }
      })
      expect(found[number]).toEqual(scored.toSorted((a, b) => b.score - a.score).slice(0, 5))
    }
  })

  it('takes the likeliest token each time, as sampling does at temperature 0', async () => {
    const net = made(name)
    const written = await write(net, inputsOf(net), { runtime: reference, temperature: 0, length: 9 })
    const found = await decode(net, inputsOf(net), { runtime: reference, length: 9 })
    expect(found.map(({ tokens }) => tokens)).toEqual(written.map(({ tokens }) => tokens))
    for (const [number, input] of inputsOf(net).entries()) {
      const [alone] = await decode(net, [input], { runtime: reference, length: 9 })
      expect(alone!.tokens).toEqual(found[number]!.tokens)
      if (!alone!.ended) continue
      const [log] = await logsOf(net, input, [alone!.tokens])
      expect(alone!.log).toBeCloseTo(log!, 6)
    }
  })

  it.each(runtimes)('finds the same on %s', async (_runtime, runtime) => {
    const net = made(name)
    const settings = { beam: 3, best: 3, length: 5, batch: 2 }
    const [found, wanted] = [await summary(net, settings, runtime), await summary(net, settings)]
    found.forEach((one, number) =>
      one.forEach(({ tokens, score }, place) => {
        expect(tokens).toEqual(wanted[number]![place]!.tokens)
        expect(score).toBeCloseTo(wanted[number]![place]!.score, 3)
      }),
    )
  })
})

describe('attention', () => {
  it('comes with what is written: a weight for each place, at each token', async () => {
    const net = made('additive attention in two layers')
    const found = await decode(net, inputsOf(net), { runtime: reference, beam: 2, best: 2, length: 4 })
    for (const [number, { best }] of found.entries())
      for (const { tokens, ended, attention } of best) {
        expect(attention.map(({ name }) => name)).toEqual([
          'layers.0.context_weights',
          'layers.1.context_weights',
        ])
        for (const { places, weights } of attention) {
          expect(places).toBe([3, 1, 5][number])
          expect(weights.length).toBe(tokens.length + Number(ended))
          for (const own of weights) {
            expect(own.length).toBe(places)
            expect(own.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 6)
          }
        }
      }
  })

  it('does not depend on other inputs', async () => {
    const net = made('multiplicative attention')
    const together = await decode(net, inputsOf(net), { runtime: reference, beam: 3, length: 4 })
    for (const [number, input] of inputsOf(net).entries()) {
      const [alone] = await decode(net, [input], { runtime: reference, beam: 3, length: 4 })
      expect(alone!.tokens).toEqual(together[number]!.tokens)
      alone!.attention[0]!.weights.forEach((own, token) =>
        own.forEach((x, place) =>
          expect(x).toBeCloseTo(together[number]!.attention[0]!.weights[token]![place]!, 6),
        ),
      )
    }
  })
})

describe('decoding', () => {
  it('refuses what makes no sense', async () => {
    const net = made('no attention')
    const runtime = reference
    await expect(decode(net, [[]], { runtime })).rejects.toMatchObject({ code: 'example-shape' })
    await expect(decode(net, [[1]], { runtime, beam: 2, best: 3 })).rejects.toMatchObject({
      code: 'option-value',
    })
    await expect(decode(net, [[1], [9]], { runtime })).rejects.toThrow('example 1')
    const reads = sequenceModel({ ...base, output: { classes: 3 }, shape: 'synced', layers: [cells.gru(2)] })
    await expect(decode(reads, [[1]], { runtime })).rejects.toMatchObject({ code: 'model-shape' })
    expect(await decode(net, [], { runtime })).toEqual([])
  })

  it('says where a sequence did not end', async () => {
    const net = made('no attention')
    net.parameters.get('head.b')!.data[3] = -50
    const [found] = await decode(net, [[1, 2]], { runtime: reference, beam: 2, best: 2, length: 3 })
    expect(found!.best.map(({ ended, tokens }) => [ended, tokens.length])).toEqual([
      [false, 3],
      [false, 3],
    ])
  })
})
