import type { CtcLossAttributes } from '../operations/ctc.ts'
import { logSoftmax } from './log-softmax.ts'
import type { LossCall, LossSum } from './loss.ts'

/** The negative log-probabilities of the rows' labels, and what each class of each step has to do with them. */
export const ctcLoss: LossSum = (call, gradient) => {
  const { reduction, zeroInfinity } = call.attributes as CtcLossAttributes
  let sum = 0
  for (let row = 0; row < call.rows; row++) {
    const { classes, steps, labels, logs } = rowOf(call, row)
    const share = reduction === 'sum' ? 1 : 1 / Math.max(1, labels.length)
    const { loss, occupied } = align(logs, extended(labels, blankOf(call)))
    if (loss === Infinity) {
      if (!zeroInfinity) sum = Infinity
      continue
    }
    sum += share * loss
    for (let step = 0; step < steps; step++) {
      const start = (step * call.rows + row) * classes
      logs[step]!.forEach((log, k) => (gradient[start + k] = share * Math.exp(log)))
      occupied[step]!.forEach(([label, probability]) => {
        gradient[start + label]! -= share * probability
      })
    }
  }
  return sum
}

const blankOf = ({ attributes }: LossCall): number => (attributes as CtcLossAttributes).blank ?? 0

/** What belongs to one row: its labels, and the log-probabilities of its steps. */
function rowOf({ inputs, rows, steps: longest }: LossCall, row: number) {
  const [logits, labels, lengths, counts] = inputs as [LossValue, LossValue, LossValue, LossValue]
  const classes = logits.type.shape[0]!
  const most = labels.type.shape[0]!
  const steps = Math.min(longest, lengths.data[row]!)
  const count = Math.min(most, counts.data[row]!)
  const logs = Array.from({ length: steps }, (_unused, step) => {
    const start = (step * rows + row) * classes
    return logSoftmax(logits.data.subarray(start, start + classes))
  })
  return { classes, steps, logs, labels: [...labels.data.subarray(row * most, row * most + count)] }
}

type LossValue = LossCall['inputs'][number]

/** The labels with a blank before, between and after. */
function extended(labels: readonly number[], blank: number): readonly number[] {
  return [blank, ...labels.flatMap((label) => [label, blank])]
}

/** `log(Σ exp(x))`. */
function logSum(...x: readonly number[]): number {
  const most = Math.max(...x)
  return most === -Infinity ? most : most + Math.log(x.reduce((sum, each) => sum + Math.exp(each - most), 0))
}

/** -log of the probability of `path` (labels and blanks) and, for each step, the probability of each of its places. */
function align(logs: readonly Float64Array[], path: readonly number[]) {
  const last = path.length - 1
  const skips = path.map((label, i) => i >= 2 && i % 2 === 1 && label !== path[i - 2])
  const ahead: number[][] = []
  let before = path.map((_label, i) => (i === 0 ? 0 : -Infinity))
  logs.forEach((log) => {
    before = reached(before, skips).map((x, i) => x + (log[path[i]!] ?? -Infinity))
    ahead.push(before)
  })
  const total = logSum(before[last]!, last > 0 ? before[last - 1]! : -Infinity)
  let after = path.map((_label, i) => (i >= last - 1 ? 0 : -Infinity))
  const occupied = logs.map((): (readonly [label: number, probability: number])[] => [])
  for (let step = logs.length - 1; step >= 0; step--) {
    const log = logs[step]!
    occupied[step] = path.map((label, i) => [label, Math.exp(ahead[step]![i]! + after[i]! - total)])
    const own = path.map((label, i) => after[i]! + (log[label] ?? -Infinity))
    after = own.map((x, i) => logSum(x, own[i + 1] ?? -Infinity, skips[i + 2] ? own[i + 2]! : -Infinity))
  }
  return { loss: -total, occupied }
}

/** What each place of the path is reached from: itself, the place before, and past a blank where labels differ. */
function reached(before: readonly number[], skips: readonly boolean[]): number[] {
  return before.map((x, i) => logSum(x, before[i - 1] ?? -Infinity, skips[i] ? before[i - 2]! : -Infinity))
}
