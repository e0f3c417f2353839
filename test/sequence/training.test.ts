import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { textFrom, streamExamples } from '../../src/data/index.ts'
import { write } from '../../src/generate/index.ts'
import { decodeModel, encodeModel, sequenceModelFrom } from '../../src/interop/index.ts'
import { model, sequenceModel } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { Session, evaluateExamples, exampleLoss, predict, train } from '../../src/train/index.ts'
import { runtimes } from '../runtime/runtimes.ts'
import { collect } from '../train/fake.ts'
import { memoryFiles } from '../train/memory-files.ts'
import { tasks as singles, translations } from './models.ts'
import { outcome } from './outcome.ts'

const tasks = { ...singles, ...translations }

const names = Object.keys(tasks)
const [, fastest] = runtimes[1] ?? runtimes[0]!

describe('a task of the shape', () => {
  it.each(names)('%s is learned', async (name) => {
    const { options, examples, below = 0.06 } = tasks[name]!
    const net = sequenceModel({ ...options, seed: 2 })
    const settings = {
      batch: 12,
      epochs: 25,
      learningRate: 0.03,
      validation: 'none',
      runtime: fastest,
    } as const
    const before = await exampleLoss(net, examples, { runtime: fastest })
    await collect(train(net, examples, settings))
    const after = await exampleLoss(net, examples, { runtime: fastest })
    expect(before.loss).toBeGreaterThan(1.5 * below)
    expect(after.loss).toBeLessThan(below)
    expect(after.tokens).toBe(before.tokens)
    const all = await exampleLoss(net, examples, { runtime: fastest, batch: examples.length })
    expect(all.loss).toBeCloseTo(after.loss, 5)
  })
})

it('validation examples may be longer than those of training, also where labels have no steps', async () => {
  const { options, examples } = tasks['synced, labels without their steps']!
  const net = sequenceModel(options)
  const long = { input: Array.from({ length: 40 }, () => [1, 0, 0]), target: [0, 1, 2] }
  const data = { training: examples, validation: [long] }
  const alone = await exampleLoss(net, [long], { runtime: reference })
  const settings = { batch: 12, epochs: 1, learningRate: 1e-12, runtime: reference } as const
  const steps = await collect(train(net, data, settings))
  expect(steps.at(-1)!.validation!.loss).toBeCloseTo(alone.loss, 6)
})

const { options, examples } = tasks['many-to-one']!
const small = { batch: 7, steps: 24, learningRate: 0.02, validateEvery: 5, checkpointEvery: 4 } as const

describe('a run on examples that goes on', () => {
  it.each([...runtimes.slice(0, 1), ...runtimes.slice(-1)])(
    'ends in the same bits on %s',
    async (_name, runtime) => {
      const whole = await outcome(options, examples, small, runtime)
      for (const step of [1, 9, 16])
        for (const killed of [false, true])
          expect(await outcome(options, examples, small, runtime, { step, killed })).toEqual(whole)
      expect(whole.checkpoint.progress.step).toBe(24)
    },
  )

  it.each([undefined, { kind: 'exponential', k: 0.9, most: 0.8 } as const])(
    'ends in the same bits where a sequence is written, sampling %o',
    async (scheduledSampling) => {
      const { options: pair, examples: pairs } = translations['many-to-many, multiplicative attention']!
      const given = { ...small, steps: 12, ...(scheduledSampling && { scheduledSampling }) }
      const whole = await outcome(pair, pairs, given, fastest)
      for (const step of [5, 10])
        expect(await outcome(pair, pairs, given, fastest, { step, killed: true })).toEqual(whole)
    },
  )

  it('ends in the same bits with several batches to an update, and an average', async () => {
    const given = { ...small, accumulate: 3, average: 'ema', schedule: 'cosine' } as const
    expect(await outcome(options, examples, given, fastest, { step: 7, killed: true })).toEqual(
      await outcome(options, examples, given, fastest),
    )
  })

  it('ends in the same bits where only a chunk of the examples is in memory', async () => {
    const net = sequenceModel(options)
    const stream = await streamExamples(net, () => examples, { chunk: 50 })
    expect([stream.count, stream.steps]).toEqual([120, 7])
    const data = { training: stream, validation: examples.slice(0, 9) }
    expect(await outcome(options, data, small, fastest, { step: 13, killed: true })).toEqual(
      await outcome(options, data, small, fastest),
    )
  })

  it('is refused with chunks of another size, and lets go of what it reads', async () => {
    const net = sequenceModel({ ...options, dropout: 0.2 })
    let held = 0
    const open = function* () {
      held++
      try {
        yield* examples
      } finally {
        held--
      }
    }
    const given = async (chunk: number) => ({ training: await streamExamples(net, open, { chunk }) })
    const { checkpoint } = await outcome(options, await given(50), { ...small, steps: 6 }, fastest)
    const going = train(net, await given(40), { runtime: fastest, resume: checkpoint, steps: 9 })
    await expect(collect(going)).rejects.toMatchObject({ code: 'resume-differs' })
    await collect(train(net, await given(50), { runtime: fastest, resume: checkpoint, steps: 9 }))
    await exampleLoss(net, (await given(50)).training, { runtime: fastest })
    expect(held).toBe(0)
  })

  it('is refused with other examples', async () => {
    const files = memoryFiles()
    const settings = { ...small, runtime: fastest }
    const net = sequenceModel(options)
    const run = await RunDirectory.create('run', files)
    for await (const { step } of train(net, examples, { ...settings, run })) if (step === 2) break
    const again = await RunDirectory.open('run', files)
    const others = examples.with(3, { ...examples[3]!, target: 1 - (examples[3]!.target as number) })
    const going = train(net, others, { runtime: fastest, run: again.run, resume: again.checkpoint })
    await expect(collect(going)).rejects.toMatchObject({ code: 'resume-differs' })
    await expect(
      collect(train(net, examples.slice(1), { runtime: fastest, resume: again.checkpoint })),
    ).rejects.toThrow('examples (120 examples of the examples, now 119 of the examples)')
  })
})

describe('examples', () => {
  it('are held out at random by the seed, or from the end', () => {
    const open = (given: object) =>
      train(sequenceModel(options), examples, { runtime: reference, ...given }).data.description
    expect(open({})).toBe('108 examples are trained on, 12 held out')
    expect(open({ validation: { by: 'tail', fraction: 0.25 } })).toBe(
      '90 examples are trained on, 30 held out',
    )
    expect(open({ validation: 'none' })).toBe('120 examples are trained on, none held out')
    expect(() => open({ validation: 'streams' })).toThrow('random, tail, none, not streams')
  })

  it('weigh in an update as in the mean over all of them', async () => {
    const some = examples.slice(0, 20)
    const weights = async (given: object): Promise<readonly number[]> => {
      const net = sequenceModel(options)
      const plain = {
        optimizer: 'sgd',
        learningRate: 0.5,
        clipNorm: 0,
        steps: 1,
        validation: 'none',
      } as const
      await collect(train(net, some, { runtime: reference, ...plain, ...given }))
      return [...net.parameters.values()].flatMap(({ data }) => [...data])
    }
    const whole = await weights({ batch: 20 })
    const parts = await weights({ batch: 7, accumulate: 3 })
    whole.forEach((x, i) => expect(parts[i]!).toBeCloseTo(x, 6))
  })

  it('have the loss that their probabilities say, and answers in their order', async () => {
    const net = sequenceModel(options)
    const { loss, tokens, predictions } = await evaluateExamples(net, examples, {
      runtime: fastest,
      batch: 16,
    })
    const logs = examples.map(({ target }, i) => Math.log(predictions[i]!.probabilities![target as number]!))
    expect(tokens).toBe(120)
    expect(loss).toBeCloseTo(-logs.reduce((sum, log) => sum + log, 0) / 120, 5)
    const session = await Session.open(net, fastest, { rows: 120, steps: 7, training: false })
    const whole = await session.run(net.batch(examples, 120, 7), { mode: 'forward' })
    session.dispose()
    expect(loss).toBeCloseTo(whole.loss, 5)
    for (const { probabilities, classes } of predictions)
      expect(classes![0]).toBe(Number(probabilities![1]! > probabilities![0]!))
  })
})

describe('long sequences in little memory', () => {
  /** What training on sequences of 150 steps and more leaves, and what it kept of them. */
  const trained = async (name: string, memory: number) => {
    const task = tasks[name]!
    const long = task.examples.slice(0, 12).map(({ input, target }, i) => {
      const steps = input as readonly number[]
      return {
        input: Array.from({ length: 150 + 9 * i }, (_unused, at) => steps[at % steps.length]!),
        target,
      }
    })
    const net = sequenceModel(task.options)
    const settings = { batch: 8, steps: 2, validation: 'none', runtime: fastest, memory } as const
    const training = train(net, long, settings)
    let kept = training.kept
    for await (const { step } of training) if (step === 1) ({ kept } = training)
    return { kept, weights: [...net.parameters].map(([key, { data }]) => [key, [...data]]) }
  }

  it.each(['many-to-one', 'many-to-one, mean'])('ends in the same bits for %s', async (name) => {
    const [all, little] = [await trained(name, 1e9), await trained(name, 1)]
    expect(all.kept?.every).toBeUndefined()
    expect(little.kept!.every).toBeLessThan(100)
    expect(little.kept!.bytes).toBeLessThan(all.kept!.bytes!)
    expect(little.weights).toEqual(all.weights)
  })

  it('is refused where a layer reads backward', async () => {
    await expect(trained('many-to-one, both directions', 1)).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe('a model that writes', () => {
  it('ends where it should, and each sequence depends on its own condition alone', async () => {
    for (const name of ['one-to-many', 'one-to-many, read first']) {
      const task = tasks[name]!
      const net = sequenceModel({ ...task.options, seed: 2 })
      await collect(
        train(net, task.examples, { batch: 12, epochs: 40, learningRate: 0.03, runtime: fastest }),
      )
      const conditions = task.examples.slice(0, 3).map(({ input }) => input)
      const written = await write(net, conditions, { runtime: fastest, temperature: 0 })
      expect(written).toEqual([
        { tokens: [0, 1], ended: true },
        { tokens: [1, 2, 0], ended: true },
        { tokens: [2, 0, 1, 2], ended: true },
      ])
      const [alone] = await write(net, [conditions[2]!], { runtime: fastest, temperature: 0 })
      expect(alone).toEqual(written[2])
      const short = await write(net, conditions, { runtime: fastest, temperature: 0, length: 2 })
      expect(short.map(({ tokens, ended }) => [tokens.length, ended])).toEqual([
        [2, false],
        [2, false],
        [2, false],
      ])
    }
  })

  it('writes the same with the same seed, and another sequence with another', async () => {
    const net = sequenceModel(tasks['one-to-many']!.options)
    const texts = async (seed: number, conditions: readonly number[]) =>
      (await write(net, conditions, { runtime: reference, seed, length: 8 })).map(({ tokens }) => tokens)
    const first = await texts(1, [0, 0, 1])
    expect(await texts(1, [0, 0, 1])).toEqual(first)
    expect(await texts(1, [0])).toEqual(first.slice(0, 1))
    expect(first[0]).not.toEqual(first[1])
    expect(await texts(2, [0, 0, 1])).not.toEqual(first)
    expect(await write(net, [], { runtime: reference })).toEqual([])
  })
})

describe('a stored sequence model', () => {
  it('stands alone, with what reads outside data', async () => {
    const net = sequenceModel(
      { ...options, longest: 30, output: { classes: 2, names: ['even', 'odd'] } },
      {
        tokenizer: { kind: 'characters', symbols: ['a', 'b'] },
      },
    )
    const read = sequenceModelFrom(decodeModel(encodeModel(net)))
    expect(read.config).toEqual(net.config)
    expect(read.codec).toEqual(net.codec)
    expect(read.parameters).toEqual(net.parameters)
    const inputs = examples.slice(0, 3).map(({ input }) => input)
    expect(await predict(read, inputs, { runtime: reference })).toEqual(
      await predict(net, inputs, { runtime: reference }),
    )
  })

  it('is no model of the next token, nor the other way round', () => {
    const { vocabulary } = textFrom('abc')
    const next = model({ input: vocabulary, layers: [cells.rnn(2)] })
    expect(() => sequenceModelFrom(decodeModel(encodeModel(next)))).toThrow('its task is "next-token"')
  })
})
