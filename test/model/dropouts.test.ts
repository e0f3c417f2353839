import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { dropoutKey, keeps } from '../../src/core/dropout.ts'
import { Vocabulary, textFrom } from '../../src/data/index.ts'
import { type Layer, type Model, branches, layer, model, stackWindow } from '../../src/model/index.ts'
import { type Program, type Runtime, reference } from '../../src/runtime/index.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { type TrainOptions, train } from '../../src/train/index.ts'
import { sequenceData } from '../plan/sequences.ts'
import { difference } from '../plan/windows.ts'
import { results, runtimes, withThreads } from '../runtime/runtimes.ts'
import { collect } from '../train/fake.ts'
import { memoryFiles } from '../train/memory-files.ts'
import { learned, stackProgram } from './forms.ts'

const vocabulary = Vocabulary.of('abcd')
const book = textFrom('abcdcb'.repeat(30), { vocabulary })
const every = {
  inputDropout: 0.1,
  stateDropout: 0.1,
  recurrentDropout: 0.1,
  weightDropout: 0.1,
  zoneout: 0.1,
}

/** A model of the next token with every dropout, in layers of several kinds, some of whose states are learned. */
function everyDropout(): Model {
  return model({
    input: vocabulary,
    layers: [
      layer(cells.lstm(8), every),
      branches(
        [[layer(cells.gru(8), { ...every, norm: true })], [layer(learned(8), { stateDropout: 0.1 })]],
        {
          join: 'sum',
          residual: true,
          dropout: 0.05,
        },
      ),
      layer(cells.lstm(8), { ...every, skip: 'all', zoneout: { c: 0.2, h: 0.05 } }),
    ],
    embedding: 8,
    embeddingDropout: 0.05,
    tied: true,
    dropout: 0.1,
  })
}

const settings = { batch: 3, window: 7, steps: 60, learningRate: 0.02, validateEvery: 12, checkpointEvery: 5 }

/** Everything that a run leaves. */
async function left(options: TrainOptions, stop = Infinity, files = memoryFiles()) {
  const run = await RunDirectory.create('run', files)
  for await (const { step } of train(everyDropout(), book, { ...options, run })) if (step === stop) break
  return files
}

async function checkpointOf(files: ReturnType<typeof memoryFiles>) {
  const { snapshot, progress } = (await RunDirectory.open('run', files)).checkpoint
  return { snapshot, progress }
}

describe.each([['reference', reference] as const, ...runtimes])(
  'every dropout of a model on %s',
  (_name, runtime) => {
    it('lets it learn, and goes on to the same bits', async () => {
      const want = await checkpointOf(await left({ ...settings, runtime }))
      expect(want.progress.best!.loss).toBeLessThan(0.6)
      const files = await left({ ...settings, runtime }, 17)
      const { run, checkpoint } = await RunDirectory.open('run', files)
      await collect(train(everyDropout(), book, { runtime, run, resume: checkpoint }))
      expect(await checkpointOf(files)).toEqual(want)
    })
  },
)

it('every dropout of a model gives the same bits for any number of threads', async () => {
  for (const [, [one, ...others]] of await withThreads([1, 2, 3])) {
    const trained = async (runtime: Runtime) =>
      checkpointOf(await left({ ...settings, batch: 9, window: 5, steps: 4, runtime }))
    const want = await trained(one!)
    for (const runtime of others) expect(await trained(runtime)).toEqual(want)
  }
})

/** The outputs of one layer that reads 6 entries, while training or not. */
async function outputs(one: Layer, written: boolean, training: boolean) {
  const program: Program = stackProgram(
    { input: { size: 6 }, layers: [one], training: written },
    { rows: 3, steps: 5 },
  )
  const call = { steps: 5, mode: 'gradients', training, seed: 3, counter: 4 } as const
  return (await results(reference, program, sequenceData(program, 5), [call]))[0]!
}

it.each(['dropout', 'inputDropout', 'stateDropout', 'recurrentDropout', 'weightDropout'] as const)(
  '%s is off outside training, and on in it',
  async (option) => {
    const dropped = layer(cells.lstm(4), { [option]: 0.4 })
    const plain = await outputs(cells.lstm(4), true, false)
    expect(difference(plain, await outputs(dropped, true, false), 1e-12)).toBe('')
    expect(difference(plain, await outputs(dropped, false, false), 0)).toBe('')
    expect(difference(plain, await outputs(dropped, true, true), 1e-3)).not.toBe('')
  },
)

it('zoneout is a mean outside training, in windows with and without dropout', async () => {
  const zoned = layer(cells.lstm(4), { zoneout: { c: 0.3, h: 0.2 } })
  const [plain, mean] = [await outputs(cells.lstm(4), true, false), await outputs(zoned, true, false)]
  expect(difference(mean, await outputs(zoned, false, false), 1e-12)).toBe('')
  expect(difference(mean, plain, 1e-3)).not.toBe('')
  const kept = await outputs(zoned, true, true)
  const [first, second] = [0, 1].map((step) => Array.from(kept.get('y')!).slice(step * 12, step * 12 + 12))
  const same = second!.filter((y, i) => y === first![i]).length
  expect(same).toBeGreaterThan(0)
  expect(same).toBeLessThan(12)
})

it('masks are numbered by place: a layer has those that it has in any other model', () => {
  const masked = layer(cells.lstm(4), every)
  const streams = (layers: readonly Layer[]): readonly unknown[] =>
    stackWindow({ input: { size: 6 }, layers, training: true }).graph.nodes.flatMap(({ attributes }) =>
      attributes.stream === undefined ? [] : [attributes.stream],
    )
  const [own, behind] = [streams([masked]), streams([masked, layer(cells.gru(2), every)])]
  expect(behind.slice(0, own.length)).toEqual(own)
  const both = streams([layer(cells.lstm(4), { ...every, direction: 'both', dropout: 0.1 }), masked])
  expect(new Set(both).size).toBe(both.length)
})

it('an embedding drops whole words, wherever they stand', async () => {
  const input = { symbols: 5, embedding: 3, embeddingDropout: 0.5 }
  const options = { input, layers: [cells.rnn(2)], training: true } as const
  const { graph } = stackProgram(options, { rows: 1, steps: 1 })
  const node = graph.nodes.findIndex(({ op }) => op === 'word_dropout')
  const { stream } = graph.nodes[node]!.attributes as { stream: number }
  const program = {
    graph: { ...graph, outputs: [{ name: 'words', node }] },
    rows: 2,
    steps: 5,
    states: [],
  }
  const executable = await reference.compile(program)
  const tokens = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]
  executable.write('tokens', tokens)
  executable.writeParameter('embedding.E', Array(15).fill(1))
  await executable.run({ steps: 5, mode: 'forward', training: true, seed: 3, counter: 4 })
  const key = dropoutKey(3, 4, stream)
  const want = tokens.flatMap((token) => Array<number>(3).fill(keeps(key, token, 0, 0.5) ? 2 : 0))
  expect([...executable.read('words')]).toEqual(want)
  expect(new Set(want).size).toBe(2)
})

it('dropouts are refused where they have nothing to drop', () => {
  const build = (one: Layer) => () => model({ input: vocabulary, layers: [one] })
  const refused = (code: string) => expect.objectContaining({ code }) as Error
  expect(build(layer(cells.rnn(3), { recurrentDropout: 0.1 }))).toThrow(refused('dropout-cell'))
  expect(build(layer(cells.rnn(3), { inputDropout: 0.1 }))).toThrow(
    'layers.0" has inputDropout, which needs vectors',
  )
  expect(() => layer(cells.rnn(3), { zoneout: { c: 0.1 } })).toThrow(refused('dropout-cell'))
  expect(() => layer(cells.rnn(3), { stateDropout: 1 })).toThrow(refused('option-value'))
})
