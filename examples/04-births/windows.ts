import type { Example } from 'sluice'
import { type Births, calendarSize } from './births.ts'

/** Days that are read, and days that are foretold. */
export const [context, horizon] = [56, 28]

/** Days after which weekday and season are the same again. */
const year = 364

/** Births by which all numbers are divided, so that they are about 1. */
const unit = 1000

/** Numbers that are read of a day. */
export const width = calendarSize + 3

/** An example, and the number of births that its values are counted from. */
export interface Window extends Example {
  readonly start: number
  readonly level: number
}

/**
 * What is read to foretell the days from `start` on: of each day the calendar, the births a year before, and the births of the
 * day with a 1, or for the days to come two zeros. Births are counted from the mean of the days that are known.
 */
export function windowAt({ births, calendar }: Births, start: number): Window {
  const level = births.slice(start - context, start).reduce((sum, count) => sum + count) / context
  const before =
    births.slice(start - context - year, start - year).reduce((sum, count) => sum + count) / context
  const days = Array.from({ length: context + horizon }, (_unused, i) => start - context + i)
  const input = days.map((day) => {
    const past = day < start ? [(births[day]! - level) / unit, 1] : [0, 0]
    const own = calendar.subarray(day * calendarSize, (day + 1) * calendarSize)
    return [...past, (births[day - year]! - before) / unit, ...own]
  })
  return {
    start,
    level,
    input,
    target: days.map((day) => [(births[day]! - level) / unit]),
    mask: days.map((day) => (day < start ? 0 : 1)),
  }
}

/** The births that a model's answers tell of, from the first day that is foretold: `[horizon]` for one of its quantiles. */
export function foretold({ level }: Window, output: ArrayLike<number>, quantile: number): readonly number[] {
  const levels = output.length / (context + horizon)
  return Array.from(
    { length: horizon },
    (_unused, day) => output[(context + day) * levels + quantile]! * unit + level,
  )
}

/** The days, from one on to another, on which a forecast may begin. */
export function starts(from: number, to: number, every: number): readonly number[] {
  const first = Math.max(from, context + year)
  return Array.from(
    { length: Math.floor((to - horizon - first) / every) + 1 },
    (_unused, i) => first + i * every,
  )
}
