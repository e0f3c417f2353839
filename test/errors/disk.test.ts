import type * as Promises from 'node:fs/promises'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { smallText } from '../cli/fixtures.ts'
import { contents, line, tiny, told } from './fixtures.ts'

/** The refusal of the operating system, and the paths that it is for. */
const disk = vi.hoisted(() => ({ code: '', refuses: (_path: string): boolean => false }))

// Whoever runs the tests may be allowed to write everything, so the refusals of the file system are given here.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof Promises>()
  const refusing =
    <Rest extends unknown[], Result>(work: (path: string, ...rest: Rest) => Promise<Result>) =>
    async (path: string, ...rest: Rest): Promise<Result> => {
      if (!disk.refuses(path)) return work(path, ...rest)
      throw Object.assign(new Error(`${disk.code}: refused`), { code: disk.code })
    }
  return {
    ...real,
    open: refusing(real.open as (path: string, ...rest: unknown[]) => Promise<unknown>),
    mkdir: refusing(real.mkdir as (path: string, ...rest: unknown[]) => Promise<unknown>),
    readFile: refusing(real.readFile as (path: string, ...rest: unknown[]) => Promise<unknown>),
  }
})

let folder = ''
beforeEach(async () => {
  disk.refuses = () => false
  folder = await mkdtemp(join(tmpdir(), 'sluice-disk-'))
  await writeFile(join(folder, 'whale.txt'), smallText())
})
afterEach(() => rm(folder, { recursive: true }))

const train = (...more: readonly string[]) =>
  told(folder, 'train', './whale.txt', ...tiny, '--out', './run', ...more)

function refuse(code: string, part: string): void {
  disk.code = code
  disk.refuses = (path) => path.includes(part)
}

test('a text that may not be read', async () => {
  refuse('EACCES', 'whale.txt')
  expect(await train()).toEqual(line(1, './whale.txt may not be read; check its permissions.'))
  expect(await readdir(folder)).toEqual(['whale.txt'])
})

test('a cell that may not be read', async () => {
  refuse('EACCES', 'mine.cell')
  expect(await told(folder, 'check', './mine.cell')).toEqual(
    line(1, './mine.cell may not be read; check its permissions.'),
  )
})

test('a model that may not be read', async () => {
  expect(await train()).toEqual({ code: 0, text: '' })
  const before = await contents(folder)
  refuse('EACCES', 'model.safetensors')
  const sample = ['sample', './run', '--runtime', 'reference']
  expect(await told(folder, ...sample)).toEqual(line(1, './run may not be read; check its permissions.'))
  refuse('EIO', 'model.safetensors')
  expect(await told(folder, ...sample)).toEqual(line(1, './run could not be read: EIO: refused.'))
  disk.refuses = () => false
  expect(await contents(folder)).toEqual(before)
})

test.each([
  ['ENOSPC', 'the disk is full. Free some space'],
  ['EROFS', 'the disk is read-only. Make it writable'],
  ['EACCES', 'this is not permitted. Check the permissions'],
])('%s at the start leaves nothing', async (code, message) => {
  refuse(code, `${folder}/run`)
  expect(await train()).toEqual(line(1, `Nothing can be saved in ./run: ${message}.`))
  expect(await readdir(folder)).toEqual(['whale.txt'])
})

test.each([
  ['ENOSPC', 'the disk is full. Free some space'],
  ['EDQUOT', 'the disk is full. Free some space'],
  ['EROFS', 'the disk is read-only. Make it writable'],
  ['EPERM', 'this is not permitted. Check the permissions'],
  ['EIO', 'EIO: refused. Check the disk'],
])('%s while saving ends the run, which goes on to the same bits', async (code, message) => {
  expect(await train('--out', './whole')).toEqual({ code: 0, text: '' })
  refuse(code, 'step-00000003')
  const { code: exitCode, text } = await train()
  const [kept, ...others] = await readdir(join(folder, 'run/checkpoints'))
  expect(others).toEqual([])
  expect({ code: exitCode, text }).toEqual(
    line(
      1,
      `Nothing of update 3 can be saved in ./run: ${message}, then resume: the checkpoint ${kept} is safe.`,
    ),
  )
  disk.refuses = () => false
  expect(await told(folder, 'train', '--resume', './run', '--quiet', '--runtime', 'reference')).toEqual({
    code: 0,
    text: '',
  })
  expect(await modelOf('run')).toEqual(await modelOf('whole'))
})

test.each([
  ['./whale.txt', 'there is a file in its place'],
  ['./whale.txt/run', 'a part of the path is a file'],
])('a run in %s has no place', async (out, message) => {
  expect(await train('--out', out)).toEqual(
    line(1, `Nothing can be saved in ${out}: ${message}. Take another directory.`),
  )
  expect(await readdir(folder)).toEqual(['whale.txt'])
})

/** The last model of a run. */
async function modelOf(run: string): Promise<string | undefined> {
  const files = await contents(join(folder, run))
  return [...files].findLast(([path]) => path.endsWith('model.safetensors'))?.[1]
}
