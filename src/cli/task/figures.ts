import type { ClassFigures, ForecastCodec, ForecastFigures, TextFigures } from '../../task/index.ts'
import { count, few, plural } from '../view/format.ts'
import { table } from '../view/table.ts'

/** Classes of which all is shown, at most. */
const mostShown = 20

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** Figures of a model that tells classes. */
export function classLines(figures: ClassFigures, thing: string): readonly string[] {
  const { count: all, loss, accuracy, macroF1, classes } = figures
  const head = [
    `accuracy ${percent(accuracy)} of ${plural(all, thing)}`,
    `macro-F1 ${macroF1.toFixed(4)}`,
    `loss ${loss.toFixed(4)} nats`,
  ]
  if (classes.length > mostShown) return head
  return [...head, '', ...scoreLines(figures), '', ...confusionLines(figures)]
}

function scoreLines({ classes, scores }: ClassFigures): readonly string[] {
  const rows = scores.map(({ precision, recall, f1, support }, place) => [
    classes[place]!,
    ...[precision, recall, f1].map((score) => score.toFixed(3)),
    count(support),
  ])
  return table([['class', 'precision', 'recall', 'F1', 'count'], ...rows])
}

/** What is taken for what: a row for each class, a column for each answer. */
function confusionLines({ classes, confusion }: ClassFigures): readonly string[] {
  const rows = confusion.map((row, place) => [classes[place]!, ...row.map(count)])
  return table([['is, taken for', ...classes], ...rows])
}

/** Figures of forecasts. */
export function forecastLines(figures: ForecastFigures, { horizon }: ForecastCodec): readonly string[] {
  const { forecasts, meanAbsoluteError, rootMeanSquaredError, scaledError, naiveScaledError } = figures
  const { coverage, expectedCoverage } = figures
  return [
    `${plural(forecasts, 'forecast')} of ${plural(horizon, 'step')}`,
    ...(scaledError === undefined || naiveScaledError === undefined
      ? []
      : [
          `mean absolute scaled error ${scaledError.toFixed(4)}; what was a season before has ${naiveScaledError.toFixed(4)}`,
        ]),
    `mean absolute error ${few(meanAbsoluteError)}, root of the mean squared error ${few(rootMeanSquaredError)}`,
    ...(coverage === undefined
      ? []
      : [`${percent(coverage)} lie in the interval that is to hold ${percent(expectedCoverage!)}`]),
  ]
}

/** Figures of texts that are written. */
export function textLines({
  count: all,
  loss,
  exactMatch,
  editDistance,
  bleu,
}: TextFigures): readonly string[] {
  return [
    `${percent(exactMatch)} of ${plural(all, 'text')} exactly`,
    `edit distance ${editDistance.toFixed(4)} a character`,
    `BLEU ${bleu.toFixed(4)}`,
    `loss ${loss.toFixed(4)} nats a token`,
  ]
}
