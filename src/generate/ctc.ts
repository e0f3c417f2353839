import { SluiceError } from '../core/errors.ts'
import { exp, log } from '../core/math.ts'

/** Log-probabilities of each class at each step, `[steps][classes]`. */
export type StepLogs = readonly ArrayLike<number>[]

/** A sequence of labels and the logarithm of its probability, summed over the alignments that were looked at. */
export interface Transcript {
  readonly labels: readonly number[]
  readonly log: number
}

/** How `ctcBeam` searches. */
export interface CtcBeamOptions {
  /** Prefixes kept at each step, at least 1; 100 unless given. */
  readonly width?: number
  /** The class that stands for no label; 0 unless given. */
  readonly blank?: number
}

/**
 * The labels of the most probable class of each step: repeats joined, blanks dropped (best path decoding, Graves et al.
 * 2006). Ties go to the lower class.
 * @throws SluiceError `option-value` for a blank that is no class
 */
export function ctcGreedy(logs: StepLogs, blank = 0): readonly number[] {
  checkBlank(logs, blank)
  const path = logs.map((step) => {
    let largest = 0
    for (let k = 1; k < step.length; k++) if (step[k]! > step[largest]!) largest = k
    return largest
  })
  return path.filter((label, at) => label !== blank && label !== path[at - 1])
}

/**
 * Prefix beam search (Graves 2012, section 7.5; Hannun et al. 2014): goes through the steps with the prefixes of labels
 * of largest probability, each summed over its alignments, and gives them by falling probability. With room for every
 * prefix the probabilities are exact. Ties go to the prefix that was found first.
 * @throws SluiceError `option-value` for a width below 1, or a blank that is no class
 */
export function ctcBeam(
  logs: StepLogs,
  { width = 100, blank = 0 }: CtcBeamOptions = {},
): readonly Transcript[] {
  if (!Number.isInteger(width) || width < 1)
    throw new SluiceError('option-value/whole', { name: 'width', least: 1, value: width })
  checkBlank(logs, blank)
  let beam: readonly Prefix[] = [{ labels: [], ended: 0, open: -Infinity }]
  for (const step of logs) beam = best(extended(beam, step, blank), width)
  return beam.map((prefix) => ({ labels: prefix.labels, log: totalOf(prefix) }))
}

function checkBlank([first]: StepLogs, blank: number): void {
  if (!first || (Number.isInteger(blank) && blank >= 0 && blank < first.length)) return
  throw new SluiceError('option-value/between', {
    name: 'blank',
    least: 0,
    most: first.length - 1,
    value: blank,
  })
}

/** Labels so far, with the log-probability of all alignments that end in a blank, and of those that end in a label. */
interface Prefix {
  readonly labels: readonly number[]
  ended: number
  open: number
}

const totalOf = ({ ended, open }: Prefix): number => logAdd(ended, open)

/** `log(exp(a) + exp(b))`. */
function logAdd(a: number, b: number): number {
  const most = Math.max(a, b)
  return most === -Infinity ? most : most + log(1 + exp(Math.min(a, b) - most))
}

/** All prefixes that one more step makes of some. */
function extended(beam: readonly Prefix[], step: ArrayLike<number>, blank: number): readonly Prefix[] {
  const found = new Map<string, Prefix>()
  const prefixOf = (labels: readonly number[]): Prefix => {
    const key = labels.join()
    const prefix = found.get(key) ?? { labels, ended: -Infinity, open: -Infinity }
    found.set(key, prefix)
    return prefix
  }
  for (const before of beam) {
    const all = totalOf(before)
    const last = before.labels.at(-1)
    const same = prefixOf(before.labels)
    same.ended = logAdd(same.ended, all + step[blank]!)
    if (last !== undefined) same.open = logAdd(same.open, before.open + step[last]!)
    for (let label = 0; label < step.length; label++) {
      if (label === blank) continue
      const next = prefixOf([...before.labels, label])
      next.open = logAdd(next.open, (label === last ? before.ended : all) + step[label]!)
    }
  }
  return [...found.values()]
}

/** The most probable prefixes, first those found first. */
function best(prefixes: readonly Prefix[], width: number): readonly Prefix[] {
  const scored = prefixes.map((prefix) => ({ prefix, total: totalOf(prefix) }))
  return scored
    .filter(({ total }) => total > -Infinity)
    .toSorted((a, b) => b.total - a.total)
    .slice(0, width)
    .map(({ prefix }) => prefix)
}
