import type { Shifts, Signal } from './fourier.ts'
import type { Labels } from './oracles.ts'
import { ranksOf } from './ranks.ts'
import { type Trend, shared } from './trend.ts'
import { norm } from './vectors.ts'

/** What is known of one unit: how well it tells what a label says. */
export interface UnitScore {
  readonly layer: string
  readonly name: string
  readonly unit: number
  /**
   * Yes or no: the area under the curve, the chance that the unit is larger where the label says yes; 0.5 tells nothing,
   * 0 as much as 1. A number: R², the share of the variance of the label that a line over the unit explains.
   */
  readonly score: number
  /** The same without what a drift over the whole text has of it, a cubic at most. */
  readonly withoutTrend: number
  /** Whether the unit is large (1) or small (-1) where the label is. */
  readonly direction: 1 | -1
}

/** A column of a trace, to be scored. */
export interface Column {
  readonly layer: string
  readonly name: string
  readonly unit: number
  readonly data: Float32Array
}

/** What rounding may leave of a strength of 0. */
const rounding = 1e-9

const significant = (x: number): number => (Math.abs(x) < rounding ? 0 : x)

/** Scores units against one label, and against all circular shifts of it. */
export class LabelScorer {
  readonly labels: Labels
  readonly scores: UnitScore[] = []
  /** Strength of the best unit for each shift of the label. */
  readonly #strongest: Float64Array
  readonly #strengths: number[] = []
  readonly #shifts: Shifts
  readonly #label: Signal
  readonly #trend: readonly number[]
  /** What a correlation is multiplied by to be a strength from 0 to 1. */
  readonly #scale: number

  constructor(labels: Labels, shifts: Shifts, trend: Trend) {
    const { values, isYesNo } = labels
    const yes = values.reduce((sum, value) => sum + value, 0)
    this.labels = labels
    this.#shifts = shifts
    this.#strongest = new Float64Array(values.length)
    const signal = isYesNo ? values : normalised(values)
    this.#label = shifts.label(signal)
    this.#trend = trend.of(signal)
    this.#scale = isYesNo ? 2 / (yes * (values.length - yes)) : 1
  }

  /** Scores two units at once; columns, their trends, and their signals, as `signalOf` makes them for this kind of label. */
  add(
    columns: readonly Column[],
    trends: readonly (readonly number[])[],
    pair: Signal,
    result: Signal,
  ): void {
    this.#shifts.correlate(pair, this.#label, result)
    columns.forEach((column, index) =>
      this.#note(column, trends[index]!, index === 0 ? result.real : result.imaginary),
    )
  }

  #note({ layer, name, unit }: Column, trend: readonly number[], correlations: Float64Array): void {
    const scale = this.#scale
    for (let shift = 0; shift < this.#strongest.length; shift++) {
      const strength = Math.abs(correlations[shift]!) * scale
      if (strength > this.#strongest[shift]!) this.#strongest[shift] = strength
    }
    const found = significant(correlations[0]! * scale)
    const rest = significant((correlations[0]! - shared(trend, this.#trend)) * scale)
    this.scores.push({
      layer,
      name,
      unit,
      score: this.#score(found),
      withoutTrend: this.#score(rest),
      direction: found < 0 ? -1 : 1,
    })
    this.#strengths.push(found * rest > 0 ? Math.min(Math.abs(found), Math.abs(rest)) : 0)
  }

  /** The area under the curve, or R², from a correlation between -1 and 1. */
  #score(found: number): number {
    return this.labels.isYesNo ? 0.5 + found / 2 : found * found
  }

  /**
   * The strongest units, each with the share of shifts for which some unit of all is as strong. What counts is the strength with
   * the trend or without it, whichever is less.
   */
  best(count: number): readonly { readonly score: UnitScore; readonly share: number }[] {
    const order = this.scores.map((_score, index) => index)
    order.sort((a, b) => this.#strengths[b]! - this.#strengths[a]! || a - b)
    const chance = this.#chance()
    return order.slice(0, count).map((index) => {
      const strength = this.#strengths[index]! - rounding
      const above = chance.filter((other) => other >= strength).length
      return { score: this.scores[index]!, share: (above + 1) / (chance.length + 1) }
    })
  }

  /** The score that the best unit reaches by chance in a share of the shifts. */
  chanceScore(share: number): number {
    const chance = this.#chance().sort()
    const strength = chance[Math.min(chance.length - 1, Math.floor((1 - share) * chance.length))] ?? 1
    return this.#score(strength)
  }

  /** Strengths by chance: shifts by less than a twentieth of the text would leave labels much where they are. */
  #chance(): Float64Array {
    const { length } = this.#strongest
    const least = Math.ceil(length / 20)
    return this.#strongest.slice(least, length - least + 1)
  }
}

/**
 * What of a unit is correlated with labels: its ranks for yes or no, its values for numbers; a sum of 0. A unit that is not
 * finite everywhere tells nothing.
 */
export function signalOf({ data }: Column, isYesNo: boolean): Float64Array {
  if (!isYesNo) return normalised(data)
  return data.every(Number.isFinite) ? centred(ranksOf(data)) : new Float64Array(data.length)
}

function centred(values: ArrayLike<number>): Float64Array {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  const mean = sum / values.length
  return Float64Array.from(values, (value) => value - mean)
}

/** Values with a mean of 0 and a norm of 1; zeros where all are the same, and where some are not finite. */
function normalised(values: ArrayLike<number>): Float64Array {
  const result = centred(values)
  const size = norm(result)
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!))
  // What rounding leaves of equal values is no signal.
  const isSignal = size > 1e-9 * most * Math.sqrt(values.length) && size < Infinity
  return result.map((value) => (isSignal ? value / size : 0))
}
