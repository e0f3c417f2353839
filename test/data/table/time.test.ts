import { describe, expect, test } from 'vitest'
import { calendarColumns, timeOf } from '../../../src/data/all.ts'

describe('a time', () => {
  test.each([
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024/2/9', '2024-02-09T00:00:00.000Z'],
    ['2024-01-31 18:30', '2024-01-31T18:30:00.000Z'],
    ['2024-01-31T18:30:05.25Z', '2024-01-31T18:30:05.250Z'],
    ['2024-01-31T18:30:05+05:30', '2024-01-31T13:00:05.000Z'],
    ['2024-01-31 18:30 -0100', '2024-01-31T19:30:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(new Date(timeOf(text)!).toISOString()).toBe(expected)
  })

  test.each([
    '2023-02-29',
    '2024-13-01',
    '2024-01-01T24:00',
    '2024-01-01T10:60',
    '2024-01-01T10:00+25:00',
    '0050-01-01',
    '01/02/2024',
    '2024',
    'today',
    '',
  ])('%j is none', (text) => {
    expect(timeOf(text)).toBeUndefined()
  })
})

describe('features of the calendar', () => {
  const of = (
    text: string,
    feature: 'hour' | 'weekday' | 'monthday' | 'month' | 'yearday' | 'weekend',
  ): number[] => [...calendarColumns([timeOf(text)!], [feature]).values()].map(([value]) => value!)
  const angle = (share: number): number[] =>
    [Math.sin, Math.cos].map((wave) => Math.fround(wave(2 * Math.PI * share)))
  const expectClose = (found: number[], share: number): void =>
    found.forEach((value, index) => expect(value).toBeCloseTo(angle(share)[index]!, 7))

  test('tell how much of a day, week, month and year has passed, in UTC', () => {
    expectClose(of('2024-03-01T18:30', 'hour'), 18.5 / 24)
    expectClose(of('2024-01-01', 'weekday'), 0) // a Monday
    expectClose(of('2024-01-07', 'weekday'), 6 / 7)
    expectClose(of('2024-02-15', 'monthday'), 14 / 29)
    expectClose(of('2023-12-31', 'monthday'), 30 / 31)
    expectClose(of('2024-10-31', 'month'), 9 / 12)
    expectClose(of('2024-12-31T23:00', 'yearday'), 365 / 366)
    expectClose(of('1969-12-31T23:00', 'hour'), 23 / 24)
  })

  test('know weekends', () => {
    const days = Array.from({ length: 7 }, (_x, day) => Date.UTC(2024, 0, 1 + day))
    expect([...calendarColumns(days, ['weekend']).get('weekend')!]).toEqual([0, 0, 0, 0, 0, 1, 1])
  })

  test('have names', () => {
    const columns = calendarColumns([0], ['month', 'weekend'])
    expect([...columns.keys()]).toEqual(['month sin', 'month cos', 'weekend'])
  })
})
