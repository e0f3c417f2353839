import { describe, expect, test } from 'vitest'
import { textFrom } from '../../src/data/index.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import type { Files } from '../../src/train/checkpoint-files.ts'
import { type TrainOptions, train } from '../../src/train/index.ts'
import { collect, fakeModel, fakeRuntime, letters, pattern } from './fake.ts'
import { failingFiles, memoryFiles } from './memory-files.ts'

const vocabulary = letters(4)
const book = textFrom(pattern(120, 4), { vocabulary })
const settings = {
  batch: 3,
  window: 4,
  steps: 12,
  optimizer: 'momentum',
  checkpointEvery: 3,
  validateEvery: 4,
} as const
const cut = new Error('cut off')

async function trainIn(run: RunDirectory, options: Partial<TrainOptions>): Promise<number[][]> {
  const model = fakeModel(vocabulary)
  await collect(train(model, book, { runtime: fakeRuntime(), run, ...options }))
  return [...model.parameters.values()].map(({ data }) => [...data])
}

async function start(files: Files): Promise<number[][]> {
  return trainIn(await RunDirectory.create('run', files), settings)
}

async function resume(files: Files): Promise<number[][]> {
  const { run, checkpoint } = await RunDirectory.open('run', files)
  return trainIn(run, { resume: checkpoint })
}

/** Continues a run that was cut off, or starts it where not even its first checkpoint was whole. */
async function mend(files: Files): Promise<number[][]> {
  const empty = await resume(files).catch((error: Error & { code?: string }) => {
    if (error.code !== 'run-empty') throw error
    return undefined
  })
  return empty ?? start(files)
}

describe('a run that is cut off', () => {
  test('at any change of its files continues to the same bits and metrics', async () => {
    const whole = failingFiles(Infinity, cut, memoryFiles())
    const expected = await start(whole)
    expect(whole.changes).toBeGreaterThan(60)
    for (let last = 0; last < whole.changes; last++) {
      const files = memoryFiles()
      await start(failingFiles(last, cut, files)).catch(() => {})
      expect(await mend(files)).toEqual(expected)
      const lines = new TextDecoder().decode(files.contents.get('run/metrics.jsonl')).trimEnd().split('\n')
      expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
      const folders = await files.list('run/checkpoints')
      expect(folders.filter((name) => name.startsWith('writing-'))).toEqual([])
      expect(folders.length).toBeLessThanOrEqual(4)
    }
  })

  test('again and again, while it continues too, ends in the same bits', async () => {
    const expected = await start(memoryFiles())
    const files = memoryFiles()
    for (let last = 0; last < 40; last++) await mend(failingFiles(last, cut, files)).catch(() => {})
    expect(await mend(files)).toEqual(expected)
  })
})
