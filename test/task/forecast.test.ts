import { describe, expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { tableFrom } from '../../src/data/all.ts'
import { sequenceModel } from '../../src/model/index.ts'
import { seriesOf } from '../../src/task/forecast.ts'
import { nextTimes, seasonOf } from '../../src/task/next-times.ts'
import { type ForecastOptions, forecast, measureForecast, understandForecast } from '../../src/task/index.ts'
import { reference } from '../../src/runtime/reference/reference.ts'

const day = 86_400_000
const table = (count: number, value = (i: number): number => i % 4) =>
  tableFrom(
    Array.from({ length: count }, (_, i) => ({ day: new Date(i * day), v: value(i) })),
    'days.csv',
  )

const options: ForecastOptions = {
  target: 'v',
  input: [],
  time: 'day',
  calendar: ['weekend'],
  blank: [],
  context: 4,
  horizon: 2,
  season: 4,
  every: 1,
  loss: 'quantile',
  levels: [0.1, 0.5, 0.9],
  scaling: 'minmax',
  heldOut: { by: 'tail', fraction: 0.25, seed: 1 },
}

describe('a forecast', () => {
  test('is learned from windows before the end, which is held out', async () => {
    const { facts, model, open, codec } = await understandForecast(table(20), options)
    expect(facts).toMatchObject({ rows: 20, training: 10, validation: 4 })
    expect(facts.baseline).toBeUndefined()
    expect(model).toEqual({
      shape: 'many-to-one',
      input: { vectors: 2 },
      output: { values: 2, loss: 'quantile', levels: [0.1, 0.5, 0.9] },
    })
    const [first] = [...(open('training') as Iterable<{ input: Float32Array; target: Float32Array }>)]
    expect(
      Array.from(
        first!.input.filter((_, i) => i % 2 === 0),
        (x) => Math.round(3 * x),
      ),
    ).toEqual([0, 1, 2, 3])
    expect(Array.from(first!.input.filter((_, i) => i % 2 === 1))).toEqual([0, 0, 1, 1])
    expect(Array.from(first!.target, (x) => Math.round(3 * x))).toEqual([0, 1])
    expect(codec.scaling).toEqual({ kind: 'minmax', columns: [{ name: 'v', shift: 0, scale: 3 }] })
  })

  test('fills what is missing with the mean of the part that is trained on', async () => {
    const withGap = (end: number) =>
      tableFrom(
        Array.from({ length: 20 }, (_, i) => ({
          day: new Date(i * day),
          v: i === 5 ? null : i < 15 ? i % 4 : end,
        })),
        'days.csv',
      )
    const known: ForecastOptions = { ...options, missing: 'mean', scaling: 'none' }
    const filledIn = async (end: number): Promise<number> => {
      const { open } = await understandForecast(withGap(end), known)
      const [first] = [...(open('training') as Iterable<{ target: Float32Array }>)]
      return first!.target[1]!
    }
    const mean = Array.from({ length: 15 }, (_, i) => (i === 5 ? 0 : i % 4)).reduce((a, b) => a + b) / 14
    expect(await filledIn(0)).toBeCloseTo(mean, 6)
    expect(await filledIn(1000)).toBeCloseTo(mean, 6)
  })

  test('keeps those means, and fills them in where a later table has gaps', async () => {
    const rows = (id: string, count: number, value: (i: number) => number | null) =>
      Array.from({ length: count }, (_, i) => ({ id, day: new Date(i * day), v: value(i) }))
    const known: ForecastOptions = { ...options, id: 'id', missing: 'mean', scaling: 'none' }
    const two = [...rows('a', 20, (i) => (i === 3 ? null : i < 15 ? 2 : 90)), ...rows('b', 20, () => 6)]
    const { codec } = await understandForecast(tableFrom(two, 'two.csv'), known)
    expect(codec.means).toEqual({ all: { v: 4 }, series: { a: { v: 2 }, b: { v: 6 } } })
    const later = [
      ...rows('a', 8, (i) => (i % 2 ? null : 50)),
      ...rows('b', 8, () => null),
      ...rows('c', 8, (i) => (i === 1 ? null : 50)),
    ]
    const filled = await seriesOf(tableFrom(later, 'later.csv'), codec, 'all')
    expect(filled.map(({ values }) => values.get('v')![1])).toEqual([2, 6, 4])
    const again = await understandForecast(
      tableFrom(two, 'two.csv'),
      { ...known, means: codec.means! },
      codec,
    )
    expect(again.codec.means).toEqual(codec.means)
  })

  test('has rising quantiles, and goes on from the last time', async () => {
    const { codec, model } = await understandForecast(table(20), options)
    const net = sequenceModel({ ...model, layers: [cells.gru(3)] }, { ...codec })
    const steps = await forecast(net, codec, table(6), { runtime: reference })
    expect(steps.map(({ step, time }) => [step, time])).toEqual([
      [1, 6 * day],
      [2, 7 * day],
    ])
    for (const { value, quantiles } of steps) {
      expect(quantiles['0.1']).toBeLessThanOrEqual(value)
      expect(quantiles['0.5']).toBe(value)
      expect(quantiles['0.9']).toBeGreaterThanOrEqual(value)
    }
    const short = forecast(net, codec, table(3), { runtime: reference })
    await expect(short).rejects.toThrow('days.csv has 3 steps, and the model reads 4 before a forecast')
  })

  test('has its levels in rising order, and the one nearest to the median for its value', async () => {
    const { codec, model } = await understandForecast(table(20), {
      ...options,
      levels: [0.9, 0.45, 0.1, 0.05],
    })
    expect(model.output).toMatchObject({ levels: [0.05, 0.1, 0.45, 0.9] })
    const net = sequenceModel({ ...model, layers: [cells.gru(3)] }, { ...codec })
    const [step] = await forecast(net, codec, table(6), { runtime: reference })
    expect(Object.keys(step!.quantiles)).toEqual(['0.05', '0.1', '0.45', '0.9'])
    expect(step!.value).toBe(step!.quantiles['0.45'])
  })

  test('is measured beside what was a season before', async () => {
    const noisy = table(40, (i) => (i % 4) + ((i * 7) % 3) / 10)
    const { codec, model, facts } = await understandForecast(noisy, options)
    const net = sequenceModel({ ...model, layers: [cells.gru(3)] }, { ...codec })
    const figures = await measureForecast(net, codec, noisy, 'validation', { runtime: reference })
    expect(figures).toMatchObject({ forecasts: 5, expectedCoverage: 0.8 })
    expect(figures.naiveScaledError).toBeCloseTo(facts.baseline!.value, 12)
    expect(figures.scaledError).toBeGreaterThan(figures.naiveScaledError!)
  })

  test('is measured where nothing can be scaled, and in part where little can', async () => {
    const { codec, model } = await understandForecast(table(20), options)
    const net = sequenceModel({ ...model, layers: [cells.gru(3)] }, { ...codec })
    const repeating = await measureForecast(net, codec, table(20), 'validation', { runtime: reference })
    expect(Object.keys(repeating)).toEqual([
      'forecasts',
      'meanAbsoluteError',
      'rootMeanSquaredError',
      'coverage',
      'expectedCoverage',
    ])
    const long = { ...codec, season: 6 }
    const some = await measureForecast(net, long, table(10), 'all', { runtime: reference })
    expect(some.forecasts).toBe(3)
    // Steps 6 to 9 are 2, 3, 0, 1, and were 0, 1, 2, 3 a season before: each is 2 away, as all are in the series.
    expect(some.naiveScaledError).toBe(1)
  })

  test.each([
    [
      { horizon: 30 },
      'The training part of days.csv (of 20 steps) has 0 steps, and a context of 4 with a horizon of 30 needs 34',
    ],
    [{ target: 'w' }, 'days.csv has no column "w"; it has day, v.'],
  ])('is refused with %j', async (more, message) => {
    await expect(understandForecast(table(20), { ...options, ...more })).rejects.toThrow(message)
  })

  test('is refused of a column that never changes', async () => {
    await expect(
      understandForecast(
        table(20, () => 5),
        options,
      ),
    ).rejects.toThrow('The column "v" is 5 in every row')
  })
})

describe('times', () => {
  const utc = (...parts: readonly [number, number, number]): number => Date.UTC(...parts)

  test.each([
    [
      [utc(2024, 0, 30), utc(2024, 0, 31)],
      [utc(2024, 1, 1), utc(2024, 1, 2)],
    ],
    [
      [utc(2024, 0, 1), utc(2024, 1, 1)],
      [utc(2024, 2, 1), utc(2024, 3, 1)],
    ],
    [
      [utc(2023, 10, 30), utc(2023, 11, 30)],
      [utc(2024, 0, 30), utc(2024, 1, 29)],
    ],
    [
      [Date.UTC(1960, 0, 1, 12), Date.UTC(1960, 1, 1, 12)],
      [Date.UTC(1960, 2, 1, 12), Date.UTC(1960, 3, 1, 12)],
    ],
    [
      [utc(2023, 11, 31), utc(2024, 0, 31), utc(2024, 1, 29)],
      [utc(2024, 2, 31), utc(2024, 3, 30)],
    ],
  ])('%j go on', (times, expected) => {
    expect(nextTimes(times, 2)).toEqual(expected)
  })

  test.each([
    [day / 24, 24],
    [day, 7],
    [7 * day, 52],
    [30.44 * day, 12],
    [1000, undefined],
  ])('%d ms apart have a season of %s', (apart, season) => {
    expect(seasonOf([0, apart, 2 * apart])).toBe(season)
  })
})
