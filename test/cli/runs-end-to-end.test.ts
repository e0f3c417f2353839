import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../src/data/index.ts'
import { interrupted, sluice, smallText } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-runs-'))
  await writeFile(join(folder, 'whale.txt'), smallText())
})
afterAll(() => rm(folder, { recursive: true }))

const small = ['--hidden', '8', '--layers', '1', '--batch', '4', '--window', '8', '--threads', '1']

/** Hashes of all numbers of a run by update and file; only the rest tells times. */
async function hashes(run: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(join(folder, run), { recursive: true, withFileTypes: true })
  const files = entries.filter(({ name }) => name.endsWith('.safetensors'))
  const hashed = files.map(async ({ parentPath, name }) => {
    const step = /step-(\d+)-/.exec(parentPath)?.[1]
    return [`${step}/${name}`, await sha256(await readFile(join(parentPath, name)))] as const
  })
  return Object.fromEntries(await Promise.all(hashed))
}

test('a run on two threads that was killed ends in the same files', async () => {
  const wasm = ['--runtime', 'wasm', '--threads', '2', '--dropout', '0.3', '--checkpoint-every', '5']
  const length = ['--steps', '90', '--validation', '0']
  const all = ['train', 'whale.txt', ...small, ...wasm, ...length, '--json', '--out']
  const whole = await sluice(folder, ...all, 'whole')
  const killed = await interrupted(folder, 'SIGKILL', '"step":12,', ...all, 'killed')
  expect([whole.code, killed.code]).toEqual([0, 'SIGKILL'])
  const before = JSON.parse(await readFile(join(folder, 'killed/run.json'), 'utf8')) as { last: string }
  expect(before.last).not.toMatch(/^step-00000(000|090)-/)
  const again = ['--runtime', 'wasm', '--threads', '2', '--json']
  expect((await sluice(folder, 'train', '--resume', 'killed', ...again)).code).toBe(0)
  const expected = await hashes('whole')
  expect(Object.keys(expected).length).toBe(3 * 2)
  expect(await hashes('killed')).toEqual(expected)
}, 60_000)

test('bf16 where there is none is float32, with a warning', async () => {
  const wasm = ['--runtime', 'wasm', '--threads', '1', '--steps', '2', '--json', '--out', 'plain']
  const trained = await sluice(folder, 'train', 'whale.txt', ...small, ...wasm, '--precision', 'bf16')
  expect(trained.code).toBe(0)
  expect(trained.stderr).toContain(
    'bf16 needs the native runtime on a processor with AVX512-BF16, and this is wasm (simd128): float32 is used.\n',
  )
  const [start] = trained.stdout.split('\n', 1)
  expect(JSON.parse(start!)).toMatchObject({ event: 'start', settings: { precision: 'float32' } })
}, 60_000)

test('a run in little memory ends in the same files, and says what it keeps', async () => {
  const shape = ['--hidden', '8', '--layers', '2', '--batch', '4', '--window', '256', '--residual', '--norm']
  const dropped = ['--variational', '0.2', '--zoneout', '0.1', '--weight-dropout', '0.2', '--runtime', 'wasm']
  const all = ['train', 'whale.txt', ...shape, ...dropped, '--steps', '3', '--validation', '0', '--out']
  const whole = await sluice(folder, ...all, 'whole-window')
  const parts = await sluice(folder, ...all, 'in-parts', '--memory', '1MB')
  expect([whole.code, parts.code, parts.stderr]).toEqual([0, 0, ''])
  expect(whole.stdout).not.toContain('memory')
  expect(parts.stdout).toMatch(
    /^memory: about 0\.\d\d MB, states kept at every \d+ of 256 steps, the rest computed again$/m,
  )
  expect(await hashes('in-parts')).toEqual(await hashes('whole-window'))
}, 60_000)

test('an interrupt while minutes are measured leaves nothing', async () => {
  const stopped = await interrupted(
    folder,
    'SIGINT',
    '"event":"start"',
    'train',
    'whale.txt',
    ...small,
    '--minutes',
    '5',
    '--json',
    '--out',
    'none',
  )
  expect(stopped.code).toBe(130)
  expect(stopped.stderr.split('\n').slice(-3)).toEqual([
    'stopping; saving first (Ctrl-C again ends at once)',
    'stopped before the first update; nothing was saved',
    '',
  ])
  expect(await readdir(folder)).not.toContain('none')
}, 60_000)

test('a cosine of another length is refused before anything is announced', async () => {
  const cosine = [...small, '--schedule', 'cosine', '--steps', '3', '--out', 'cosine', '--quiet']
  expect((await sluice(folder, 'train', 'whale.txt', ...cosine)).code).toBe(0)
  const refused = await sluice(folder, 'train', '--resume', 'cosine', '--steps', '6', '--json')
  expect(refused.code).toBe(1)
  expect(
    refused.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => Object.keys(JSON.parse(line) as object)),
  ).toEqual([['error']])
  expect(refused.stdout).toContain('length (3 updates, now 6; the cosine schedule needs the same)')
}, 60_000)

test('the text of a run is found from elsewhere, or asked for', async () => {
  await writeFile(join(folder, 'sea.txt'), smallText())
  await sluice(folder, 'train', 'sea.txt', ...small, '--steps', '2', '--quiet')
  await mkdir(join(folder, 'elsewhere'))
  const elsewhere = join(folder, 'elsewhere')
  const go = ['train', '--resume', '../runs/sea', '--quiet', '--steps']
  const found = await sluice(elsewhere, ...go, '3')
  expect([found.code, found.stderr]).toEqual([0, ''])
  await rm(join(folder, 'sea.txt'))
  await rename(join(folder, 'runs'), join(elsewhere, 'my runs'))
  const lost = await sluice(elsewhere, 'train', '--resume', 'my runs/sea', '--steps', '4')
  expect(lost.stderr).toMatch(
    /There is no file ..\/sea\.txt, the text of the run my runs\/sea; say where it is now: .*train FILE --resume 'my runs\/sea'\n$/,
  )
}, 60_000)

test('eval reads line ends as training did, and says which checkpoint it passed over', async () => {
  await writeFile(join(folder, 'dos.txt'), smallText().replaceAll('\n', '\r\n'))
  const kept = ['--keep-cr', '--steps', '3', '--validate-every', '1', '--quiet', '--out', 'dos']
  expect((await sluice(folder, 'train', 'dos.txt', ...small, ...kept)).code).toBe(0)
  const evaluate = ['eval', 'dos', 'dos.txt', '--batch', '1', '--json']
  const { length } = smallText().replaceAll('\n', '\r\n')
  const first = await sluice(folder, ...evaluate)
  expect([first.stderr, (JSON.parse(first.stdout) as { tokens: number }).tokens]).toEqual(['', length - 1])

  const { best } = JSON.parse(await readFile(join(folder, 'dos/run.json'), 'utf8')) as { best: string }
  await rm(join(folder, 'dos/checkpoints', best, 'model.safetensors'))
  const second = await sluice(folder, ...evaluate, '--quiet')
  expect(second.stderr).toBe(
    `The checkpoint ${best} is damaged: model.safetensors is missing or was changed. The one before it is used.\n`,
  )
  expect(second.code).toBe(0)
}, 60_000)
