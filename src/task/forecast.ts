import {
  type CalendarFeature,
  type Filling,
  Scaling,
  ScalingFitter,
  type ScalingKind,
  type Series,
  type Table,
  forecastStarts,
  framesOf,
  readSeries,
} from '../data/all.ts'
import { meanAbsoluteScaledError, seasonalNaive } from '../measure/index.ts'
import type { Example, SequenceOutput, ValueLoss } from '../model/index.ts'
import type { HeldOut } from './parts.ts'
import type { Facts, Understood } from './understood.ts'

/** What is filled in where numbers are missing: the mean of each column of a series by its name, and of all series for others. */
export interface Means {
  readonly all: Readonly<Record<string, number>>
  readonly series: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** How a forecasting model reads a table of series: plain JSON, kept with it. */
export interface ForecastCodec {
  readonly task: 'forecast'
  readonly target: string
  /** Further columns that are read. */
  readonly input: readonly string[]
  readonly time?: string
  readonly id?: string
  readonly calendar: readonly CalendarFeature[]
  readonly missing?: Filling
  /** Of `missing: 'mean'`: the means of the training part, which are filled in ever after. */
  readonly means?: Means
  readonly blank: readonly string[]
  /** Steps that are read, steps that are foretold, and steps of a season. */
  readonly context: number
  readonly horizon: number
  readonly season: number
  /** Steps from one window of the training part to the next. */
  readonly every: number
  readonly loss: ValueLoss
  /** Rising. */
  readonly levels: readonly number[]
  readonly scaling: unknown
  readonly heldOut: HeldOut
}

/** What is said about a forecast: a codec without its scaling. */
export interface ForecastOptions extends Omit<ForecastCodec, 'task' | 'scaling'> {
  readonly scaling?: ScalingKind
}

/** Quantiles that are foretold unless it is said otherwise. */
export const usualLevels = [0.1, 0.5, 0.9] as const

/**
 * The series that a codec reads from a table.
 * @param part what is known: a mean that is filled in and was not kept with the model is that of the training part, or of all
 * @throws SluiceError `table-column`, `table-cell` or `series-order`
 */
export async function seriesOf(
  table: Table,
  codec: Omit<ForecastCodec, 'task' | 'scaling'>,
  part: 'training' | 'all',
): Promise<readonly Series[]> {
  const { target, input, time, id, calendar, missing, means, blank } = codec
  const { series } = await readSeries(table, {
    values: [target, ...input],
    ...(time !== undefined && { time }),
    ...(id !== undefined && { id }),
    ...(missing !== undefined && { missing }),
    ...(means && { means: (name: string, column: string) => meanOf(means, name, column) }),
    ...(part === 'training' && { meanOf: (length: number) => Math.max(0, trainedSteps(length, codec)) }),
    calendar,
    blank,
  })
  return series
}

function meanOf({ all, series }: Means, id: string, column: string): number | undefined {
  return (Object.hasOwn(series, id) ? series[id]! : all)[column]
}

/** The means that were filled in, to be kept. */
function meansOf(series: readonly Series[], options: ForecastOptions): Means {
  const columns = [options.target, ...options.input]
  const overall = (column: string): number => {
    const known = series.flatMap(({ values, length }) => [
      ...values.get(column)!.subarray(0, trainedSteps(length, options)),
    ])
    return known.reduce((sum, value) => sum + value, 0) / known.length
  }
  return {
    all: Object.fromEntries(columns.map((column) => [column, overall(column)])),
    series: Object.fromEntries(series.map(({ id, means }) => [id, Object.fromEntries(means!)])),
  }
}

/** Steps of a series before its held out part, which has at least a horizon. */
export function trainedSteps(
  length: number,
  { heldOut, horizon }: Pick<ForecastCodec, 'heldOut' | 'horizon'>,
): number {
  return heldOut.by === 'none' ? length : length - Math.max(horizon, Math.round(length * heldOut.fraction))
}

/**
 * Reads all series of a table and fits the scaling on the first part of each, which is trained on; the end is held out.
 * @param known the codec of the run that goes on
 * @throws SluiceError `series-short`, `scaling-constant`, `table-cell` and others of data
 */
export async function understandForecast(
  table: Table,
  options: ForecastOptions,
  known?: ForecastCodec,
): Promise<Understood<ForecastCodec>> {
  const series = await seriesOf(table, options, 'training')
  for (const one of series) requireRoom(one, table.name, options)
  const scaling = known ? Scaling.fromJSON(known.scaling) : fittedScaling(series, options)
  const { scaling: _kind, ...rest } = { ...options, levels: options.levels.toSorted((a, b) => a - b) }
  const { every } = options
  const means = options.missing === 'mean' ? { means: options.means ?? meansOf(series, options) } : {}
  const codec: ForecastCodec = { task: 'forecast', ...rest, ...means, scaling: scaling.toJSON() }
  const open = (part: 'training' | 'validation'): readonly Example[] =>
    series.flatMap((one) => windowsOf(one, codec, scaling, startsOf(one.length, codec, part, every)))
  const steps = series.reduce((sum, { length }) => sum + length, 0)
  return {
    codec,
    model: { shape: 'many-to-one', input: { vectors: widthOf(codec) }, output: outputOf(codec) },
    unit: 'values',
    facts: {
      ...factsOf(table.name, codec, steps),
      training: countOf(series, codec, 'training', every),
      validation: countOf(series, codec, 'validation', 1),
      ...baseline(series, codec),
    },
    open,
  }
}

/** The held out part must leave room for a window before it. */
function requireRoom({ id, length }: Series, name: string, options: ForecastOptions): void {
  const { context, horizon } = options
  const whole = id === '' ? name : `${name}, ${id}`
  const trained = trainedSteps(length, options)
  const what = trained === length ? whole : `The training part of ${whole} (of ${length} steps)`
  forecastStarts(Math.max(0, trained), { context, horizon }, what)
}

function fittedScaling(series: readonly Series[], options: ForecastOptions): Scaling {
  const columns = [options.target, ...options.input]
  const fitter = new ScalingFitter(columns, options.scaling ?? 'standard')
  for (const { values, length } of series)
    fitter.add(
      new Map(
        columns.map((column) => [column, values.get(column)!.subarray(0, trainedSteps(length, options))]),
      ),
    )
  return fitter.finish()
}

/** The steps at which the forecasts of a part begin. Those of the held out part stand side by side. */
export function startsOf(
  length: number,
  codec: Omit<ForecastCodec, 'task' | 'scaling'>,
  part: 'training' | 'validation' | 'all',
  every: number,
): Int32Array {
  const { context, horizon } = codec
  const trained = trainedSteps(length, codec)
  if (part === 'training') return forecastStarts(trained, { context, horizon, every })
  const first = part === 'all' ? context : Math.max(context, trained)
  const count = Math.max(0, Math.floor((length - horizon - first) / every) + 1)
  return Int32Array.from({ length: count }, (_unused, index) => first + index * every)
}

function countOf(
  series: readonly Series[],
  codec: ForecastCodec,
  part: 'training' | 'validation',
  every: number,
): number {
  if (part === 'validation' && codec.heldOut.by === 'none') return 0
  return series.reduce((sum, { length }) => sum + startsOf(length, codec, part, every).length, 0)
}

/** The vectors of a series: its columns, scaled, and features of the calendar. */
export function scaledFrames(
  { id, values }: Series,
  { target, input }: ForecastCodec,
  scaling: Scaling,
): Float32Array {
  const scaled = new Set([target, ...input])
  const columns = [...values].map(([name, column]): [string, Float32Array | Float64Array] => [
    name,
    scaled.has(name) ? scaling.apply(name, column) : column,
  ])
  return framesOf({ id, values: new Map(columns) })
}

/** Numbers of a step that is read. */
export function widthOf({ input, calendar }: Pick<ForecastCodec, 'input' | 'calendar'>): number {
  return 1 + input.length + calendar.reduce((sum, feature) => sum + (feature === 'weekend' ? 1 : 2), 0)
}

/** Windows of a series as examples: a context, and the target over the horizon behind it. They share their numbers. */
export function windowsOf(
  series: Series,
  codec: ForecastCodec,
  scaling: Scaling,
  starts: Int32Array,
): readonly Example[] {
  const width = widthOf(codec)
  const frames = scaledFrames(series, codec, scaling)
  const target = scaling.apply(codec.target, series.values.get(codec.target)!)
  return Array.from(starts, (start) => ({
    input: frames.subarray((start - codec.context) * width, start * width),
    target: target.subarray(start, start + codec.horizon),
  }))
}

function outputOf({ horizon, loss, levels }: ForecastCodec): SequenceOutput {
  return { values: horizon, loss, ...(loss === 'quantile' && { levels }) }
}

function factsOf(file: string, codec: ForecastCodec, rows: number): Omit<Facts, 'training' | 'validation'> {
  const { target, input, time, calendar, context, horizon, season, loss, heldOut } = codec
  const features = calendar.length > 0 ? ` and the calendar (${calendar.join(', ')})` : ''
  const levels = loss === 'quantile' ? `, quantiles ${codec.levels.join(', ')}` : `, ${loss} loss`
  return {
    task: 'forecast',
    file,
    rows,
    input: `${context} steps of ${[target, ...input].join(', ')}${features}`,
    columns: [
      ...(time === undefined ? [] : [time]),
      ...(codec.id === undefined ? [] : [codec.id]),
      target,
      ...input,
    ],
    answer: `the next ${horizon} steps${levels}; a season has ${season}`,
    target,
    heldOut: heldOut.by === 'none' ? 'none' : 'the end of each series',
  }
}

/** How good it is to say again what was a season before, on the forecasts of the held out part. */
function baseline(series: readonly Series[], codec: ForecastCodec): Pick<Facts, 'baseline'> {
  const errors = series.flatMap((one) => naiveErrors(one, codec))
  if (errors.length === 0) return {}
  const value = errors.reduce((sum, error) => sum + error, 0) / errors.length
  return { baseline: { what: 'what was a season before', measure: 'mean absolute scaled error', value } }
}

function naiveErrors({ length, values }: Series, codec: ForecastCodec): readonly number[] {
  const { horizon, season, heldOut } = codec
  const column = values.get(codec.target)!
  const training = column.subarray(0, trainedSteps(length, codec))
  if (heldOut.by === 'none' || !hasScale(training, season)) return []
  return Array.from(startsOf(length, codec, 'validation', horizon), (start) => {
    const predictions = seasonalNaive(column.subarray(0, start), season, horizon)
    const targets = column.subarray(start, start + horizon)
    return meanAbsoluteScaledError({ targets, predictions, training, season })
  })
}

/** Whether a series does not repeat itself exactly: then errors can be scaled by that of saying what was a season before. */
export function hasScale(series: Float32Array | Float64Array, season: number): boolean {
  return series.some((value, step) => step >= season && value !== series[step - season])
}
