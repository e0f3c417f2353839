import { describe, expect, test } from 'vitest'
import { tableFrom } from '../../src/data/all.ts'
import { type InputOptions, inputReader, surveyFor } from '../../src/task/inputs.ts'
import { type Grouping, type Item, itemsOf } from '../../src/task/items.ts'

type Rows = Parameters<typeof tableFrom>[0]

async function itemsIn(
  rows: Rows,
  columns: readonly string[],
  grouping?: Grouping,
): Promise<readonly Item[]> {
  const items: Item[] = []
  for await (const item of itemsOf(tableFrom(rows), columns, grouping)) items.push(item)
  return items
}

const cellsOf = (items: readonly Item[]): unknown => items.map(({ cells }) => Object.fromEntries(cells))

describe('items', () => {
  test('are the rows of a table', async () => {
    const items = await itemsIn(
      [
        { a: 1, b: 'x' },
        { a: 2, b: 'y' },
      ],
      ['b'],
    )
    expect(cellsOf(items)).toEqual([{ b: 'x' }, { b: 'y' }])
    expect(items[1]!.number).toBe(1)
    expect(items[1]!.place('b')).toEqual({ name: 'the table', row: 2, line: undefined, column: 'b' })
  })

  test('are the rows of one name', async () => {
    const rows = [
      { who: 'anna', x: 1 },
      { who: 'anna', x: 2 },
      { who: 'bert', x: 3 },
    ]
    expect(cellsOf(await itemsIn(rows, ['x'], { id: 'who' }))).toEqual([{ x: [1, 2] }, { x: [3] }])
  })

  test('are so many rows, the last with what is left', async () => {
    const rows = [1, 2, 3, 4, 5].map((x) => ({ x }))
    const items = await itemsIn(rows, ['x'], { rows: 2 })
    expect(cellsOf(items)).toEqual([{ x: [1, 2] }, { x: [3, 4] }, { x: [5] }])
    expect(items.map(({ number }) => number)).toEqual([0, 1, 2])
  })

  test('of one name stand together', async () => {
    const rows = ['anna', 'bert', 'anna'].map((who) => ({ who, x: 1 }))
    await expect(itemsIn(rows, ['x'], { id: 'who' })).rejects.toThrow(
      'the table, row 3: rows of anna stood further up already; put the rows of one sequence together.',
    )
  })
})

async function readAll(
  rows: Rows,
  options: InputOptions,
  grouping?: Grouping,
  asClass = false,
): Promise<unknown> {
  const items = await itemsIn(rows, options.columns, grouping)
  const survey = surveyFor(items[0]!, options, asClass)
  for (const item of items) survey.add(item)
  const { codec } = survey.finish()
  const again = inputReader(JSON.parse(JSON.stringify(codec)) as typeof codec)
  return { kind: codec.kind, input: again.input, read: items.map((item) => readOf(again.read(item))) }
}

const readOf = (numbers: unknown): unknown =>
  typeof numbers === 'number' ? numbers : Array.from(numbers as ArrayLike<number>)

describe('what is read of an item', () => {
  test('is the characters of a text, with one token more for those that are not known', async () => {
    expect(await readAll([{ t: 'ba' }, { t: 'ac' }], { columns: ['t'] })).toEqual({
      kind: 'text',
      input: { tokens: 4 },
      read: [
        [1, 0],
        [0, 2],
      ],
    })
  })

  test('is words, of which those that are there once are unknown where others are not', async () => {
    const rows = [{ w: ['the', 'cat'] }, { w: ['the', 'dog'] }]
    expect(await readAll(rows, { columns: ['w'] })).toEqual({
      kind: 'words',
      input: { tokens: 2 },
      read: [
        [1, 0],
        [1, 0],
      ],
    })
  })

  test('is the numbers of a row, a step each, scaled alike', async () => {
    const rows = [
      { a: 0, b: 2 },
      { a: 4, b: 2 },
    ]
    const scaling = 'minmax'
    expect(await readAll(rows, { columns: ['a', 'b'], scaling })).toEqual({
      kind: 'numbers',
      input: { vectors: 1 },
      read: [
        [0, 0.5],
        [1, 0.5],
      ],
    })
  })

  test('is columns side by side, each with its scaling', async () => {
    const rows = [
      { a: 0, b: 10 },
      { a: 2, b: 30 },
      { a: 1, b: 20 },
    ]
    const scaling = 'minmax'
    expect(await readAll(rows, { columns: ['a', 'b'], scaling }, { rows: 2 })).toEqual({
      kind: 'series',
      input: { vectors: 2 },
      read: [
        [0, 0, 1, 1],
        [0.5, 0.5],
      ],
    })
  })

  test('is lists of vectors', async () => {
    const rows = [
      {
        x: [
          [0, 1],
          [2, 4],
        ],
      },
      { x: [[4, 0]] },
    ]
    expect(await readAll(rows, { columns: ['x'], scaling: 'minmax' })).toEqual({
      kind: 'vectors',
      input: { vectors: 2 },
      read: [
        [0, 0.25, 0.5, 1],
        [1, 0],
      ],
    })
  })

  test('is a class, where one thing is read', async () => {
    const rows = [{ c: 'b' }, { c: 'a' }, { c: 'b' }]
    expect(await readAll(rows, { columns: ['c'] }, {}, true)).toEqual({
      kind: 'class',
      input: { tokens: 2 },
      read: [1, 0, 1],
    })
  })
})
