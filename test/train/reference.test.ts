import { expect, test } from 'vitest'
import { textFrom } from '../../src/data/index.ts'
import { sample } from '../../src/generate/index.ts'
import { reference as runtime } from '../../src/runtime/reference/reference.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { evaluate, train } from '../../src/train/index.ts'
import { collect, letters } from './fake.ts'
import { memoryFiles } from './memory-files.ts'
import { tinyModel } from './tiny.ts'

const vocabulary = letters(4)
const book = textFrom('abcdcb'.repeat(30), { vocabulary })
const settings = {
  batch: 3,
  window: 7,
  steps: 30,
  learningRate: 0.05,
  validateEvery: 12,
  checkpointEvery: 5,
} as const

test('a real model learns, and says what it has learned', async () => {
  const model = tinyModel(vocabulary)
  const before = await evaluate(model, book, { runtime, batch: 3, window: 7 })
  await collect(train(model, book, { ...settings, steps: 80, runtime }))
  const after = await evaluate(model, book, { runtime, batch: 3, window: 7 })
  expect(before.loss).toBeGreaterThan(1.2)
  expect(after.loss).toBeLessThan(0.1)
  const text = await collect(sample(model, { runtime, prime: 'abcdcbabcd', length: 12, temperature: 0.1 }))
  expect(text.join('')).toBe('cbabcdcbabcd')
})

test('a real model continues in float64 and with dropout to the same bits', async () => {
  const whole = memoryFiles()
  await collect(
    train(tinyModel(vocabulary), book, {
      ...settings,
      runtime,
      run: await RunDirectory.create('run', whole),
    }),
  )
  const files = memoryFiles()
  const first = await RunDirectory.create('run', files)
  for await (const { step } of train(tinyModel(vocabulary), book, { ...settings, runtime, run: first })) {
    if (step === 17) break
  }
  const { run, checkpoint } = await RunDirectory.open('run', files)
  expect(checkpoint.progress.step).toBe(17)
  await collect(train(tinyModel(vocabulary), book, { runtime, run, resume: checkpoint }))
  const expected = (await RunDirectory.open('run', whole)).checkpoint
  const { snapshot, progress } = (await RunDirectory.open('run', files)).checkpoint
  expect(progress).toEqual(expected.progress)
  expect(snapshot).toEqual(expected.snapshot)
  expect(snapshot.weights.get('U')!.data).toBeInstanceOf(Float64Array)
})
