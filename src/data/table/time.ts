import { cos, sin } from '../../core/math.ts'

const form =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?)?\s?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/i

/**
 * Milliseconds since the start of 1970 of a date such as 2024-01-31 or 2024/1/31, with a time behind T or a space or
 * without, of the years from 100. What has no zone is in UTC, so that the result is the same on every machine. Undefined for anything else.
 */
export function timeOf(text: string): number | undefined {
  const found = form.exec(text)
  if (!found) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((digits) => Number(digits ?? 0))
  const thousandths = Math.floor(Number(found[7] ?? 0) * 1000)
  const time = Date.UTC(year!, month! - 1, day, hour, minute, second, thousandths)
  const date = new Date(time)
  const isReal =
    date.getUTCFullYear() === year! &&
    date.getUTCMonth() === month! - 1 &&
    date.getUTCDate() === day &&
    hour! < 24 &&
    minute! < 60 &&
    second! < 60
  return isReal ? time - minutesAhead(found[8]) * 60_000 : undefined
}

/** How far a zone such as +05:30 is ahead of UTC. */
function minutesAhead(zone = 'Z'): number {
  if (/^z$/i.test(zone)) return 0
  const digits = zone.replace(':', '')
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5))
  return zone.startsWith('-') ? -minutes : minutes
}

/** What can be told of a time: its place in a day, week, month or year as sine and cosine, and whether it is a weekend. */
export type CalendarFeature = 'hour' | 'weekday' | 'monthday' | 'month' | 'yearday' | 'weekend'

/** All features of the calendar. */
export const calendarFeatures: readonly CalendarFeature[] = [
  'hour',
  'weekday',
  'monthday',
  'month',
  'yearday',
  'weekend',
]

/** Share of its cycle that has passed, from 0 to 1: all in UTC, a week from Monday, a month and a year by their own days. */
const cycles: Readonly<Record<Exclude<CalendarFeature, 'weekend'>, (date: Date) => number>> = {
  hour: (date) => (date.getTime() - dayOf(date)) / day,
  weekday: (date) => ((date.getUTCDay() + 6) % 7) / 7,
  monthday: (date) =>
    (date.getUTCDate() - 1) /
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  month: (date) => date.getUTCMonth() / 12,
  yearday: (date) => {
    const [start, end] = [0, 1].map((more) => Date.UTC(date.getUTCFullYear() + more, 0, 1))
    return (dayOf(date) - start!) / (end! - start!)
  },
}

const day = 86_400_000

function dayOf(date: Date): number {
  return Math.floor(date.getTime() / day) * day
}

/**
 * Columns of features for some times: `hour sin` and `hour cos` and so on, in [-1, 1], and `weekend`, 1 on Saturdays and
 * Sundays, else 0. The same bits on every machine.
 * @param times milliseconds since the start of 1970
 */
export function calendarColumns(
  times: ArrayLike<number>,
  features: readonly CalendarFeature[],
): ReadonlyMap<string, Float32Array> {
  const dates = Array.from(times, (time) => new Date(time))
  const columnOf = (value: (date: Date) => number): Float32Array => Float32Array.from(dates, value)
  return new Map(
    features.flatMap((feature): [string, Float32Array][] => {
      if (feature === 'weekend') return [[feature, columnOf((date) => (date.getUTCDay() % 6 === 0 ? 1 : 0))]]
      const angle = (date: Date): number => 2 * Math.PI * cycles[feature](date)
      return [
        [`${feature} sin`, columnOf((date) => sin(angle(date)))],
        [`${feature} cos`, columnOf((date) => cos(angle(date)))],
      ]
    }),
  )
}
