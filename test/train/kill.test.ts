import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Stream } from '../../src/core/random.ts'
import { readModel } from '../../src/train/read-model.ts'

const child = fileURLToPath(new URL('fixtures/child.ts', import.meta.url))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-kill-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Trains in a process of its own, killed `delay` milliseconds after so many updates; gives how it ended. */
function trainIn(path: string, updates = Infinity, delay = 0): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const training = spawn(process.execPath, ['--import', 'tsx', child, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let seen = 0
    training.stdout.on('data', (lines: Buffer) => {
      const before = seen
      seen += lines.toString().split('\n').length - 1
      if (before < updates && seen >= updates) setTimeout(() => training.kill('SIGKILL'), delay)
    })
    training.on('error', reject)
    training.on('close', (code, signal) => resolve(signal ?? code))
  })
}

test(
  'a training killed again and again ends in the same bits and metrics',
  { timeout: 120_000 },
  async () => {
    const random = new Stream(1)
    const path = join(folder, 'killed')
    const ends: (number | NodeJS.Signals | null)[] = []
    const whole = trainIn(join(folder, 'whole'))
    while (ends.at(-1) !== 0 && ends.length < 60) {
      ends.push(await trainIn(path, 1 + random.below(6), random.below(9)))
    }
    expect(await whole).toBe(0)
    expect(ends.at(-1)).toBe(0)
    expect(ends.filter((end) => end === 'SIGKILL').length).toBeGreaterThan(4)
    expect(await readModel(path, 'last')).toEqual(await readModel(join(folder, 'whole'), 'last'))
    expect(await readModel(path, 'best')).toEqual(await readModel(join(folder, 'whole'), 'best'))
    const lines = (await readFile(join(path, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).step)).toEqual(
      Array.from({ length: 40 }, (_zero, i) => i + 1),
    )
  },
)
