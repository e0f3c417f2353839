import { SluiceError } from '../core/errors.ts'
import { meanOf, requireNumbers, requirePairs } from './check.ts'

function requireValues(what: string, targets: ArrayLike<number>, predictions: ArrayLike<number>): void {
  requirePairs(what, targets, predictions)
  requireNumbers(targets)
  requireNumbers(predictions)
}

/** Mean of the absolute errors. @throws SluiceError `measure-length`, `measure-empty` or `measure-value` */
export function meanAbsoluteError(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  requireValues('mean absolute error', targets, predictions)
  return meanOf(targets.length, (place) => Math.abs(targets[place]! - predictions[place]!))
}

/** Root of the mean of the squared errors. @throws SluiceError `measure-length`, `measure-empty` or `measure-value` */
export function rootMeanSquaredError(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  requireValues('root mean squared error', targets, predictions)
  return Math.sqrt(meanOf(targets.length, (place) => (targets[place]! - predictions[place]!) ** 2))
}

/**
 * The forecast that repeats the last season of a series.
 * @param season steps after which the series resembles itself, such as 7 for days; 1 repeats the last value
 * @throws SluiceError `measure-value` where the series is shorter than a season
 */
export function seasonalNaive(series: ArrayLike<number>, season: number, horizon: number): Float64Array {
  requireSeason(series, season, season)
  const start = series.length - season
  return Float64Array.from({ length: horizon }, (_unused, step) => series[start + (step % season)]!)
}

/** Mean absolute error within a series of saying what was one season before. */
function seasonalError(series: ArrayLike<number>, season: number): number {
  requireSeason(series, season, season + 1)
  requireNumbers(series)
  const error = meanOf(series.length - season, (at) => Math.abs(series[at + season]! - series[at]!))
  if (error === 0) throw new SluiceError('measure-value/constant', { season })
  return error
}

function requireSeason(series: ArrayLike<number>, season: number, least: number): void {
  if (Number.isInteger(season) && season >= 1 && series.length >= least) return
  throw new SluiceError('measure-value/season', { count: series.length, season })
}

/** What a forecast is compared with. */
export interface Scaled {
  readonly targets: ArrayLike<number>
  readonly predictions: ArrayLike<number>
  /** The series before the forecast, as it was trained on. */
  readonly training: ArrayLike<number>
  /** Steps of a season. */
  readonly season: number
}

/**
 * Mean absolute scaled error: the mean absolute error over that of the seasonal-naive forecast within the training series
 * (Hyndman and Koehler 2006). Below 1 is better than that.
 * @throws SluiceError `measure-length`, `measure-empty` or `measure-value`
 */
export function meanAbsoluteScaledError({ targets, predictions, training, season }: Scaled): number {
  return meanAbsoluteError(targets, predictions) / seasonalError(training, season)
}

/**
 * Share of the targets within their intervals, the ends included.
 * @throws SluiceError `measure-length`, `measure-empty` or `measure-value`
 */
export function intervalCoverage(
  targets: ArrayLike<number>,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
): number {
  requireValues('interval coverage', targets, lower)
  requireValues('interval coverage', targets, upper)
  return meanOf(targets.length, (at) => (targets[at]! >= lower[at]! && targets[at]! <= upper[at]! ? 1 : 0))
}

/**
 * Mean loss of forecasts of a quantile (Koenker and Bassett 1978): an error upwards costs `level`, one downwards
 * 1 - `level`.
 * @param level of the quantile, above 0 and below 1
 * @throws SluiceError `measure-length`, `measure-empty` or `measure-value`
 */
export function pinballLoss(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  level: number,
): number {
  if (!(level > 0 && level < 1)) throw new SluiceError('measure-value/level', { value: String(level) })
  requireValues('pinball loss', targets, predictions)
  return meanOf(targets.length, (place) => {
    const error = targets[place]! - predictions[place]!
    return error >= 0 ? level * error : (level - 1) * error
  })
}
