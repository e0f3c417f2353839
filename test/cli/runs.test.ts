import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { latestRun, newRun } from '../../src/cli/runs.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-runs-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function makeRun(name: string, seconds: number): Promise<void> {
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'run.json'), '{}')
  await utimes(join(folder, name, 'run.json'), seconds, seconds)
}

test('a new run is named after its text, and never takes what is there', async () => {
  expect(await newRun('books/anna karenina.txt', folder)).toBe(join(folder, 'anna karenina'))
  expect(await newRun('books/shakespeare/input.txt', folder)).toBe(join(folder, 'shakespeare'))
  await makeRun('anna', 1000)
  await writeFile(join(folder, 'anna-2'), 'a file')
  await mkdir(join(folder, 'anna-3')) // an empty folder may be used
  expect(await newRun('anna.txt', folder)).toBe(join(folder, 'anna-3'))
})

test('the latest run is the one saved last', async () => {
  await makeRun('emma', 3000)
  await makeRun('moby', 2000)
  expect(await latestRun(folder)).toBe(join(folder, 'emma'))
  await expect(latestRun(join(folder, 'nothing'))).rejects.toThrow('train one (sluice train FILE)')
})
