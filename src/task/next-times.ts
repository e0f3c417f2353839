const day = 86_400_000

/**
 * Times that go on as some times end: months where the last ones are a month apart, else by the last distance.
 * @param times milliseconds since the start of 1970, rising
 */
export function nextTimes(times: ArrayLike<number>, count: number): readonly number[] {
  const last = times[times.length - 1]!
  const apart = last - (times[times.length - 2] ?? last - day)
  const months = monthsOf(times)
  return Array.from({ length: count }, (_unused, index) =>
    months > 0 ? laterBy(last, months * (index + 1)) : last + apart * (index + 1),
  )
}

/** Whole months between the last times, which are on the same day of a month; else 0. */
function monthsOf(times: ArrayLike<number>): number {
  const [a, b] = [times.length - 2, times.length - 1].map((place) => new Date(times[place] ?? NaN))
  if (!(a!.getUTCDate() === b!.getUTCDate())) return 0
  return 12 * (b!.getUTCFullYear() - a!.getUTCFullYear()) + b!.getUTCMonth() - a!.getUTCMonth()
}

/** The same day some months later, or the last of a shorter month. */
function laterBy(time: number, months: number): number {
  const date = new Date(time)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months]
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), days)) + (time % day)
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
