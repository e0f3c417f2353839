import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSequenceModel } from '../../src/index.ts'
import { intervene, saliency, trace, tracedUnit, tracedValue } from '../../src/inspect/all.ts'
import { type TaskSequence, sequencesOf, taskCodec, taskSymbols } from '../../src/task/index.ts'
import { readTable } from '../../src/data/files/table.ts'
import { predict } from '../../src/train/index.ts'
import { wasm } from '../inspect/fixtures.ts'
import { sluice } from './fixtures.ts'

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_unused, i) => `${line(i)}\n`).join('')

interface Record {
  readonly steps: number
  readonly sequences: number
  readonly unit: { readonly layer: string; readonly name: string; readonly values: readonly number[] }
  readonly change: { readonly before: number; readonly after: number }
  readonly losses: { readonly loss: number; readonly changes: readonly { readonly change: number }[] }
  readonly saliency: {
    readonly symbol: string
    readonly value: number
    readonly symbols: readonly string[]
    readonly products: readonly number[]
  }
  readonly memory: {
    readonly states: readonly { readonly layer: string; readonly norms: readonly number[] }[]
  }
}

describe('sluice inspect of a task', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-inspect-task-'))
    const write = (name: string, text: string) => writeFile(join(folder, name), text)
    await write(
      'mail.csv',
      `label,text\n${lines(40, (i) => (i % 2 ? `ham,see you ${i}` : `spam,win ${i} now`))}`,
    )
    await write('days.csv', `n,births\n${lines(60, (i) => `${i},${100 * (i % 7) + i}`)}`)
    await write(
      'dates.txt',
      lines(30, (i) => `${1 + (i % 28)} May\t05-${String(1 + (i % 28)).padStart(2, '0')}`),
    )
    const small = '--hidden 5 --batch 8 --steps 12 --threads 1 --quiet'.split(' ')
    const train = (file: string, task: string, ...more: readonly string[]) =>
      sluice(folder, 'train', file, '--task', task, '--out', task, ...small, ...more)
    await Promise.all([
      train('mail.csv', 'classify', '--bidirectional'),
      train('days.csv', 'forecast', '--target', 'births', '--season', '7'),
      train('dates.txt', 'translate'),
    ])
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true }))

  const inspect = (...args: readonly string[]) => sluice(folder, 'inspect', ...args, '--threads', '1')
  const numbers = async (...args: readonly string[]): Promise<Record> => {
    const { stdout, stderr, code } = await inspect(...args, '--json', '--quiet')
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout) as Record
  }
  const netOf = (name: string) => readSequenceModel(join(folder, name))

  test('shows the units of a classifier on a text, and why it says what it says', async () => {
    const asked = [
      '--unit',
      'layers.0.reverse.f.2',
      '--saliency',
      'last',
      '--symbol',
      'ham',
      '--ablate',
      '0.h.1',
    ]
    const seen = await numbers(
      'classify',
      '--text',
      'win 9 now',
      ...asked,
      '--memory',
      '--unit-losses',
      '0.h',
    )
    const net = await netOf('classify')
    const runtime = await wasm
    expect(net.config.output).toMatchObject({ names: ['ham', 'spam'] })
    const codec = taskCodec(net)
    const [first] = await readAll('mail.csv', 'classify')
    expect(first!.target).toBeDefined()
    const tokens = [...'win 9 now'].map((letter) => {
      const symbol = taskSymbols(codec, 'read')
      return Array.from({ length: 99 }, (_unused, token) => token).find((token) => symbol(token) === letter)!
    })
    const changed = intervene(net, [{ layer: 0, name: 'h', units: [1], clamp: 0 }])
    const f = tracedUnit(tracedValue(await trace(changed, tokens, { runtime }), 'layers.0.reverse', 'f'), 2)
    expect([seen.steps, seen.sequences, seen.unit.layer]).toEqual([9, 1, 'layers.0.reverse'])
    seen.unit.values.forEach((value, step) => expect(value).toBeCloseTo(f[step]!, 5))
    const why = await saliency(changed, tokens, { runtime, target: 0 })
    expect(seen.saliency.value).toBeCloseTo(why.value, 5)
    expect(seen.saliency.symbols.join('')).toBe('win 9 now')
    seen.saliency.products.forEach((product, step) => expect(product).toBeCloseTo(why.products[step]!, 5))
    const [answer] = await predict(net, [tokens], { runtime })
    expect(seen.change.before).toBeCloseTo(-Math.log(Math.max(...answer!.probabilities!)), 4)
    expect(seen.losses.loss).toBeGreaterThan(0)
    expect(seen.losses.changes).toHaveLength(5)
    expect(seen.memory.states[0]!.norms).toHaveLength(9)
    const one = await numbers('classify', '--text', 'win 9 now', '--saliency', '1', '--ablate', '0.h.1')
    expect(one.saliency.value).toBeCloseTo((await saliency(changed, tokens, { runtime })).value, 5)
  }, 30_000)

  test('has what an answer comes from on its page, over the first sequence', async () => {
    const asked = ['--file', 'mail.csv', '--steps', '20', '--saliency', 'last', '--ablate', '0.h.1']
    const { saliency: seen } = await numbers('classify', ...asked, '--html', 'why.html')
    const page = await readFile(join(folder, 'why.html'), 'utf8')
    const [, json] = /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(page)!
    const data = JSON.parse(json!) as {
      units: { name: string; scale: number; values: string }[]
      symbols: string[]
    }
    const { name, scale, values } = data.units.at(-1)!
    expect(name).toMatch(/^saliency of each symbol for "(?:ham|spam)" at the end of the first sequence/)
    const levels = new Int8Array(Buffer.from(values, 'base64'))
    expect(levels).toHaveLength(data.symbols.length)
    levels.forEach((level, at) => expect(level / 127).toBeCloseTo((seen.products[at] ?? 0) / scale, 2))
  }, 30_000)

  async function readAll(file: string, run: string): Promise<readonly TaskSequence[]> {
    const all: TaskSequence[] = []
    const table = await readTable(join(folder, file))
    for await (const sequence of sequencesOf(table, taskCodec(await netOf(run)))) all.push(sequence)
    return all
  }

  test('shows the rows of a table, a line each, and says how many are read', async () => {
    const { stdout, stderr } = await inspect('classify', '--file', 'mail.csv', '--steps', '30')
    expect(stderr).toBe('the first 3 sequences are read; --steps takes more\n')
    expect(stdout).toMatch(
      /^layers\.0\.\S+, from .*\nwin 0 now\n[▁▂▃▄▅▆▇█]{9}\nsee you 1\n[▁▂▃▄▅▆▇█]{9}\nwin 2 now\n/,
    )
    const few = await inspect('classify', '--file', 'mail.csv', '--steps', '30', '--detect')
    expect(few.stderr).toContain('what is searched has 27 symbols; this needs at least 100')
  }, 30_000)

  test('follows what a translator writes, with its attention', async () => {
    const seen = await numbers('translate', '--text', '3 May', '--unit', 'layers.0.context_weights.4')
    expect(seen.sequences).toBe(1)
    expect(seen.unit.values).toHaveLength(seen.steps)
    for (const weight of seen.unit.values) expect(weight).toBeGreaterThan(0)
    const read = await numbers('translate', '--text', '3 May', '--unit', 'encoder.0.h.1', '--saliency', '1')
    expect([read.steps, read.saliency.symbols.join('')]).toEqual([5, '3 May'])
    const head = await numbers('translate', '--text', '3 May', '--unit', 'head.y.0')
    expect([head.unit.layer, head.unit.values.length]).toEqual(['head', seen.steps])
    const files = ['--parquet', 'values.parquet', '--html', 'page.html']
    const { steps } = await numbers('translate', '--file', 'dates.txt', '--steps', '12', ...files)
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, 'values.parquet')) })
    expect([rows.length, rows.at(-1)!['sequence']]).toEqual([steps, 1])
    expect(Object.keys(rows[0]!).some((name) => name.startsWith('layers.0.context_weights.'))).toBe(true)
    const page = await readFile(join(folder, 'page.html'), 'utf8')
    const data = JSON.parse(
      /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(page)![1]!,
    ) as {
      symbols: string[]
      ends: number[]
    }
    expect([data.symbols.length, data.ends.at(-1), data.symbols[0]]).toEqual([steps, steps - 1, '␂'])
  }, 60_000)

  test('looks at windows of series, and what a value comes from', async () => {
    const seen = await numbers(
      'forecast',
      '--file',
      'days.csv',
      '--saliency',
      'last',
      '--memory',
      '--unit-losses',
      '0.h.2',
    )
    const net = await netOf('forecast')
    const [first] = await readAll('days.csv', 'forecast')
    const { value } = await saliency(net, first!.input, { runtime: await wasm })
    expect(seen.saliency.value).toBeCloseTo(value, 4)
    expect(seen.saliency.symbol).toBe('value 0')
    expect(seen.losses.changes).toHaveLength(1)
    const told = (await inspect('forecast', '--file', 'days.csv', '--memory', '--steps', '60')).stdout
    expect(told).toMatch(
      /Gradients (?:are still alive where the sequences begin|reach back \d+ steps?; what)/,
    )
  }, 30_000)

  test('says what is wrong', async () => {
    const wrong = async (...args: readonly string[]): Promise<string> => (await inspect(...args)).stderr
    expect(await wrong('classify', '--text', 'x', '--symbol', 'eggs')).toBe(
      'sluice: The model answers no class "eggs"; there are ham, spam.\n',
    )
    expect(await wrong('classify', '--text', 'x', '--saliency', '2')).toBe(
      'sluice: --saliency must be a whole number from 1 to 1, not 2.\n',
    )
    expect(await wrong('forecast', '--text', 'x')).toContain('the model does not read texts')
    expect(await wrong('translate', '--text', 'x', '--clamp', '0.context_weights=1')).toContain(
      'for each place',
    )
  }, 30_000)
})
