import { SluiceError } from '../../core/errors.ts'
import { knownKeys, oneOf, wholeNumber } from '../check.ts'
import { Classes } from '../classes.ts'
import { type Filling, fillMissing, fillings, knownMean } from './fill.ts'
import type { NumberColumns } from './scaling.ts'
import { type Place, type Table, requireColumns } from './table.ts'
import { type CalendarFeature, calendarColumns, calendarFeatures } from './time.ts'
import { type TypedBatch, typedBatches } from './typed.ts'

/** Columns of numbers over time. */
export interface Series {
  /** What tells it from the others; empty where there is one alone. */
  readonly id: string
  readonly length: number
  /** Each `[steps]`, in the order in which they were named, then features of the calendar. */
  readonly values: ReadonlyMap<string, Float32Array | Float64Array>
  /** Milliseconds since the start of 1970, rising. */
  readonly times?: Float64Array
  /** Class of each step. */
  readonly labels?: Int32Array
  /** What takes the place of missing numbers in each column, where that is a mean. */
  readonly means?: ReadonlyMap<string, number>
}

/** What of a table is a series. */
export interface SeriesOptions {
  /** Columns of numbers. */
  readonly values: readonly string[]
  /** Column of the time; rows of a series must stand in its order. */
  readonly time?: string
  /** Column that tells several series apart. */
  readonly id?: string
  /** Column of the class of each step. */
  readonly label?: string
  /** The classes that are known, such as a model's; absent: those of the table. */
  readonly classes?: Classes
  /** Features of the time to add as columns. */
  readonly calendar?: readonly CalendarFeature[]
  /** What takes the place of missing numbers; absent: they are errors. */
  readonly missing?: Filling
  /**
   * Rows from the start of each series that `mean` is taken of, such as those of the training part, or how many they are of a series
   * of some length; all unless given.
   */
  readonly meanOf?: number | ((length: number) => number)
  /** The means themselves where they are known before, such as those that a model was trained with; others are taken of the rows. */
  readonly means?: (id: string, column: string) => number | undefined
  /** Words that stand for a missing value, such as `NA`. */
  readonly blank?: readonly string[]
}

/** The series of a table, in the order in which they begin, and the classes of their steps. */
export interface SeriesSet {
  readonly series: readonly Series[]
  readonly classes?: Classes
}

const known = ['values', 'time', 'id', 'label', 'classes', 'calendar', 'missing', 'meanOf', 'means', 'blank']

/**
 * Reads the series of a table.
 * @throws SluiceError `table-column`, `table-cell`, `series-order`, `class-unknown` or `option-value`
 */
export async function readSeries(table: Table, options: SeriesOptions): Promise<SeriesSet> {
  knownKeys('readSeries', options, known)
  const { values, time, id, label, blank = [], missing } = options
  if (missing !== undefined) oneOf('missing', missing, fillings)
  for (const feature of options.calendar ?? []) oneOf('calendar', feature, calendarFeatures)
  if (time === undefined && options.calendar?.length)
    throw new SluiceError('series-order/untimed', { name: table.name })
  const roles = [...values, ...[time, id, label].filter((column) => column !== undefined)]
  requireColumns(table, roles)
  const kinds = Object.fromEntries([
    ...values.map((column) => [column, 'number'] as const),
    ...(time === undefined ? [] : [[time, 'timestamp'] as const]),
    ...[id, label].flatMap((column) => (column === undefined ? [] : [[column, 'category'] as const])),
  ])
  const found = new Map<string, Growing>()
  for await (const batch of typedBatches(table, kinds, { blank, keepMissing: missing !== undefined })) {
    for (let row = 0; row < batch.count; row++) add(found, batch, row, options)
  }
  const growing = [...found.values()]
  const classes =
    label === undefined ? undefined : (options.classes ?? Classes.of(growing.flatMap(({ labels }) => labels)))
  const series = growing.map((one) => finished(one, table.name, options, classes))
  return { series, ...(classes && { classes }) }
}

/** A series while rows are read. */
interface Growing {
  readonly id: string
  readonly values: ReadonlyMap<string, number[]>
  readonly times: number[]
  readonly labels: string[]
  last?: Place
}

function add(found: Map<string, Growing>, batch: TypedBatch, row: number, options: SeriesOptions): void {
  const { values, time, id, label } = options
  const name = id === undefined ? '' : batch.texts.get(id)![row]!
  const series = found.get(name) ?? {
    id: name,
    values: new Map(values.map((column) => [column, []])),
    times: [],
    labels: [],
  }
  found.set(name, series)
  for (const [column, numbers] of series.values) numbers.push(batch.numbers.get(column)![row]!)
  if (label !== undefined) series.labels.push(batch.texts.get(label)![row]!)
  if (time === undefined) return
  const now = batch.numbers.get(time)![row]!
  const before = series.times.at(-1) ?? -Infinity
  if (now <= before) {
    const key = now < before ? 'series-order/before' : 'series-order/twice'
    throw new SluiceError(key, batch.place(time, row))
  }
  series.times.push(now)
}

function finished(
  { id, values, times, labels }: Growing,
  name: string,
  options: SeriesOptions,
  classes: Classes | undefined,
): Series {
  const { missing, calendar = [], time } = options
  const where = id === '' ? name : `${name}, ${id}`
  const means = new Map<string, number>()
  const columns = [...values].map(([column, numbers]): [string, Float64Array] => {
    const filled = Float64Array.from(numbers)
    const rows = meanRows(options, filled.length)
    const mean =
      missing === 'mean' ? (options.means?.(id, column) ?? knownMean(filled, rows.meanOf)) : undefined
    if (mean !== undefined) means.set(column, mean)
    if (missing) fillMissing(filled, missing, { name: where, column, mean, ...rows })
    return [column, filled]
  })
  const features = time === undefined ? [] : calendarColumns(times, calendar)
  return {
    id,
    length: columns[0]?.[1].length ?? times.length,
    values: new Map<string, Float32Array | Float64Array>([...columns, ...features]),
    ...(time !== undefined && { times: Float64Array.from(times) }),
    ...(missing === 'mean' && { means }),
    ...(classes && { labels: Int32Array.from(labels, (label) => classes.number(label, where)) }),
  }
}

function meanRows({ meanOf }: SeriesOptions, length: number): { readonly meanOf?: number } {
  if (meanOf === undefined) return {}
  return { meanOf: typeof meanOf === 'number' ? meanOf : meanOf(length) }
}

/** Columns side by side as vectors `[steps][columns]`, as models read them. @throws SluiceError `table-column` */
export function framesOf(
  series: Pick<Series, 'id' | 'values'>,
  columns = [...series.values.keys()],
): Float32Array {
  const chosen = columns.map((column) => columnOf(series, column))
  const steps = chosen[0]?.length ?? 0
  const frames = new Float32Array(steps * chosen.length)
  chosen.forEach((column, place) => {
    for (let step = 0; step < steps; step++) frames[step * chosen.length + place] = column[step]!
  })
  return frames
}

function columnOf(
  { id, values }: Pick<Series, 'id' | 'values'>,
  column: string,
): ArrayLike<number> & Iterable<number> {
  const found = values.get(column)
  if (found) return found
  const name = id === '' ? 'the series' : id
  throw new SluiceError('table-column/missing', { name, column, columns: [...values.keys()].join(', ') })
}

/** Columns of all series one behind the other, to fit a scaling on. @throws SluiceError `table-column` */
export function columnsOf(series: readonly Series[], names: readonly string[]): NumberColumns {
  return new Map(
    names.map((name) => [name, Float64Array.from(series.flatMap((one) => [...columnOf(one, name)]))]),
  )
}

/** Where forecasts are learned from. */
export interface ForecastOptions {
  /** Steps that are read before a forecast. */
  readonly context: number
  /** Steps that are foretold. */
  readonly horizon: number
  /** Steps from one forecast to the next. Default 1. */
  readonly every?: number
}

/**
 * The steps at which forecasts begin, with a whole context before and a whole horizon behind each.
 * @param length steps of the series
 * @throws SluiceError `series-short` where the series has no such step
 */
export function forecastStarts(length: number, options: ForecastOptions, what = 'the series'): Int32Array {
  const context = wholeNumber('context', options.context, 1)
  const horizon = wholeNumber('horizon', options.horizon, 1)
  const every = wholeNumber('every', options.every ?? 1, 1)
  const needed = context + horizon
  if (length < needed) throw new SluiceError('series-short', { what, length, context, horizon, needed })
  const count = Math.floor((length - needed) / every) + 1
  return Int32Array.from({ length: count }, (_unused, index) => context + index * every)
}
