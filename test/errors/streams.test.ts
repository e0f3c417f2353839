import { spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ended, smallText } from '../cli/fixtures.ts'
import { commandLine } from '../compiled.ts'
import { line, tiny, told } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-streams-'))
  await writeFile(join(folder, 'whale.txt'), smallText())
  await told(folder, 'train', './whale.txt', ...tiny, '--out', './run')
})
afterAll(() => rm(folder, { recursive: true }))

const start = (stdout: 'pipe' | number, ...args: readonly string[]) =>
  spawn(process.execPath, [commandLine, ...args], {
    cwd: folder,
    stdio: ['ignore', stdout, 'pipe'],
  })

type Child = ReturnType<typeof start>

/** How a process ends. */
function end(child: Child): Promise<Ended> {
  let stderr = ''
  child.stderr?.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code: signal ?? code, stdout: '', stderr }))
  })
}

/** Waits for a text on standard output; gives what came until then. */
function until(child: Child, text: string): Promise<string> {
  let seen = ''
  return new Promise((resolve) => {
    child.stdout?.on('data', (bytes: Buffer) => {
      seen += bytes.toString()
      if (seen.includes(text)) resolve(seen)
    })
  })
}

const slow = ['--hidden', '4', '--layers', '1', '--batch', '2', '--window', '4', '--runtime', 'reference']

test('a reader that has enough ends a sample without a word', async () => {
  const child = start('pipe', 'sample', 'run', '--length', '1000000', '--runtime', 'reference')
  const ended = end(child)
  child.stdout?.once('data', () => child.stdout?.destroy())
  expect(await ended).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('a reader that has enough ends a training, which is saved', async () => {
  const child = start(
    'pipe',
    'train',
    'whale.txt',
    ...slow,
    '--steps',
    '100000',
    '--out',
    'enough',
    '--log-every',
    '1',
  )
  const ended = end(child)
  await until(child, 'update 3/')
  child.stdout?.destroy()
  expect(await ended).toEqual({ code: 0, stdout: '', stderr: '' })
  expect((await readdir(join(folder, 'enough/checkpoints'))).toSorted().at(-1)).not.toMatch(/^step-00000000/)
  expect(await readdir(join(folder, 'enough'))).not.toContain('lock')
})

test.skipIf(!existsSync('/dev/full'))('a full disk behind standard output is told once', async () => {
  const child = start(
    openSync('/dev/full', 'w'),
    'train',
    'whale.txt',
    ...slow,
    '--steps',
    '500',
    '--out',
    'full',
  )
  const { code, stderr } = await end(child)
  expect(code).toBe(1)
  expect(stderr).toBe(
    'sluice: Standard output could not be written: ENOSPC: no space left on device, write. Check where it goes.\n',
  )
  expect(await readdir(join(folder, 'full'))).not.toContain('lock')
})

test('a second training in the directory of another is refused, and the first goes on', async () => {
  const args = ['--steps', '100000', '--out', 'both', '--json']
  const first = start('pipe', 'train', 'whale.txt', ...slow, ...args)
  const ended = end(first)
  await until(first, '"step":2,')
  const who = `process ${first.pid} on ${hostname()}`
  const message = `./both is in use by ${who}. Wait for it, take another directory, or, if it is gone, delete ./both/lock.`
  expect(await told(folder, 'train', './whale.txt', ...tiny, '--out', './both')).toEqual(line(1, message))
  expect(await told(folder, 'train', '--resume', './both', '--quiet')).toEqual(line(1, message))
  first.kill('SIGINT')
  expect((await ended).code).toBe(130)
  expect(await readdir(join(folder, 'both'))).not.toContain('lock')
})
