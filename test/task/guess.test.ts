import { describe, expect, test } from 'vitest'
import { tableFrom } from '../../src/data/all.ts'
import { type GuessOptions, guessTask } from '../../src/task/index.ts'

type Row = Parameters<typeof tableFrom>[0][number]

const rows = (count: number, row: (i: number) => Row): readonly Row[] =>
  Array.from({ length: count }, (_, i) => row(i))

const mail = rows(30, (i) => ({ kind: ['ham', 'spam'][i % 2]!, words: `text number ${i} of these` }))
const days = rows(30, (i) => ({ day: `2024-01-${String(i + 1).padStart(2, '0')}`, births: i }))
const tagged = rows(3, () => ({ words: ['a', 'b'], tags: ['X', 'Y'] }))
const sensor = rows(30, (i) => ({ x: i / 3, y: -i, state: ['ok', 'bad'][i % 2]! }))

describe('a task is guessed', () => {
  test.each<readonly [string, readonly Row[], GuessOptions, object]>([
    ['classes of a text', mail, {}, { task: 'classify', target: 'kind', input: ['words'] }],
    ['a series', days, {}, { task: 'forecast', target: 'births', input: [], time: 'day' }],
    ['tags', tagged, {}, { task: 'tag', target: 'tags', input: ['words'] }],
    ['classes of numbers', sensor, {}, { task: 'classify', target: 'state', input: ['x', 'y'] }],
    ['tags of numbers, said', sensor, { task: 'tag' }, { task: 'tag', target: 'state', input: ['x', 'y'] }],
    [
      'texts of a class, said',
      mail,
      { task: 'caption' },
      { task: 'caption', target: 'words', input: ['kind'] },
    ],
    ['an input, said', sensor, { input: ['y'] }, { task: 'classify', target: 'state', input: ['y'] }],
  ])('%s', async (_what, table, options, expected) => {
    expect(await guessTask(tableFrom(table), options)).toEqual(expected)
  })

  test('not where the columns leave doubt', async () => {
    const two = tableFrom(
      rows(30, (i) => ({ a: ['x', 'y'][i % 2]!, b: ['u', 'v'][i % 2]!, n: i })),
      'two.csv',
    )
    await expect(guessTask(two, {})).rejects.toThrow(
      'two.csv: it is not clear which column is the target; say it with --task, --target and --input. The columns: a (category), b (category), n (number).',
    )
    await expect(guessTask(two, { target: 'n' })).rejects.toThrow('it is not clear what the task is')
    await expect(guessTask(two, { target: 'a', input: ['n', 'a'] })).rejects.toThrow(
      'The column "a" of two.csv was asked for twice; name each column once, for one use.',
    )
    await expect(guessTask(two, { target: 'm' })).rejects.toThrow(
      'two.csv has no column "m"; it has a, b, n.',
    )
  })
})
