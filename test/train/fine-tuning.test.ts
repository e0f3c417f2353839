import { describe, expect, it, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { textFrom, windowBatches, windows } from '../../src/data/index.ts'
import { model } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { averageShare, parseAveraging, resolveAveraging } from '../../src/train/averaging.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { frozenNames, groupRates, matching } from '../../src/train/groups.ts'
import { type SettingsOptions, Session, evaluate, resolveSettings, train } from '../../src/train/index.ts'
import { readModel } from '../../src/train/read-model.ts'
import { runtimes } from '../runtime/runtimes.ts'
import { collect, letters } from './fake.ts'
import { memoryFiles } from './memory-files.ts'
import { tinyModel } from './tiny.ts'

const names = ['embedding.E', 'layers.0.Wf', 'layers.0.bf', 'layers.10.Wf', 'head.W']

describe('patterns', () => {
  it('stand for all names that they match as a whole', () => {
    expect(matching('freeze', 'layers.0.*', names)).toEqual(['layers.0.Wf', 'layers.0.bf'])
    expect(matching('freeze', '*.Wf', names)).toEqual(['layers.0.Wf', 'layers.10.Wf'])
    expect(matching('freeze', 'head.W', names)).toEqual(['head.W'])
    expect(matching('freeze', '*', names)).toEqual(names)
  })

  it.each(['layers', 'Wf', 'layers?0?Wf', 'layers.(0|1).Wf', ''])(
    'that match nothing are errors: "%s"',
    (pattern) => {
      expect(() => matching('freeze', pattern, names)).toThrow(
        `freeze "${pattern}" names no parameter of the model; it has ${names.join(', ')}.`,
      )
    },
  )

  it('may not freeze everything', () => {
    expect(frozenNames(['head.*', 'layers.*', 'head.W'], names)).toEqual(['head.W', ...names.slice(1, 4)])
    expect(() => frozenNames(['*'], names)).toThrow('freeze leaves nothing to train.')
  })
})

test('the last group that says something about a parameter counts, and the schedule holds for all', () => {
  const rates = groupRates(
    [
      { match: 'layers.*', learningRate: 0.1, weightDecay: 0.5 },
      { match: '*.Wf', learningRate: 0.2 },
      { match: 'head.W', weightDecay: 0 },
    ],
    names,
  )
  expect(rates({ learningRate: 0.004, weightDecay: 0.01 }, 0.5)).toEqual([
    { parameters: ['layers.0.Wf'], learningRate: 0.1, weightDecay: 0.5 },
    { parameters: ['layers.0.bf'], learningRate: 0.05, weightDecay: 0.5 },
    { parameters: ['layers.10.Wf'], learningRate: 0.1, weightDecay: 0.5 },
    { parameters: ['head.W'], learningRate: 0.004, weightDecay: 0 },
  ])
})

describe('averages', () => {
  const shares = (
    average: Parameters<typeof resolveAveraging>[0],
    total: number,
    perEpoch: number,
  ): number[] => {
    let averaged = 0
    return Array.from({ length: total }, (_unused, i) => {
      const update = { step: i + 1, total, averaged, endsEpoch: (i + 1) % perEpoch === 0 }
      const share = averageShare(resolveAveraging(average), update)
      if (share > 0) averaged++
      return share
    })
  }

  it('take the share of each update that their kind says', () => {
    expect(shares('none', 3, 1)).toEqual([0, 0, 0])
    expect(shares({ kind: 'ema', decay: 0.75 }, 3, 1)).toEqual([1, 0.25, 0.25])
    expect(shares({ kind: 'swa', after: 0.5 }, 9, 2)).toEqual([0, 0, 0, 0, 0, 1, 0, 1 / 2, 1 / 3])
    expect(shares({ kind: 'swa', after: 0.5, every: 1 }, 6, 2)).toEqual([0, 0, 0, 1, 1 / 2, 1 / 3])
  })

  it('are written with a colon before their number', () => {
    expect(parseAveraging('ema')).toEqual({ kind: 'ema', decay: 0.999 })
    expect(parseAveraging('ema:0.9')).toEqual({ kind: 'ema', decay: 0.9 })
    expect(parseAveraging('swa:0.5')).toEqual({ kind: 'swa', after: 0.5, every: 0 })
    expect(() => parseAveraging('ema:')).toThrow('ema:0.999, swa:0.75; not ema:')
    expect(() => parseAveraging('ema:1')).toThrow('decay must be a number at least 0 and below 1, not 1.')
    expect(() => parseAveraging('mean')).toThrow('average must be one of none, ema, swa, not mean.')
  })
})

it.each<[SettingsOptions, string]>([
  [{ accumulate: 0 }, 'accumulate must be a whole number of at least 1, not 0.'],
  [
    { groups: [{ match: 'head.*', learningRate: 0 }] },
    'learningRate of head.* must be a number above 0, not 0.',
  ],
  [
    { average: { kind: 'swa', decay: 0.5 } as never },
    'The average swa has no option "decay"; it takes after, every.',
  ],
])('settings refuse %j', (options, message) => {
  expect(() => resolveSettings(options)).toThrow(message)
})

const vocabulary = letters(4)
const book = textFrom('abcdcb'.repeat(30), { vocabulary })
const small = { batch: 3, window: 7, steps: 12, learningRate: 0.05, clipNorm: 0, runtime: reference } as const
const weightsOf = (learner: ReturnType<typeof tinyModel>): Map<string, number[]> =>
  new Map([...learner.parameters].map(([name, { data }]) => [name, [...data]]))

/** Weights after training with some options. */
async function trained(options: SettingsOptions): Promise<Map<string, number[]>> {
  const learner = tinyModel(vocabulary)
  await collect(train(learner, book, { ...small, ...options }))
  return weightsOf(learner)
}

describe('training in part', () => {
  it('leaves frozen parameters as they are, also under decay and clipping by their own gradient', async () => {
    const start = weightsOf(tinyModel(vocabulary))
    const options = { optimizer: { name: 'adamw', weightDecay: 0.1 }, clipNorm: 0.1 } as const
    const end = await trained({ ...options, freeze: ['E', 'U'] })
    for (const name of ['E', 'U']) expect(end.get(name)).toEqual(start.get(name))
    for (const name of ['W', 'V']) expect(end.get(name)).not.toEqual(start.get(name))
  })

  it('trains groups at their own rates', async () => {
    const start = weightsOf(tinyModel(vocabulary))
    const end = await trained({
      steps: 1,
      groups: [{ match: 'V', learningRate: 0.001 }],
    })
    const moved = (name: string): number => Math.abs(end.get(name)![0]! - start.get(name)![0]!)
    expect(moved('V')).toBeCloseTo(0.001, 5)
    expect(moved('W')).toBeCloseTo(0.05, 5)
  })

  it('finds out at once what a pattern does not match', () => {
    expect(() => train(tinyModel(vocabulary), book, { ...small, freeze: ['layers.*'] })).toThrow(
      'freeze "layers.*" names no parameter of the model; it has E, W, U, V.',
    )
  })
})

describe('accumulation', () => {
  it('makes of windows, also of shorter ones, the gradient of the mean over all their predictions', async () => {
    const learner = tinyModel(vocabulary)
    const options = { rows: 3, steps: 50, training: true }
    const session = await Session.open(learner, reference, options)
    const cut = windows(book.tokens, { batch: 3, window: 50 })
    const batches = windowBatches(cut)
    expect([cut.at(0).predictions, cut.at(1).predictions]).toEqual([150, 29])
    const sums = new Map([...learner.parameters].map(([name, { data }]) => [name, [...data]]))
    for (const [counter, share] of [150 / 179, 29 / 179].entries()) {
      const call = { mode: 'gradients', training: true, seed: 1, counter: counter + 1 } as const
      await session.run(await batches.at(counter, 0), call)
      for (const [name, { data }] of session.gradients())
        data.forEach((g, i) => (sums.get(name)![i]! -= 0.05 * share * g))
    }
    session.dispose()
    const whole = { optimizer: 'sgd', validation: 'none', window: 50, accumulate: 2, steps: 1 } as const
    for (const [name, data] of await trained(whole))
      data.forEach((x, i) => expect(x).toBeCloseTo(sums.get(name)![i]!, 6))
  })

  it('counts updates, not windows, and lets epochs follow each other', async () => {
    const steps = await collect(
      train(tinyModel(vocabulary), book, { ...small, steps: 7, accumulate: 3, batch: 1, window: 16 }),
    )
    expect(steps.map(({ epoch }) => epoch)).toEqual([3, 6, 9, 12, 15, 18, 21].map((count) => count / 11))
    expect(steps.map(({ validation }) => validation !== undefined)).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
      true,
    ])
    expect(steps[0]!.tokens).toBe(48)
    const { length } = await collect(
      train(tinyModel(vocabulary), book, {
        batch: 1,
        window: 16,
        runtime: reference,
        epochs: 2,
        accumulate: 3,
      }),
    )
    expect(length).toBe(7)
  })
})

const everything = {
  batch: 3,
  window: 7,
  steps: 13,
  validateEvery: 4,
  checkpointEvery: 5,
  learningRate: 0.05,
  clipNorm: 0.3,
  accumulate: 3,
  freeze: ['layers.0.Wi'],
  groups: [{ match: 'embedding.*', learningRate: 0.01, weightDecay: 0.1 }],
  schedule: { kind: 'cosine', warmup: 2 },
} as const satisfies SettingsOptions

/** A model that every runtime can train. */
const net = () => model({ input: vocabulary, layers: [cells.lstm(6)], embedding: 5, dropout: 0.2 })

describe.each([['reference', reference] as const, ...runtimes])('on %s', (_name, runtime) => {
  it.each(['ema:0.8', 'swa:0.2'])('all of it continues to the same bits, with %s', async (average) => {
    const options = { ...everything, average: parseAveraging(average), runtime }
    const [whole, files] = [memoryFiles(), memoryFiles()]
    const straight = await collect(
      train(net(), book, { ...options, run: await RunDirectory.create('run', whole) }),
    )
    const first = await RunDirectory.create('run', files)
    for await (const { step } of train(net(), book, { ...options, run: first })) {
      if (step === 7) break
    }
    const { run, checkpoint } = await RunDirectory.open('run', files)
    const learner = net()
    const rest = await collect(train(learner, book, { runtime, run, resume: checkpoint }))
    expect(rest.map(({ loss }) => loss)).toEqual(straight.slice(7).map(({ loss }) => loss))
    expect(rest.at(-1)!.validation).toEqual(straight.at(-1)!.validation)
    const expected = (await RunDirectory.open('run', whole)).checkpoint
    const { snapshot, progress } = (await RunDirectory.open('run', files)).checkpoint
    expect(progress).toEqual(expected.progress)
    expect(snapshot).toEqual(expected.snapshot)
    expect(snapshot.weights.get('head.W')).not.toEqual(snapshot.average!.get('head.W'))
    expect(snapshot.weights.get('layers.0.Wi')).toEqual(snapshot.average!.get('layers.0.Wi'))
  })

  it('the average is what is validated, pulled and kept as the model', async () => {
    const files = memoryFiles()
    const run = await RunDirectory.create('run', files)
    const learner = net()
    const options = { ...everything, average: { kind: 'ema', decay: 0.9 }, runtime, run } as const
    const steps = await collect(train(learner, book, options))
    const tail = { ...book, tokens: book.tokens.subarray(162) }
    const after = await evaluate(learner, tail, { runtime, batch: 3, window: 6 })
    expect(steps.at(-1)!.validation!.loss).toBeCloseTo(after.loss, 5)
    const stored = await readModel('run', 'last', files)
    for (const [name, { data }] of learner.parameters) expect(stored.parameters.get(name)!.data).toEqual(data)
  })
})
