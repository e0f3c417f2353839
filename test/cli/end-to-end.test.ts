import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readModel } from '../../src/train/read-model.ts'
import { interrupted, sluice, smallText } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
  await writeFile(join(folder, 'whale.txt'), smallText())
})
afterAll(() => rm(folder, { recursive: true }))

const small = ['--hidden', '8', '--layers', '1', '--batch', '4', '--window', '8', '--threads', '1']

test('train, sample and eval work together', async () => {
  const trained = await sluice(
    folder,
    'train',
    'whale.txt',
    ...small,
    '--steps',
    '20',
    '--lr',
    '0.05',
    '--log-every',
    '10',
  )
  expect(trained.stderr).toBe('')
  expect(trained.code).toBe(0)
  expect(trained.stdout).toContain('\nlstm(8): ')
  expect(trained.stdout).toMatch(
    /^update 10\/20 {2}epoch 0\.\d\d {2}loss \d\.\d{4} {2}\d+ characters\/s {2}\d:\d\d left$/m,
  )
  expect(trained.stdout).toMatch(/\nnext: .*sample runs\/whale\n$/)
  const lines = (await readFile(join(folder, 'runs/whale/metrics.jsonl'), 'utf8')).trimEnd().split('\n')
  expect(lines.length).toBe(20)

  const greedy = ['--prime', 'The', '--temperature', '0', '--length', '30']
  const [first, again] = await Promise.all([
    sluice(folder, 'sample', ...greedy),
    sluice(folder, 'sample', 'runs/whale', ...greedy),
  ])
  expect(first.stdout).toMatch(/^The[\s\S]{30}\n$/)
  expect(first.stdout).toBe(again.stdout)
  expect(first.stderr).toBe('model: runs/whale\n')
  expect(again.stderr).toBe('')

  const evaluated = await sluice(folder, 'eval', 'runs/whale', 'whale.txt', '--json')
  const measured = JSON.parse(evaluated.stdout) as Record<string, number>
  expect(Object.keys(measured)).toEqual(['loss', 'bits', 'perplexity', 'tokens'])
  expect(measured['tokens']).toBe(3100) // 50 rows of 62 characters
  expect(measured['loss']).toBeLessThan(3.2)
  expect(measured['bits']).toBeCloseTo(measured['loss']! / Math.LN2, 12)
})

test('an interrupted run says how to go on, and goes on to the same bits', async () => {
  const length = ['--steps', '60', '--checkpoint-every', '7']
  const json = [...small, ...length, '--json', '--dropout', '0.2']
  const whole = sluice(folder, 'train', 'whale.txt', ...json, '--out', 'whole')
  const stopped = await interrupted(
    folder,
    'SIGINT',
    '"step":5,',
    'train',
    'whale.txt',
    ...json,
    '--out',
    'part',
  )
  expect(stopped.code).toBe(130)
  expect(stopped.stderr).toMatch(/stopped after update \d+, all saved; go on with: .*train --resume part\n$/)
  const end = JSON.parse(stopped.stdout.trimEnd().split('\n').at(-1)!) as Record<string, unknown>
  expect(end).toMatchObject({ event: 'end', run: 'part', interrupted: true, total: 60 })
  const killed = await interrupted(folder, 'SIGKILL', '"step":30,', 'train', '--resume', 'part', '--json')
  expect(killed.code).toBe('SIGKILL')
  const resumed = await sluice(folder, 'train', 'whale.txt', '--resume', 'part', '--hidden', '8', '--json')
  expect([resumed.code, (await whole).code]).toEqual([0, 0])
  expect(await readModel(join(folder, 'part'), 'last')).toEqual(
    await readModel(join(folder, 'whole'), 'last'),
  )
  const events = resumed.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; step: number })
  expect(events[0]).toMatchObject({
    event: 'start',
    run: 'part',
    weights: expect.any(Number),
    runtime: expect.any(String),
  })
  expect(events.slice(-3).map(({ event, step }) => [event, step])).toEqual([
    ['step', 60],
    ['validation', 60],
    ['end', 60],
  ])
}, 60_000)

test('a cell of the library goes through a file of equations', async () => {
  const printed = await sluice(folder, 'cells', 'gru')
  await writeFile(join(folder, 'mine.cell'), printed.stdout)
  const checked = await sluice(folder, 'check', 'mine.cell', '--json')
  expect(JSON.parse(checked.stdout)).toMatchObject({
    name: 'mine',
    weights: 28 * 2 + 8 + 12 + 4 + 16 + 4,
    gradient: { ok: true },
  })
  const trained = await sluice(
    folder,
    'train',
    'whale.txt',
    ...small,
    '--cell',
    'mine.cell',
    '--steps',
    '2',
    '--sample-every',
    '2',
  )
  expect(trained.stdout).toMatch(/ {2}after 2 updates, loss \d\.\d\d\n {2}│ /)
})

test('with --json an error is an object too', async () => {
  const { code, stdout } = await sluice(folder, 'eval', 'nothing', 'whale.txt', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'run-empty', message: 'nothing is no run directory and no model file; check the path.' },
  })
})

test('help lists what there is', async () => {
  const { code, stdout } = await sluice(folder, '--help')
  expect(code).toBe(0)
  for (const name of ['train', 'sample', 'eval', 'cells', 'check', 'doctor', 'inspect'])
    expect(stdout).toContain(`\n  ${name} `)
})

test('doctor says what runs', async () => {
  const { code, stdout } = await sluice(folder, 'doctor', '--json')
  expect(code).toBe(0)
  const found = JSON.parse(stdout) as {
    auto: string
    runtimes: { name: string; works: boolean; exact?: boolean }[]
  }
  expect(found.runtimes.map(({ name }) => name)).toEqual(['native', 'wasm', 'reference'])
  for (const { works, exact } of found.runtimes) expect(exact).toBe(works ? true : undefined)
})

test('a new run starts from the weights of another, in part, and says what it cannot do', async () => {
  const words = ['train', 'whale.txt', '--batch', '4', '--window', '8', '--threads', '1']
  const base = await sluice(
    folder,
    ...words,
    '--hidden',
    '8',
    '--layers',
    '1',
    '--steps',
    '5',
    '--out',
    'base',
  )
  expect(base.code).toBe(0)
  const tuning = [
    '--init-from',
    'base',
    '--freeze',
    'layers.0.*',
    '--lr-of',
    'head.b=0.1',
    '--average',
    'swa:0.5',
  ]
  const tuned = await sluice(
    folder,
    ...words,
    ...tuning,
    '--accumulate',
    '2',
    '--steps',
    '6',
    '--out',
    'tuned',
  )
  expect(tuned.stderr).toBe('')
  expect(tuned.stdout).toContain(
    ', 2 windows an update, swa of the weights, own rates for head.b, frozen layers.0.*; 6 updates\n',
  )
  const [before, after] = await Promise.all([
    readModel(join(folder, 'base'), 'best'),
    readModel(join(folder, 'tuned'), 'last'),
  ])
  expect(after.parameters.get('layers.0.Wf')).toEqual(before.parameters.get('layers.0.Wf'))
  expect(after.parameters.get('head.W')).not.toEqual(before.parameters.get('head.W'))
  const other = await sluice(folder, ...words, '--init-from', 'base', '--hidden', '9', '--out', 'other')
  expect([other.code, other.stderr]).toEqual([
    2,
    'sluice: --init-from base is another model; what differs: hidden (8, now 9). Leave that out, or train a new model.\n',
  ])
  await writeFile(join(folder, 'umlaut.txt'), `${smallText()} ü`)
  const strange = await sluice(folder, 'train', 'umlaut.txt', '--init-from', 'base', '--out', 'other')
  expect(strange.stderr).toContain('ü')
  expect(strange.code).toBe(1)
})
