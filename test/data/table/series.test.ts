import { describe, expect, test } from 'vitest'
import {
  type Cell,
  Classes,
  type Filling,
  Scaling,
  type SeriesOptions,
  type Table,
  columnsOf,
  forecastStarts,
  framesOf,
  inferKinds,
  readSeries,
  tableFrom,
  typedBatches,
} from '../../../src/data/all.ts'
import { collect } from '../../train/fake.ts'

const days = tableFrom(
  [
    { day: '2024-01-05', shop: 'b', sold: '3', price: 1.5, state: ' open ' },
    { day: '2024-01-05', shop: 'a', sold: '-1e2', price: 2, state: 'shut' },
    { day: '2024-01-06', shop: 'b', sold: '.5', price: 3, state: 'open' },
    { day: '2024-01-08', shop: 'b', sold: '+7', price: 4, state: 'shut' },
  ],
  'days.csv',
)

/** A table of one column. */
const column = (...cells: Cell[]): Table =>
  tableFrom(
    cells.map((x, row) => ({ x, row })),
    't.csv',
  )

async function problemOf(table: Table, options: Partial<SeriesOptions> = {}): Promise<string> {
  const error: unknown = await readSeries(table, { values: ['x'], ...options }).catch(
    (cause: unknown) => cause,
  )
  expect(error).toMatchObject({ name: 'SluiceError' })
  return (error as Error).message
}

describe('series', () => {
  test('are told apart by a column, in the order in which they begin', async () => {
    const { series, classes } = await readSeries(days, {
      values: ['sold', 'price'],
      time: 'day',
      id: 'shop',
      label: 'state',
    })
    expect(series.map(({ id, length }) => [id, length])).toEqual([
      ['b', 3],
      ['a', 1],
    ])
    const [b, a] = series
    expect(b!.values.get('sold')).toEqual(Float64Array.of(3, 0.5, 7))
    expect(a!.values.get('sold')).toEqual(Float64Array.of(-100))
    expect([...b!.times!]).toEqual([5, 6, 8].map((day) => Date.UTC(2024, 0, day)))
    expect(classes!.names).toEqual(['open', 'shut'])
    expect([...b!.labels!]).toEqual([0, 0, 1])
    expect(framesOf(b!)).toEqual(Float32Array.of(3, 1.5, 0.5, 3, 7, 4))
    expect(framesOf(b!, ['price'])).toEqual(Float32Array.of(1.5, 3, 4))
    expect(columnsOf(series, ['price']).get('price')).toEqual(Float64Array.of(1.5, 3, 4, 2))
    expect(() => framesOf(b!, ['cost'])).toThrow('b has no column "cost"; it has sold, price')
  })

  test('get features of the calendar as columns', async () => {
    const one = tableFrom([{ day: '2024-01-06T06:00', x: 1 }])
    const { series } = await readSeries(one, { values: ['x'], time: 'day', calendar: ['weekend', 'hour'] })
    expect([...series[0]!.values.keys()]).toEqual(['x', 'weekend', 'hour sin', 'hour cos'])
    const frames = framesOf(series[0]!)
    expect([...frames.subarray(0, 3)]).toEqual([1, 1, 1])
    expect(frames[3]).toBeCloseTo(0, 15)
  })

  test('keep their digits until they are scaled', async () => {
    const counter = [1e9 + 1, 1e9 + 2, 1e9 + 4]
    const { series } = await readSeries(column(...counter), { values: ['x'] })
    expect([...series[0]!.values.get('x')!]).toEqual(counter)
    const scaling = Scaling.fit(columnsOf(series, ['x']), 'minmax')
    const scaled = scaling.apply('x', series[0]!.values.get('x')!)
    expect([...scaled]).toEqual([0, Math.fround(1 / 3), 1])
    scaling.inverse('x', scaled).forEach((x, step) => expect(x).toBeCloseTo(counter[step]!, 6))
  })

  test('have one use for each column, and each column that is named', async () => {
    const table = tableFrom([{ x: 1, y: 2 }], 't.csv')
    const again = 'The column "x" of t.csv was asked for twice'
    expect(await problemOf(table, { label: 'x' })).toContain(again)
    expect(await problemOf(table, { values: ['y', 'x'], id: 'x' })).toContain(again)
    expect(await problemOf(table, { values: ['x', 'x'] })).toContain(again)
    const { series } = await readSeries(table, { values: ['x'] })
    expect(() => columnsOf(series, ['y'])).toThrow('the series has no column "y"; it has x')
  })

  test('need a time for the calendar, and may be of times alone', async () => {
    const table = tableFrom([{ x: 1, t: '2024-01-01' }], 't.csv')
    expect(await problemOf(table, { calendar: ['hour'] })).toContain('need the column of the time')
    const { series } = await readSeries(table, { values: [], time: 't', calendar: ['weekend'] })
    expect([series[0]!.length, framesOf(series[0]!)]).toEqual([1, Float32Array.of(0)])
  })

  test('stand in the order of time', async () => {
    const table = tableFrom(
      [
        { t: '2024-01-02', x: 1 },
        { t: '2024-01-01', x: 2 },
      ],
      't.csv',
    )
    expect(await problemOf(table, { time: 't' })).toBe(
      't.csv, row 2: the time is before that of the row above; sort the rows by time.',
    )
    const twice = tableFrom(
      [
        { t: '2024-01-02', x: 1 },
        { t: '2024-01-02', x: 2 },
      ],
      't.csv',
    )
    expect(await problemOf(twice, { time: 't' })).toContain('t.csv, row 2: the time is that of the row above')
  })

  test.each<readonly [Cell, string]>([
    ['ten', 't.csv, row 2, column x: "ten" is no number'],
    ['1,5', 't.csv, row 2, column x: "1,5" is no number'],
    ['0x10', 't.csv, row 2, column x: "0x10" is no number'],
    ['', 't.csv, row 2, column x: the cell is empty; fill it'],
    [null, 't.csv, row 2, column x: the cell is empty'],
    [NaN, 't.csv, row 2, column x: the value is NaN'],
    ['nan', 't.csv, row 2, column x: the value is NaN'],
    ['-Inf', 't.csv, row 2, column x: the value is -Infinity'],
    [new Date(0), 't.csv, row 2, column x: "1970-01-01T00:00:00.000Z" is no number'],
  ])('have no cell %j', async (cell, message) => {
    expect(await problemOf(column(1, cell, 3))).toContain(message)
  })

  test('never fill what is no number or infinite', async () => {
    expect(await problemOf(column(1, 'ten'), { missing: 'zero' })).toContain('"ten" is no number')
    expect(await problemOf(column(1, Infinity), { missing: 'zero' })).toContain('the value is Infinity')
    expect(await problemOf(column(1, ''), { missing: 'median' as 'mean' })).toContain(
      'missing must be one of previous',
    )
  })

  test.each<readonly [Filling, readonly number[]]>([
    ['previous', [2, 2, 2, 5, 8, 8]],
    ['zero', [2, 0, 0, 5, 8, 0]],
    ['mean', [2, 5, 5, 5, 8, 5]],
    ['linear', [2, 3, 4, 5, 8, 8]],
  ])('are filled: %s', async (missing, expected) => {
    const { series } = await readSeries(column(2, '', NaN, 5, 8, 'NA'), {
      values: ['x'],
      missing,
      blank: ['NA'],
    })
    expect([...series[0]!.values.get('x')!]).toEqual(expected)
  })

  test('have blank numbers as a file has them', async () => {
    const options = { values: ['x'], missing: 'zero', blank: ['-999'] } as const
    for (const cell of [-999, '-999'] as const) {
      const { series } = await readSeries(column(1, cell), options)
      expect([...series[0]!.values.get('x')!]).toEqual([1, 0])
    }
  })

  test('are filled at their start, or not', async () => {
    const { series } = await readSeries(column('', 4, '', 10), { values: ['x'], missing: 'linear' })
    expect([...series[0]!.values.get('x')!]).toEqual([4, 4, 7, 10])
    const first = await readSeries(column('', 4, '', 10), { values: ['x'], missing: 'mean', meanOf: 2 })
    expect([...first.series[0]!.values.get('x')!]).toEqual([4, 4, 4, 10])
    expect(await problemOf(column('', '', 4), { missing: 'previous' })).toBe(
      't.csv, column x: there is no value before row 3 to repeat; fill it, or take linear, mean or zero.',
    )
    expect(await problemOf(column('', ''), { missing: 'mean' })).toContain('not one value is there')
    expect(await problemOf(column('', 1), { missing: 'mean', meanOf: 1 })).toContain('not one value is there')
  })

  test('have only classes that are known', async () => {
    const classes = Classes.of(['open'])
    await expect(readSeries(days, { values: ['price'], label: 'state', classes })).rejects.toThrow(
      'days.csv: the class "shut" is not among the 1 that are known: open',
    )
  })

  test('have no columns that are not there, and no options that are unknown', async () => {
    expect(await problemOf(days, { values: ['cost'] })).toContain('days.csv has no column "cost"; it has day')
    expect(await problemOf(days, { fill: 'zero' } as object)).toContain('readSeries has no option "fill"')
  })
})

describe('forecasts', () => {
  test('begin where there is a context before and a horizon behind', () => {
    expect([...forecastStarts(10, { context: 4, horizon: 3 })]).toEqual([4, 5, 6, 7])
    expect([...forecastStarts(10, { context: 4, horizon: 3, every: 3 })]).toEqual([4, 7])
    expect([...forecastStarts(7, { context: 4, horizon: 3 })]).toEqual([4])
  })

  test('have no horizon longer than the data', () => {
    expect(() => forecastStarts(20, { context: 1, horizon: 28 }, 'births.csv')).toThrow(
      'births.csv has 20 steps, and a context of 1 with a horizon of 28 needs 29; take a shorter horizon',
    )
    expect(() => forecastStarts(20, { context: 0, horizon: 1 })).toThrow('context must be a whole number')
  })
})

describe('columns', () => {
  test('tell what they hold', async () => {
    expect(await inferKinds(days)).toEqual({
      day: 'timestamp',
      shop: 'category',
      sold: 'number',
      price: 'number',
      state: 'category',
    })
    const notes = Array.from({ length: 30 }, (_x, i) => ({
      note: `note ${i}`,
      yes: i % 2 === 0,
      n: i < 20 ? '1' : 'NA',
    }))
    expect(await inferKinds(tableFrom(notes))).toEqual({ note: 'text', yes: 'number', n: 'category' })
    expect(await inferKinds(tableFrom(notes), { blank: ['NA'] })).toMatchObject({ n: 'number' })
    expect(await inferKinds(tableFrom(notes), { rows: 20 })).toMatchObject({ note: 'category', n: 'number' })
  })

  test('are read as their kind says', async () => {
    const [batch] = await collect(typedBatches(days, { day: 'timestamp', state: 'text', shop: 'category' }))
    expect([...batch!.numbers.get('day')!].slice(0, 1)).toEqual([Date.UTC(2024, 0, 5)])
    expect(batch!.texts.get('state')![0]).toBe(' open ')
    const late = typedBatches(column('2024-02-30'), { x: 'timestamp' })
    await expect(collect(late)).rejects.toThrow('t.csv, row 1, column x: "2024-02-30" is no time')
    await expect(collect(typedBatches(column('a', ' '), { x: 'text' }))).rejects.toThrow(
      'row 2, column x: the cell is empty',
    )
  })
})
