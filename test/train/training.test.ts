import { describe, expect, test, vi } from 'vitest'
import { type Text, textFrom } from '../../src/data/index.ts'
import type { StoredModel } from '../../src/interop/index.ts'
import type { Precision, Run } from '../../src/runtime/types.ts'
import {
  type Checkpoint,
  type RunStore,
  type SettingsOptions,
  type TrainOptions,
  type Trainable,
  evaluate,
  resolveSettings,
  resumeDifferences,
  resumeNotes,
  train,
  version,
} from '../../src/train/index.ts'
import { type FakeRuntime, collect, fakeModel, fakeRuntime, letters, pattern } from './fake.ts'

const vocabulary = letters(5)
const book = textFrom(pattern(200, 5), { vocabulary })
const small = { batch: 4, window: 5, steps: 20, optimizer: 'adam', learningRate: 0.05 } as const

const repeat = (count: number, value: number): number[] => Array.from({ length: count }, () => value)

const weightsOf = (model: Trainable): number[][] =>
  [...model.parameters.values()].map(({ data }) => [...data])

/** A run in memory that keeps every checkpoint. */
class Memory implements RunStore {
  readonly saved: Checkpoint[] = []
  readonly lines: object[] = []
  best: StoredModel | undefined
  begun = 0
  async begin(): Promise<void> {
    this.begun++
  }
  log(line: object): void {
    this.lines.push(line)
  }
  async save(checkpoint: Checkpoint, best: boolean): Promise<void> {
    this.saved.push(checkpoint)
    if (best) this.best = { ...checkpoint.model, parameters: checkpoint.snapshot.weights }
  }
  async bestModel(): Promise<StoredModel | undefined> {
    return this.best
  }
}

/** Trains to the end and gives the final weights. */
async function finalWeights(options: Partial<TrainOptions> = {}, text: Text = book): Promise<number[][]> {
  const model = fakeModel(vocabulary)
  await collect(train(model, text, { ...small, runtime: fakeRuntime(), ...options }))
  return weightsOf(model)
}

describe('training', () => {
  test('gives one step an update, learns, and disposes of its executable', async () => {
    const runtime = fakeRuntime()
    const model = fakeModel(vocabulary)
    const before = weightsOf(model)
    const loading = Promise.resolve(runtime)
    const steps = await collect(train(model, book, { ...small, steps: 40, runtime: loading }))
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_zero, i) => i + 1))
    expect(steps[0]).toMatchObject({ total: 40, epoch: 1 / 9, learningRate: 0.05, tokens: 20 })
    expect(steps[39]!.loss).toBeLessThan(steps[0]!.loss - 0.3)
    expect(runtime.alive).toBe(0)
    expect(weightsOf(model)).not.toEqual(before)
    const training = train(model, book, { ...small, runtime })
    await collect(training)
    await expect(collect(training)).rejects.toThrow('A training runs once')
  })

  test('reads windows in order, carries the state, and starts each epoch from zero', async () => {
    const calls: Run[] = []
    const onRun = (call: Run): void => void calls.push(call)
    await collect(
      train(fakeModel(vocabulary), book, { ...small, validation: 'none', runtime: fakeRuntime({ onRun }) }),
    )
    expect(calls).toHaveLength(20)
    expect(calls.map(({ carry }) => carry)).toEqual(calls.map((_call, i) => i % 10 !== 0))
    expect(calls.map(({ counter }) => counter)).toEqual(calls.map((_call, i) => i + 1))
    expect(
      calls.every(({ mode, training, steps }) => mode === 'gradients' && training === true && steps === 5),
    ).toBe(true)
    expect(calls[3]!.update).toMatchObject({ rule: 'adam', count: 4, learningRate: 0.05, clipNorm: 5 })
  })

  test('is not changed by validation and checkpoints in between', async () => {
    const plain = await finalWeights({})
    expect(await finalWeights({ validateEvery: 3 })).toEqual(plain)
    expect(await finalWeights({ run: new Memory(), checkpointEvery: 2 })).toEqual(plain)
  })

  test('validates after each epoch and at the end', async () => {
    const model = fakeModel(vocabulary)
    const steps = await collect(train(model, book, { ...small, runtime: fakeRuntime() }))
    const validated = steps.filter(({ validation }) => validation)
    expect(validated.map(({ step }) => step)).toEqual([9, 18, 20])
    const tail = { ...book, tokens: book.tokens.subarray(180) }
    const again = await evaluate(model, tail, { runtime: fakeRuntime(), batch: 4, window: 5 })
    expect(validated[2]!.validation!.loss).toBe(again.loss)
    expect(again.tokens).toBe(19)
    expect(again.bits).toBeCloseTo(again.loss * Math.log2(Math.E), 14)
    expect(again.perplexity).toBeCloseTo(Math.exp(again.loss), 14)
  })

  test('follows its schedule', async () => {
    const schedule = { kind: 'step', warmup: 2 } as const
    const steps = await collect(
      train(fakeModel(vocabulary), book, { ...small, schedule, runtime: fakeRuntime() }),
    )
    expect(steps.map(({ learningRate }) => learningRate / 0.05)).toEqual([
      0.5,
      ...repeat(8, 1),
      ...repeat(9, 0.5),
      0.25,
      0.25,
    ])
  })

  test('may be asked for in epochs', async () => {
    const { steps: _steps, ...rest } = small
    const options = { ...rest, epochs: 1.5, runtime: fakeRuntime() }
    expect(await collect(train(fakeModel(vocabulary), book, options))).toHaveLength(14)
  })

  test('may be asked for in minutes, which become updates once and leave no mark', async () => {
    const { steps: _steps, ...rest } = small
    const run = new Memory()
    const model = fakeModel(vocabulary)
    const modes: string[] = []
    const runtime = fakeRuntime({ onRun: ({ mode }) => void modes.push(mode) })
    const training = train(model, book, { ...rest, minutes: 1 / 6000, run, runtime })
    const read = vi.spyOn(training.data.training, 'at')
    const { length } = await collect(training)
    expect(run.saved[0]!.progress).toMatchObject({ step: 0, total: length })
    expect(run.saved[0]!.snapshot.slots.get('slot0.gain')!.data).toEqual(new Float32Array(5))
    expect(weightsOf(model)).toEqual(await finalWeights({ steps: length }))
    const { calls } = read.mock
    expect(calls.slice(0, 4)).toEqual([0, 1, 2, 3].map((index) => [index, 0])) // measured, then from the start
    expect(calls.slice(-length).map(([index]) => index)).toEqual(Array.from({ length }, (_x, i) => i % 9))
    expect(modes.filter((mode) => mode === 'forward').length).toBe(1 + Math.ceil(length / 9)) // one measured
    const again = { runtime: fakeRuntime(), resume: run.saved[0]! }
    expect(await collect(train(fakeModel(vocabulary), book, again))).toHaveLength(length)
  })
})

describe('leaving early', () => {
  test('by break disposes and saves', async () => {
    const runtime = fakeRuntime()
    const run = new Memory()
    const model = fakeModel(vocabulary)
    for await (const { step } of train(model, book, { ...small, run, runtime })) if (step === 3) break
    expect(runtime.alive).toBe(0)
    expect(run.saved.map(({ progress }) => progress.step)).toEqual([0, 3])
    expect(weightsOf(model)).toEqual(
      [...run.saved[1]!.snapshot.weights.values()].map(({ data }) => [...data]),
    )
  })

  test('by a signal ends after the update, with a checkpoint and no error', async () => {
    const run = new Memory()
    const abort = new AbortController()
    const runtime = fakeRuntime({ onRun: ({ counter }) => void (counter === 4 && abort.abort()) })
    const steps = await collect(
      train(fakeModel(vocabulary), book, { ...small, run, runtime, signal: abort.signal }),
    )
    expect(steps).toHaveLength(4)
    expect(run.saved.at(-1)!.progress).toMatchObject({ step: 4, total: 20 })
    expect(runtime.alive).toBe(0)
  })

  test('before the first update saves that, and can go on', async () => {
    const run = new Memory()
    const options = { ...small, run, runtime: fakeRuntime(), signal: AbortSignal.abort() }
    expect(await collect(train(fakeModel(vocabulary), book, options))).toEqual([])
    expect(run.saved.map(({ progress: { step, total } }) => [step, total])).toEqual([[0, 20]])
    const model = fakeModel(vocabulary)
    await collect(train(model, book, { runtime: fakeRuntime(), resume: run.saved[0]! }))
    expect(weightsOf(model)).toEqual(await finalWeights())
  })

  test('before minutes are turned into updates saves nothing, and changes nothing', async () => {
    const { steps: _steps, ...rest } = small
    const run = new Memory()
    const abort = new AbortController()
    const runtime = fakeRuntime({ onRun: () => abort.abort() })
    const model = fakeModel(vocabulary)
    const training = train(model, book, { ...rest, minutes: 1, run, runtime, signal: abort.signal })
    expect(await collect(training)).toEqual([])
    expect([training.progress.total, run.begun, run.saved.length, runtime.alive]).toEqual([0, 0, 0, 0])
    expect(weightsOf(model)).toEqual(weightsOf(fakeModel(vocabulary)))
  })

  test('by patience stops after so many validations without a new best', async () => {
    const runtime = fakeRuntime({ onRun: ({ mode }) => (mode === 'forward' ? losses.shift() : undefined) })
    const losses = [2, 1.5, 1.6, 1.4, 1.7, 1.8, 1]
    const run = new Memory()
    const model = fakeModel(vocabulary)
    const options = {
      ...small,
      batch: 1,
      validateEvery: 2,
      patience: 2,
      validation: { fraction: 0.025 },
      run,
      runtime,
    }
    const training = train(model, book, options)
    const steps = await collect(training)
    const best = steps.flatMap(({ validation }) => (validation ? [validation.best] : []))
    expect(best).toEqual([true, true, false, true, false, false])
    expect(training.progress).toMatchObject({
      step: 12,
      best: { step: 8, loss: 1.4 },
      sinceBest: 2,
      stoppedEarly: true,
    })
    const weights = weightsOf(model)
    expect(await training.useBest()).toBe(true)
    expect(weightsOf(model)).not.toEqual(weights)
    const resumed = train(fakeModel(vocabulary), book, { runtime: fakeRuntime(), resume: run.saved.at(-1)! })
    expect(await collect(resumed)).toEqual([])
  })

  test('keeps the best weights without a run too', async () => {
    const losses = [1, 2, 3]
    const runtime = fakeRuntime({ onRun: ({ mode }) => (mode === 'forward' ? losses.shift() : undefined) })
    const model = fakeModel(vocabulary)
    const training = train(model, book, { ...small, validation: { fraction: 0.1 }, runtime })
    let best: number[][] = []
    for await (const { step } of training) if (step === 9) best = weightsOf(model)
    expect(weightsOf(model)).not.toEqual(best)
    expect(await training.useBest()).toBe(true)
    expect(weightsOf(model)).toEqual(best)
    expect(await train(model, book, { ...small, runtime }).useBest()).toBe(false)
  })

  test('by divergence is an error, and keeps the last good checkpoint', async () => {
    const runtime = fakeRuntime({ onRun: ({ counter }) => (counter === 6 ? NaN : undefined) })
    const run = new Memory()
    const options = { ...small, checkpointEvery: 5, run, runtime }
    await expect(collect(train(fakeModel(vocabulary), book, options))).rejects.toMatchObject({
      code: 'training-diverged',
      message:
        'The loss (NaN) of update 6 is no finite number. Try a lower learning rate (now 0.05) or stronger clipping ' +
        '(clipNorm, now 5). The checkpoint of update 5 is kept.',
    })
    expect(run.saved.map(({ progress }) => progress.step)).toEqual([0, 5])
    expect(runtime.alive).toBe(0)
  })
})

describe('a run that goes on', () => {
  /** Trains to an update with a run, and gives its last checkpoint. */
  async function until(step: number, options: Partial<TrainOptions> = {}): Promise<Checkpoint> {
    const run = new Memory()
    const training = train(fakeModel(vocabulary), book, { ...small, runtime: fakeRuntime(), run, ...options })
    for await (const done of training) if (done.step === step) break
    return run.saved.at(-1)!
  }

  test.each([true, false])('ends in the same bits from any update (float32: %s)', async (single) => {
    const options = { runtime: fakeRuntime({ single }), validateEvery: 4 }
    const expected = await finalWeights(options)
    for (const step of [1, 8, 9, 10, 19]) {
      const model = fakeModel(vocabulary)
      const resume = await until(step, options)
      await collect(train(model, book, { runtime: options.runtime, resume }))
      expect(weightsOf(model)).toEqual(expected)
    }
  })

  test('may be made longer', async () => {
    const options = { runtime: fakeRuntime(), steps: 30, resume: await until(20) }
    const model = fakeModel(vocabulary)
    expect(await collect(train(model, book, options))).toHaveLength(10)
    expect(weightsOf(model)).toEqual(await finalWeights({ steps: 30 }))
  })

  test('is refused with another text, other settings or another model, and told what differs', async () => {
    const resume = await until(3)
    const runtime = fakeRuntime()
    const other = textFrom(pattern(201, 5), { vocabulary, name: 'b.txt' })
    await expect(
      collect(train(fakeModel(vocabulary, 'x'), other, { batch: 5, runtime, resume })),
    ).rejects.toMatchObject({
      code: 'resume-differs',
      message:
        'This does not continue the run; what differs: batch (4, now 5); ' +
        'text (200 characters of the text, now 201 of b.txt); model. Leave that out, or train a new run.',
    })
    expect(runtime.alive).toBe(0)
  })

  test('with a cosine keeps its length', async () => {
    const resume = await until(3, { schedule: 'cosine' })
    const longer = train(fakeModel(vocabulary), book, { steps: 30, runtime: fakeRuntime(), resume })
    await expect(collect(longer)).rejects.toThrow(
      'length (20 updates, now 30; the cosine schedule needs the same)',
    )
    const before = (options: SettingsOptions) => resumeDifferences(resume, options, book)
    expect(await before({ epochs: 2 })).toEqual([
      'length (20 updates, now 18; the cosine schedule needs the same)',
    ])
    expect(await before({ minutes: 2 })).toEqual([
      'length (20 updates, now as many as fit into the time; the cosine schedule needs the same)',
    ])
    expect(await before({ steps: 20, patience: 3 })).toEqual([])
  })

  test('keeps its precision, unless another is given', async () => {
    const asked: (Precision | undefined)[] = []
    const watched = (): FakeRuntime => {
      const runtime = fakeRuntime()
      return { ...runtime, compile: (program) => (asked.push(program.precision), runtime.compile(program)) }
    }
    const resume = await until(3, { precision: 'bf16', runtime: watched() })
    expect(resume.description.settings.precision).toBe('bf16')
    const going = (options: Partial<TrainOptions>) =>
      train(fakeModel(vocabulary), book, { runtime: watched(), resume, ...options })
    expect(await collect(going({}))).toHaveLength(17)
    await collect(going({ precision: 'float32' }))
    expect(asked).toEqual(['bf16', 'bf16', 'float32'])
    expect(await resumeDifferences(resume, {}, book)).toEqual([])
  })

  test('on another machine says that bits will differ', async () => {
    const resume = await until(3)
    const notes = resumeNotes(resume, fakeRuntime({ single: false }).machine)
    expect(notes).toEqual([
      'the run was on reference fake32 and goes on with reference fake64: it will not be the same to the last bit.',
    ])
    expect(resumeNotes(resume, fakeRuntime().machine)).toEqual([])
    expect(resumeNotes(resume, fakeRuntime().machine, { precision: 'bf16' })).toEqual([
      'the run was in float32 and goes on in bf16: it will not be the same to the last bit.',
    ])
  })
})

test('the version is that of the package', async () => {
  const { default: about } = await import('../../package.json')
  expect(version).toBe(about.version)
})

describe('settings', () => {
  test('have defaults, and stay the same when resolved again', () => {
    const settings = resolveSettings()
    expect(settings).toMatchObject({
      batch: 50,
      window: 50,
      epochs: 10,
      learningRate: 0.002,
      clipNorm: 5,
      patience: 0,
    })
    expect(resolveSettings(settings)).toEqual(settings)
    expect(resolveSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings)
  })

  test('are refused where they make no sense', () => {
    expect(() => resolveSettings({ steps: 1, epochs: 1 })).toThrow('Give only one of steps and epochs')
    expect(() => resolveSettings({ batchSize: 1 } as object)).toThrow('train has no option "batchSize"')
    expect(() => resolveSettings({ learningRate: 0 })).toThrow('learningRate must be a number above 0, not 0')
    expect(() => resolveSettings({ patience: 2, validation: 'none' })).toThrow(
      'patience counts validations, and nothing is held out to validate on',
    )
    expect(() => resolveSettings({ seed: -1 })).toThrow('seed must be a whole number from 0 to 4294967295')
  })

  test('of a model and a text must share a vocabulary', () => {
    const model = fakeModel(letters(6))
    expect(() => train(model, book, { runtime: fakeRuntime() })).toThrow(
      'was read with 5 symbols and the model knows 6: read the text with the vocabulary of the model',
    )
  })
})
