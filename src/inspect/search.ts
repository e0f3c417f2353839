import { Turns } from '../core/turns.ts'
import type { Detection, Detections } from './detect.ts'
import { Shifts } from './fourier.ts'
import type { Labels } from './oracles.ts'
import { type Column, LabelScorer, signalOf } from './score.ts'
import { Trend } from './trend.ts'
import { type TracedValue, tracedUnit } from './traced.ts'

/** Values of some steps, and what oracles say of these. */
export interface Searched {
  readonly steps: number
  readonly values: readonly TracedValue[]
  readonly labels: readonly Labels[]
}

const sure = 0.05

/** Scores every unit against every label. @param top units to list for each */
export async function search({ steps, values, labels }: Searched, top: number): Promise<Detections> {
  const shifts = new Shifts(steps)
  const trend = new Trend(steps)
  const varied = labels.filter((each) => each.values.some((value) => value !== each.values[0]))
  const scorers = new Map(varied.map((each) => [each.name, new LabelScorer(each, shifts, trend)]))
  const result = shifts.zeros()
  for (const columns of pairsOf(values)) {
    for (const isYesNo of [true, false]) {
      const meant = [...scorers.values()].filter((scorer) => scorer.labels.isYesNo === isYesNo)
      if (meant.length === 0) continue
      const signals = columns.map((column) => signalOf(column, isYesNo))
      const trends = signals.map((signal) => trend.of(signal))
      const pair = shifts.pair(signals[0]!, signals[1] ?? new Float64Array(steps))
      for (const scorer of meant) scorer.add(columns, trends, pair, result)
    }
    if (turns.isDue()) await turns.give()
  }
  const detections = labels.map((each) => detection(each, scorers.get(each.name), varied.length, top))
  return { steps, units: values.reduce((sum, { units }) => sum + units, 0), detections }
}

/** Units two by two; the last may be alone. */
function* pairsOf(values: readonly TracedValue[]): Generator<readonly Column[]> {
  let columns: Column[] = []
  for (const value of values) {
    for (let unit = 0; unit < value.units; unit++) {
      columns.push({ layer: value.layer, name: value.name, unit, data: tracedUnit(value, unit) })
      if (columns.length < 2) continue
      yield columns
      columns = []
    }
  }
  if (columns.length > 0) yield columns
}

const turns = new Turns(20)

function detection(
  { name, values, isYesNo }: Labels,
  scorer: LabelScorer | undefined,
  oracles: number,
  top: number,
): Detection {
  const best = (scorer?.best(top) ?? []).map(({ score, share }) => ({
    ...score,
    p: Math.min(1, share * oracles),
  }))
  return {
    oracle: name,
    measure: isYesNo ? 'auc' : 'r2',
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    best,
    chance: scorer?.chanceScore(sure / oracles) ?? 1,
    isFound: best.length > 0 && best[0]!.p < sure,
  }
}
