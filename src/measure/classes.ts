import { SluiceError } from '../core/errors.ts'
import { range } from '../core/collections.ts'
import { meanOf, requireNumbers, requirePairs } from './check.ts'

/** Share of the predicted classes that are right, from 0 to 1. @throws SluiceError `measure-length` or `measure-empty` */
export function accuracy(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  requirePairs('accuracy', targets, predictions)
  return meanOf(targets.length, (place) => (targets[place] === predictions[place] ? 1 : 0))
}

/**
 * How often class `column` was predicted for class `row`: `[target][prediction]`.
 * @throws SluiceError `measure-length`, `measure-empty`, or `measure-value` for a class outside 0 … `classes` - 1
 */
export function confusionMatrix(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): readonly (readonly number[])[] {
  requirePairs('a confusion matrix', targets, predictions)
  const matrix = range(classes).map(() => Array.from({ length: classes }, () => 0))
  for (let place = 0; place < targets.length; place++) {
    const row = matrix[classAt(targets, place, classes)]!
    row[classAt(predictions, place, classes)]!++
  }
  return matrix
}

function classAt(values: ArrayLike<number>, place: number, classes: number): number {
  const value = values[place]!
  if (Number.isInteger(value) && value >= 0 && value < classes) return value
  throw new SluiceError('measure-value/class', { place, value: String(value), classes })
}

/** How well one class is told from the others. */
export interface ClassScores {
  /** Share of its predictions that are right; 0 where it is never predicted. */
  readonly precision: number
  /** Share of its examples that are found; 0 where it has none. */
  readonly recall: number
  /** Harmonic mean of both (van Rijsbergen 1979); 0 where both are. */
  readonly f1: number
  /** Its examples. */
  readonly support: number
}

/** Scores of each class of a confusion matrix `[target][prediction]`. */
export function classScores(matrix: readonly (readonly number[])[]): readonly ClassScores[] {
  return matrix.map((row, index) => {
    const right = row[index]!
    const support = row.reduce((sum, count) => sum + count, 0)
    const predicted = predictionsOf(matrix, index)
    const f1 = ratio(2 * right, support + predicted)
    return { precision: ratio(right, predicted), recall: ratio(right, support), f1, support }
  })
}

function predictionsOf(matrix: readonly (readonly number[])[], index: number): number {
  return matrix.reduce((sum, row) => sum + row[index]!, 0)
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** Mean F1 of the classes of a confusion matrix; classes that are neither there nor predicted are left out. */
export function macroF1(matrix: readonly (readonly number[])[]): number {
  const scores = classScores(matrix).filter(
    ({ support }, index) => support > 0 || predictionsOf(matrix, index) > 0,
  )
  if (scores.length === 0) throw new SluiceError('measure-empty', { what: 'macro-F1' })
  return meanOf(scores.length, (index) => scores[index]!.f1)
}

/** A point of a receiver operating characteristic: what is told positive at and above a threshold. */
export interface RocPoint {
  readonly threshold: number
  /** Share of the negative examples that are told positive. */
  readonly falsePositives: number
  /** Share of the positive examples that are told positive. */
  readonly truePositives: number
}

/**
 * The receiver operating characteristic from (0, 0) to (1, 1), a point for each different score.
 * @param positive 1 or true for positive examples
 * @param scores higher for what is rather positive
 * @throws SluiceError `measure-length`, `measure-empty`, or `measure-value` where all examples are of one kind
 */
export function rocCurve(
  positive: ArrayLike<number | boolean>,
  scores: ArrayLike<number>,
): readonly RocPoint[] {
  requirePairs('a curve', positive, scores)
  requireNumbers(scores)
  const order = range(scores.length).sort((a, b) => scores[b]! - scores[a]!)
  const positives = order.filter((index) => positive[index]).length
  const negatives = order.length - positives
  if (positives === 0 || negatives === 0) throw new SluiceError('measure-value/one-side')
  const points: RocPoint[] = [{ threshold: Infinity, falsePositives: 0, truePositives: 0 }]
  let found = 0
  order.forEach((index, place) => {
    if (positive[index]) found++
    const threshold = scores[index]!
    if (place + 1 < order.length && scores[order[place + 1]!] === threshold) return
    points.push({
      threshold,
      falsePositives: (place + 1 - found) / negatives,
      truePositives: found / positives,
    })
  })
  return points
}

/**
 * Area under the receiver operating characteristic, by trapezoids: the chance that a positive example has a higher score
 * than a negative one, where equal scores count half (Hanley and McNeil 1982). Arguments and errors as of `rocCurve`.
 */
export function rocArea(positive: ArrayLike<number | boolean>, scores: ArrayLike<number>): number {
  const points = rocCurve(positive, scores)
  let area = 0
  for (let at = 1; at < points.length; at++) {
    const [a, b] = [points[at - 1]!, points[at]!]
    area += ((b.falsePositives - a.falsePositives) * (a.truePositives + b.truePositives)) / 2
  }
  return area
}
