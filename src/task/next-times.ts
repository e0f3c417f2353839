const day = 86_400_000

/**
 * Times that go on as some times end: months where the last ones are on the same day of a month, or both at its end; else by the
 * last distance.
 * @param times milliseconds since the start of 1970, rising
 */
export function nextTimes(times: ArrayLike<number>, count: number): readonly number[] {
  const last = times[times.length - 1]!
  const apart = last - (times[times.length - 2] ?? last - day)
  const [before, now] = [new Date(times[times.length - 2] ?? NaN), new Date(last)]
  const areEnds = isMonthEnd(before) && isMonthEnd(now)
  const months = areEnds || before.getUTCDate() === now.getUTCDate() ? monthsBetween(before, now) : 0
  return Array.from({ length: count }, (_unused, index) =>
    months > 0 ? laterBy(last, months * (index + 1), areEnds) : last + apart * (index + 1),
  )
}

function isMonthEnd(date: Date): boolean {
  return new Date(date.getTime() + day).getUTCDate() === 1
}

function monthsBetween(a: Date, b: Date): number {
  return 12 * (b.getUTCFullYear() - a.getUTCFullYear()) + b.getUTCMonth() - a.getUTCMonth()
}

/** The same day some months later, or the last of a shorter month; of month ends the last. */
function laterBy(time: number, months: number, isEnd: boolean): number {
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months]
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const from = isEnd ? days : date.getUTCDate()
  return Date.UTC(year, month, Math.min(from, days)) + (((time % day) + day) % day)
}

/** Steps of a season that distances between times tell: a day of hours, a week of days, a year of weeks, months or quarters. */
export function seasonOf(times: ArrayLike<number>): number | undefined {
  if (times.length < 2) return undefined
  const apart = (times[times.length - 1]! - times[0]!) / (times.length - 1) / day
  const known: readonly (readonly [number, number])[] = [
    [1 / 24, 24],
    [1, 7],
    [7, 52],
    [30.44, 12],
    [91.3, 4],
  ]
  return known.find(([days]) => Math.abs(apart / days - 1) < 0.05)?.[1]
}
