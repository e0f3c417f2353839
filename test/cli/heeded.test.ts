import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { write as writeTokens } from '../../src/generate/index.ts'
import { readSequenceModel } from '../../src/index.ts'
import { intervene } from '../../src/inspect/all.ts'
import { reference } from '../../src/runtime/index.ts'
import { said } from '../errors/fixtures.ts'

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_unused, i) => `${line(i)}\n`).join('')

const dayOf = (i: number): string => new Date(86_400_000 * i).toISOString().slice(0, 10)

const small = '--hidden 4 --layers 1 --runtime reference --batch 8 --steps 4 --quiet'.split(' ')

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-heeded-'))
  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  await write('mail.csv', `label,text\n${lines(30, (i) => (i % 2 ? `ham,see ${i}` : `spam,win ${i}`))}`)
  await write('names.csv', `kind,name\n${lines(20, (i) => (i % 2 ? 'a,lana' : 'b,kro'))}`)
  await write('days.csv', `n,v\n${lines(40, (i) => `${dayOf(i)},${i === 4 ? '' : i < 36 ? 2 : 50}`)}`)
  await write(
    'text.txt',
    lines(20, (i) => `The whale ${i % 7} swam.`),
  )
  const filling =
    '--target v --horizon 2 --context 4 --missing mean --scaling none --calendar none --season 2'.split(' ')
  const train = (name: string, file: string, ...more: readonly string[]) =>
    said(folder, 'train', `./${file}`, ...small, '--out', `./${name}`, ...more)
  await train('mail', 'mail.csv')
  await train('names', 'names.csv', '--task', 'caption', '--target', 'name')
  await train('days', 'days.csv', '--task', 'forecast', '--time', 'n', ...filling)
  await train('text', 'text.txt', '--window', '8')
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

const wrong = async (...args: readonly string[]): Promise<readonly unknown[]> => {
  const { code, text } = await said(folder, ...args, '--runtime', 'reference')
  return [code, text]
}

const refused = (option: string, tasks: string, task: string): readonly unknown[] => [
  2,
  `sluice: ${option} is for the task ${tasks}, not for ${task}: leave it out.\n`,
]

test('options that a task does not heed are refused', async () => {
  const writing = 'caption and translate'
  expect(await wrong('eval', './mail', './mail.csv', '--beam', '3')).toEqual(
    refused('--beam', writing, 'classify'),
  )
  expect(await wrong('eval', './mail', './mail.csv', '--window', '3')).toEqual(
    refused('--window', 'lm', 'classify'),
  )
  expect(await wrong('eval', './text', './text.txt', '--beam', '3')).toEqual(refused('--beam', writing, 'lm'))
  for (const option of ['--length', '--temperature', '--seed', '--beam'])
    expect(await wrong('predict', './days', './days.csv', option, '2')).toEqual(
      refused(option, writing, 'forecast'),
    )
  expect(await wrong('predict', './mail', '--text', 'win', '--length', '2')).toEqual(
    refused('--length', writing, 'classify'),
  )
  expect(await wrong('sample', './names', '--prime', 'x')).toEqual(refused('--prime', 'lm', 'caption'))
  expect(await wrong('sample', './text', '--count', '2')).toEqual(refused('--count', 'caption', 'lm'))
  expect(await wrong('sample', './names', '--ablate', '0.h', '--compare')).toEqual(
    refused('--compare', 'lm', 'caption'),
  )
  expect(await wrong('sample', './mail', '--ablate', '0.h')).toEqual([
    2,
    expect.stringContaining('this model answers what it reads: use predict.'),
  ])
  expect(await wrong('inspect', './mail', '--text', 'win', '--keep-cr')).toEqual(
    refused('--keep-cr', 'lm', 'classify'),
  )
  const onTables = 'classify, tag, forecast, caption and translate'
  for (const command of ['inspect ./text --file', 'eval ./text'])
    expect(await wrong(...command.split(' '), './text.txt', '--format', 'csv')).toEqual(
      refused('--format', onTables, 'lm'),
    )
  expect(await wrong('eval', './text', './text.txt', '--targets', 'x')).toEqual(
    refused('--targets', onTables, 'lm'),
  )
})

test('texts of a class are written with interventions, too', async () => {
  const texts = async (...args: readonly string[]): Promise<string> => {
    const asked = ['sample', './names', '--class', 'a', '--length', '12', '--runtime', 'reference', '--json']
    const { code, said: written } = await said(folder, ...asked, ...args)
    expect(code).toBe(0)
    return (JSON.parse(written) as { text: string }).text
  }
  const net = await readSequenceModel(join(folder, 'names'))
  const held = intervene(net, [{ layer: 0, name: 'h', clamp: 3 }])
  const [mute] = await writeTokens(held, [0], { runtime: reference, length: 12, seed: 1 })
  const names = (net.config.output as { readonly names: readonly string[] }).names
  expect(await texts('--clamp', '0.h=3')).toBe(mute!.tokens.map((token) => names[token]).join(''))
  expect(await texts('--clamp', '0.h=3')).not.toBe(await texts())
})

test('a run of branches that read both ways goes on as it was', async () => {
  const train = (...args: readonly string[]) =>
    said(folder, 'train', './mail-2.csv', '--task', 'classify', ...small, ...args)
  await writeFile(
    join(folder, 'mail-2.csv'),
    `label,text\n${lines(30, (i) => (i % 2 ? `ham,see ${i}` : `spam,win ${i}`))}`,
  )
  const both = ['--branches', 'lstm:3,gru:2', '--bidirectional']
  expect((await train('--out', './forked', ...both)).text).toBe('')
  const more = await train('--resume', './forked', ...both, '--steps', '5')
  expect([more.code, more.text]).toEqual([0, ''])
})

test('what was held out of a table that has changed is said to be chosen anew', async () => {
  const held = ['eval', './mail', './mail.csv', '--held-out', '--json', '--runtime', 'reference']
  expect((await said(folder, ...held)).text).toBe('')
  await appendFile(join(folder, 'mail.csv'), 'ham,see you\n')
  const { code, text } = await said(folder, ...held)
  expect([code, text]).toEqual([
    0,
    './mail.csv is not what the model was trained on: what is held out is chosen anew, and the model may have learned from some of it\n',
  ])
  expect((await said(folder, ...held.filter((arg) => arg !== '--held-out'))).text).toBe('')
})

test('a mean that is filled in is that of training', async () => {
  const { codec } = await readSequenceModel(join(folder, 'days'))
  expect(codec['means']).toEqual({ all: { v: 2 }, series: { '': { v: 2 } } })
  const answers = async (rows: readonly (number | '')[]): Promise<string> => {
    await writeFile(
      join(folder, 'later.csv'),
      `n,v\n${lines(rows.length, (i) => `${dayOf(100 + i)},${rows[i]!}`)}`,
    )
    const { said: answered } = await said(
      folder,
      'predict',
      './days',
      './later.csv',
      '--json',
      '--runtime',
      'reference',
    )
    return answered
  }
  expect(await answers([3, 3, 3, '', 3])).toBe(await answers([3, 3, 3, 2, 3]))
  expect(await answers([3, 3, 3, '', 3])).not.toBe(await answers([3, 3, 3, 3, 3]))
})
