import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { said } from '../errors/fixtures.ts'
import { interrupted, sluice } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-tasks-'))
  const lines = (count: number, line: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('')
  const files: Readonly<Record<string, string>> = {
    'mail.csv': `label,text\n${lines(40, (i) => (i % 2 === 0 ? `ham,see you at ${i % 5}` : `spam,win cash ${i % 5}`))}`,
    'words.conll': lines(
      30,
      (i) => `${i % 2 === 0 ? 'the' : 'a'}\tDET\n${i % 3 === 0 ? 'cat' : 'dog'}\tNOUN\n`,
    ),
    'days.csv': `day,v\n${lines(60, (i) => `${new Date(86_400_000 * i).toISOString().slice(0, 10)},${i % 7}`)}`,
    'names.csv': `kind,name\n${lines(30, (i) => (i % 2 === 0 ? 'a,lana' : 'b,kro'))}`,
    'sources.txt': lines(30, (i) => `${i % 2 === 0 ? 'one' : 'two'}${i % 3 === 0 ? ' more' : ''}`),
    'targets.txt': lines(30, (i) => `${i % 2 === 0 ? 'e' : 'z'}${i % 3 === 0 ? 'm' : ''}`),
    'text.txt': lines(30, (i) => `The whale ${i % 7} swam, and Ahab slept.`),
  }
  for (const [name, data] of Object.entries(files)) await writeFile(join(folder, name), data)
})
afterAll(() => rm(folder, { recursive: true }))

const small = '--hidden 6 --layers 1 --runtime reference'.split(' ')
const quick = [...small, ...'--batch 8 --lr 0.05 --epochs 6'.split(' ')]

const jsonOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

async function answered(...args: readonly string[]): Promise<string> {
  const { code, said: text, text: told } = await said(folder, ...args)
  expect({ code, told }).toEqual({ code: 0, told: '' })
  return text
}

test('classes: trained, answered and measured', async () => {
  const told = await answered('train', './mail.csv', ...quick, '--out', './mail', '--tokens', 'words')
  expect(told.split('\n').slice(0, 6)).toEqual([
    './mail.csv: 40 items, task classify',
    'reads a text, 14 tokens (text)',
    'answers a class (label): ham 20, spam 20',
    'trained on 36 sequences, validated on 4 (at random, the same share of each class)',
    'to beat: always ham, accuracy 0.5',
    'lstm(6): 518 weights',
  ])
  expect(told).toMatch(/next: .*eval \.\/mail '?\.\/mail\.csv'? --held-out\n$/)
  const [figures] = jsonOf(
    await answered('eval', './mail', './mail.csv', '--held-out', '--json', '--runtime', 'reference'),
  )
  expect(figures).toMatchObject({
    count: 4,
    accuracy: 1,
    macroF1: 1,
    classes: ['ham', 'spam'],
    confusion: [
      [2, 0],
      [0, 2],
    ],
  })
  const shown = await answered('eval', './mail', './mail.csv', '--runtime', 'reference')
  expect(shown).toContain('accuracy 100.0 % of 40 items\nmacro-F1 1.0000\n')
  expect(shown).toContain('is, taken for  ham  spam\nham            20   0\nspam           0    20\n')
  const args = ['--text', 'win', '--text', 'see you', '--runtime', 'reference']
  expect(await answered('predict', './mail', ...args)).toMatch(
    /^spam {2}0\.\d{3} {2}win\nham {3}0\.\d{3} {2}see you\n$/,
  )
  const [first] = jsonOf(await answered('predict', './mail', ...args, '--json'))
  expect(first).toMatchObject({ row: 1, label: 'spam' })
  expect(Object.keys(first!['probabilities'] as object)).toEqual(['ham', 'spam'])
  await answered(
    'predict',
    './mail',
    './mail.csv',
    '--out',
    join(folder, 'out.csv'),
    '--quiet',
    '--runtime',
    'reference',
  )
  const rows = (await readFile(join(folder, 'out.csv'), 'utf8')).trimEnd().split('\n')
  expect(rows.length).toBe(41)
  expect([rows[0], rows[1]!.slice(0, 6)]).toEqual(['row,label,probability', '1,ham,'])
})

test('a tag for each word', async () => {
  const told = await answered(
    'train',
    './words.conll',
    ...quick,
    '--out',
    './words',
    '--bidirectional',
    '--json',
    '--quiet',
  )
  expect(jsonOf(told)[0]).toMatchObject({
    event: 'start',
    task: 'tag',
    rows: 30,
    classes: [
      { name: 'DET', count: 30 },
      { name: 'NOUN', count: 30 },
    ],
  })
  const text = await answered('predict', './words', '--text', 'the cat', '--runtime', 'reference')
  expect(text).toBe('the/DET cat/NOUN\n')
  const [figures] = jsonOf(
    await answered('eval', './words', './words.conll', '--json', '--runtime', 'reference'),
  )
  expect(figures).toMatchObject({ count: 60, accuracy: 1 })
})

test('a forecast with intervals', async () => {
  const args = ['--context', '7', '--horizon', '3', ...small, '--batch', '8', '--steps', '4']
  const told = await answered('train', './days.csv', ...args, '--out', './days')
  expect(told.split('\n').slice(0, 4)).toEqual([
    './days.csv: 60 rows, task forecast',
    'reads 7 steps of v and the calendar (weekday, yearday) (day, v)',
    'answers the next 3 steps, quantiles 0.1, 0.5, 0.9; a season has 7 (v)',
    'trained on 45 windows, validated on 4 (the end of each series)',
  ])
  const steps = jsonOf(await answered('predict', './days', './days.csv', '--json', '--runtime', 'reference'))
  expect(steps.map(({ step, time }) => [step, time])).toEqual([
    [1, '1970-03-02'],
    [2, '1970-03-03'],
    [3, '1970-03-04'],
  ])
  expect(steps[0]!['q0.5']).toBe(steps[0]!['value'])
})

test('texts of a class', async () => {
  await answered(
    'train',
    './names.csv',
    '--task',
    'caption',
    '--target',
    'name',
    ...quick,
    '--out',
    './names',
    '--quiet',
  )
  const args = ['--temperature', '0', '--length', '6', '--runtime', 'reference']
  const all = jsonOf(await answered('sample', './names', ...args, '--json'))
  expect(all.map((each) => each['class'])).toEqual(['a', 'b'])
  const [a, b] = all.map(({ text }) => String(text))
  expect([a!.slice(0, 1), b!.slice(0, 1)]).toEqual(['l', 'k'])
  const two = await answered('sample', './names', '--class', 'b', '--count', '2', ...args)
  expect(two).toBe(`b  ${b}\nb  ${b}\n`)
  const [figures] = jsonOf(
    await answered('eval', './names', './names.csv', '--json', '--runtime', 'reference'),
  )
  expect(Object.keys(figures!)).toEqual(['count', 'loss', 'exactMatch', 'editDistance', 'bleu'])
})

test('lines become lines', async () => {
  const files = ['./sources.txt', '--task', 'translate', '--targets', join(folder, 'targets.txt')]
  const told = await answered(
    'train',
    ...files,
    ...quick,
    '--epochs',
    '20',
    '--out',
    './lines',
    '--quiet',
    '--json',
  )
  expect(jsonOf(told)[0]).toMatchObject({ task: 'translate', rows: 30, training: 27, target: 'target' })
  const args = ['--text', 'two more', '--text', 'one', '--runtime', 'reference']
  expect(await answered('predict', './lines', ...args, '--beam', '2')).toBe('two more  zm\none       e\n')
  const held = await answered(
    'eval',
    './lines',
    './sources.txt',
    '--held-out',
    '--json',
    '--runtime',
    'reference',
  )
  expect(jsonOf(held)[0]).toMatchObject({ count: 3, exactMatch: 1, editDistance: 0 })
})

test('words of a text are tokens', async () => {
  const args = [
    ...small,
    '--batch',
    '2',
    '--window',
    '4',
    '--steps',
    '3',
    '--tokens',
    'words',
    '--vocabulary',
    '12',
  ]
  const told = await answered('train', './text.txt', ...args, '--out', './text')
  expect(told).toMatch(/^\.\/text\.txt: \d+ tokens, 12 symbols\n/)
  expect(told).toMatch(/nats a token/)
})

test('a run on a table goes on to the same bits, and is held to what it was', async () => {
  const length = ['--steps', '60', '--checkpoint-every', '7']
  const args = ['mail.csv', ...small, '--batch', '8', '--dropout', '0.2', '--json', ...length]
  const whole = sluice(folder, 'train', ...args, '--out', 'whole')
  const killed = await interrupted(folder, 'SIGKILL', '"step":20,', 'train', ...args, '--out', 'part')
  expect(killed.code).toBe('SIGKILL')
  const resumed = await sluice(folder, 'train', '--resume', 'part', '--json', '--runtime', 'reference')
  expect([resumed.code, (await whole).code]).toEqual([0, 0])
  const bytes = async (run: string): Promise<Buffer> => {
    const { last } = JSON.parse(await readFile(join(folder, run, 'run.json'), 'utf8')) as {
      readonly last: string
    }
    return readFile(join(folder, run, 'checkpoints', last, 'model.safetensors'))
  }
  expect((await bytes('part')).equals(await bytes('whole'))).toBe(true)
  const other = await sluice(folder, 'train', '--resume', 'part', '--hidden', '7', '--target', 'text')
  expect(other.stderr).toContain('what differs: hidden (6, now 7); target (label, now text)')
})
