import { describe, expect, it } from 'vitest'
import { Stream } from '../../src/core/random.ts'
import { cells } from '../../src/cells/index.ts'
import { Vocabulary, padded, textFrom } from '../../src/data/index.ts'
import { sample } from '../../src/generate/index.ts'
import {
  type Layer,
  type Model,
  WindowWriter,
  addEncoder,
  addStack,
  branches,
  dense,
  encodedWidth,
  layer,
  layerConfig,
  model,
  stackParts,
  startingWeights,
} from '../../src/model/index.ts'
import { type Program, reference } from '../../src/runtime/index.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { type TrainOptions, resolveOptimizer, train, updateSettings } from '../../src/train/index.ts'
import { runtimes } from '../runtime/runtimes.ts'
import { collect } from '../train/fake.ts'
import { memoryFiles } from '../train/memory-files.ts'
import { forms, learned } from './forms.ts'

const random = new Stream(5)
const symbols = 5

/** Sequences of length 0 to 6, and for each token whether the sequence holds the same token again later. */
const sequences = [6, 6, 5, 4, 3, 2, 1, 0].map((length) =>
  Array.from({ length }, () => random.below(symbols)),
)
const tags = sequences.map((sequence) =>
  sequence.map((token, at) => Number(sequence.indexOf(token, at + 1) >= 0)),
)

/** A tagger over a stack, whose head and loss are no part of it: it may read both ways. */
function tagger(layers: readonly Layer[]) {
  const window = new WindowWriter()
  const encoding = { symbols, embedding: 6, embeddingDropout: 0 }
  const lengths = window.input('lengths', 'row')
  const encoded = addEncoder(window, window.input('tokens', 'step'), encoding, true)
  const stack = stackParts([...layers, dense(2)].map(layerConfig), encodedWidth(encoding))
  const logits = addStack(window, stack, encoded, { training: true, lengths, initial: 'zero' })
  const loss = window.build.add('cross_entropy', [logits, window.input('targets', 'step')])
  const { graph } = window.finish([{ name: 'loss', node: loss }])
  const parameters = startingWeights(graph, stack, 3)
  const gradient = { of: ['loss'], inputs: [], slots: 2 }
  const program: Program = { graph, rows: sequences.length, steps: 6, states: [], gradient }
  return { program, parameters }
}

describe.each(runtimes)('a tagger on %s learns', (_name, runtime) => {
  it.each(Object.keys(forms))('with %s', async (form) => {
    const { program, parameters } = tagger(forms[form]!)
    const executable = await runtime.compile(program)
    for (const [name, { data }] of parameters) executable.writeParameter(name, data)
    const { tokens, lengths } = padded(sequences)
    executable.write('tokens', tokens)
    executable.write('lengths', lengths)
    executable.write('targets', padded(tags).tokens)
    const losses: number[] = []
    for (let count = 1; count <= 40; count++) {
      const numbers = { learningRate: 0.03, clipNorm: 1, clipValue: 0, count }
      const update = updateSettings(resolveOptimizer('adam'), numbers)
      losses.push((await executable.run({ steps: 6, mode: 'gradients', training: true, update })).loss)
    }
    executable.dispose()
    expect(losses[0]).toBeGreaterThan(0.45)
    // Without a state nothing is known of what follows, so that less is to be learned.
    expect(losses.at(-1)).toBeLessThan(losses[0]! * (form === 'dense alone' ? 0.85 : 0.5))
  })
})

const vocabulary = Vocabulary.of('abcd')
const book = textFrom('abcdcb'.repeat(300), { vocabulary })

/** A model whose states start from what it learns. */
function starter(): Model {
  const net = model({ input: vocabulary, layers: [learned(5), layer(cells.gru(5), { residual: true })] })
  net.parameters.get('layers.0.initial.h')!.data.set([0.5, -0.5, 0.25, 0, 1])
  return net
}

describe('learned initial states', () => {
  it('begin a sequence, and windows after the first carry on', async () => {
    const net = starter()
    const program = net.program({ rows: 2, steps: 3, training: true })
    expect(program.graph.inputs.map(({ name }) => name)).toContain('begins')
    const executable = await reference.compile(program)
    for (const [name, { data }] of net.parameters) executable.writeParameter(name, data)
    executable.write('tokens', [0, 1, 2, 3, 0, 1])
    executable.write('targets', [1, 2, 3, 0, 1, 2])
    executable.write('layers.0.h', Array(10).fill(0.1))
    const gradient = async (flags: readonly number[]) => {
      executable.write('begins', flags)
      await executable.run({ steps: 3, mode: 'gradients' })
      const h = executable.readParameter('layers.0.initial.h', 'gradient')
      return { h: [...h], logits: [...executable.read('logits')] }
    }
    const [none, one, both] = [await gradient([0, 0]), await gradient([1, 0]), await gradient([1, 1])]
    expect(none.h).toEqual([0, 0, 0, 0, 0])
    expect(one.h.every((x) => x !== 0)).toBe(true)
    const row = (logits: readonly number[], wanted: number): readonly number[] =>
      logits.filter((_x, i) => Math.floor(i / 4) % 2 === wanted)
    expect(row(one.logits, 0)).toEqual(row(both.logits, 0))
    expect(row(one.logits, 1)).toEqual(row(none.logits, 1))
    expect(row(one.logits, 0)).not.toEqual(row(none.logits, 0))
  })

  it.each(runtimes)('are trained on %s, and a run goes on to the same bits', async (_name, runtime) => {
    const settings = { batch: 5, window: 9, steps: 30, learningRate: 0.01, runtime } as const
    const [whole, files] = [memoryFiles(), memoryFiles()]
    const net = starter()
    await collect(train(net, book, { ...settings, run: await RunDirectory.create('run', whole) }))
    expect([...net.parameters.get('layers.0.initial.h')!.data]).not.toEqual([0.5, -0.5, 0.25, 0, 1])
    const first = await RunDirectory.create('run', files)
    for await (const { step } of train(starter(), book, { ...settings, run: first })) if (step === 4) break
    const { run, checkpoint } = await RunDirectory.open('run', files)
    await collect(train(starter(), book, { runtime, run, resume: checkpoint }))
    const expected = (await RunDirectory.open('run', whole)).checkpoint.snapshot
    expect((await RunDirectory.open('run', files)).checkpoint.snapshot).toEqual(expected)
  })

  it('start a text that is sampled, and one that goes on does not begin again', async () => {
    const net = starter()
    const joined = async (pieces: AsyncIterable<string>): Promise<string> => {
      let whole = ''
      for await (const piece of pieces) whole += piece
      return whole
    }
    const options = { runtime: reference, seed: 7 }
    const first = sample(net, { ...options, length: 12 })
    const begun = await joined(first)
    const rest = await joined(sample(net, { ...options, length: 12, state: first.state }))
    expect(begun + rest).toBe(await joined(sample(net, { ...options, length: 24 })))
    net.parameters.get('layers.0.initial.h')!.data.fill(-1)
    expect(await joined(sample(net, { ...options, length: 24 }))).not.toBe(begun + rest)
  })
})

/** What a run leaves, and what it kept of its windows. */
async function trained(make: () => Model, options: TrainOptions) {
  const files = memoryFiles()
  const training = train(make(), book, { ...options, run: await RunDirectory.create('run', files) })
  let kept = training.kept
  for await (const { step } of training) if (step === 1) ({ kept } = training)
  return { kept, snapshot: (await RunDirectory.open('run', files)).checkpoint.snapshot }
}

describe.each(runtimes)('training in little memory on %s', (_name, runtime) => {
  it('chooses what to keep, and gives the same bits', async () => {
    const make = (): Model =>
      model({
        input: vocabulary,
        layers: [
          layer(learned(6), { stateDropout: 0.2, norm: true }),
          branches([[layer(cells.gru(6), { zoneout: 0.1 })], [dense(6, 'tanh')]], { join: 'sum' }),
        ],
        embedding: 6,
        embeddingDropout: 0.1,
        tied: true,
        dropout: 0.1,
      })
    const settings = { batch: 8, window: 200, steps: 3, validation: 'none', runtime } as const
    const all = await trained(make, settings)
    expect(all.kept).toBeUndefined()
    const much = await trained(make, { ...settings, memory: 1e9 })
    expect(much.kept?.every).toBeUndefined()
    expect(much.snapshot).toEqual(all.snapshot)
    const memory = 0.6 * much.kept!.bytes!
    const little = await trained(make, { ...settings, memory: Math.floor(memory) })
    expect(little.kept!.every).toBeLessThan(200)
    expect(little.kept!.bytes).toBeLessThanOrEqual(memory)
    expect(little.snapshot).toEqual(all.snapshot)
  })
})

it('a tied head has one matrix for both uses, and its gradient is that of both', async () => {
  const make = (tied: boolean): Model =>
    model({ input: vocabulary, layers: [cells.rnn(3)], embedding: 3, tied, seed: 4 })
  const [own, tied] = [make(false), make(true)]
  expect([...tied.parameters.keys()]).not.toContain('head.W')
  expect(tied.size).toBe(own.size - 12)
  own.parameters.get('head.W')!.data.set(own.parameters.get('embedding.E')!.data)
  const gradients = async (net: Model) => {
    const executable = await reference.compile(net.program({ rows: 1, steps: 3, training: true }))
    for (const [name, { data }] of net.parameters) executable.writeParameter(name, data)
    executable.write('tokens', [0, 1, 2])
    executable.write('targets', [1, 2, 3])
    const { loss } = await executable.run({ steps: 3, mode: 'gradients' })
    return { loss, of: (name: string) => executable.readParameter(name, 'gradient') }
  }
  const [apart, one] = [await gradients(own), await gradients(tied)]
  expect(one.loss).toBeCloseTo(apart.loss, 12)
  const [input, head] = [apart.of('embedding.E'), apart.of('head.W')]
  one.of('embedding.E').forEach((x, i) => expect(x).toBeCloseTo(input[i]! + head[i]!, 12))
})

it.each([
  ['no embedding', { embedding: 0 }, 'tied needs an embedding'],
  ['another width', { embedding: 4 }, 'wide as the embedding of 4, but it gives 3'],
])('a tied head is refused with %s', (_name, options, message) => {
  const build = () => model({ input: vocabulary, layers: [cells.rnn(3)], tied: true, ...options })
  expect(build).toThrow(expect.objectContaining({ code: 'model-layer' }))
  expect(build).toThrow(message)
})
