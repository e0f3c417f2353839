/** Holidays on which hospitals plan few births: month from 0, day of the month. */
const fixed = new Set(['0-1', '6-4', '11-24', '11-25', '11-31'])

/** Whether a day, in UTC, is one of the larger holidays of the United States, or the eve of one. */
export function isHoliday(time: number): boolean {
  const date = new Date(time)
  const [month, day, weekday] = [date.getUTCMonth(), date.getUTCDate(), date.getUTCDay()]
  if (fixed.has(`${month}-${day}`)) return true
  const isMemorialDay = month === 4 && weekday === 1 && day > 24
  const isLaborDay = month === 8 && weekday === 1 && day <= 7
  const thursday = weekday === 5 ? day - 1 : day // the Friday behind Thanksgiving is free, too
  const isThanksgiving = month === 10 && (weekday === 4 || weekday === 5) && thursday >= 22 && thursday <= 28
  return isMemorialDay || isLaborDay || isThanksgiving
}
