import type { Machine } from '../src/runtime/index.ts'
import { type Difference, excess } from './compare.ts'

/** What became of a case on a machine. */
export interface Result extends Machine {
  readonly file: string
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped, or the error with which it failed. */
  readonly reason?: string
  /** What is out of tolerance in a case that failed. */
  readonly differences?: readonly Difference[]
}

/** Longest list of differences of one case in the text; the JSON lines have all. */
const longest = 4

/** The line of a file on a runtime, then the reasons of its skips and its failures. */
export function fileText(results: readonly Result[]): string {
  const [first] = results
  if (!first) return ''
  const reasons = results.flatMap(({ status, reason }) => (status === 'skipped' ? [reason ?? ''] : []))
  return [
    `${first.file} on ${machineText(first)}: ${countText(results)}`,
    ...[...new Set(reasons)].map(
      (reason) => `  skipped ${reasons.filter((each) => each === reason).length}: ${reason}`,
    ),
    ...results.filter(({ status }) => status === 'failed').flatMap(failureLines),
  ].join('\n')
}

/** A runtime in words: `native avx2, 2 threads`. */
function machineText({ runtime, isa, threads }: Machine): string {
  return runtime === 'reference'
    ? runtime
    : `${runtime} ${isa}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
}

/** `1 passed, 0 failed, 2 skipped`. */
export function countText(results: readonly Result[]): string {
  const count = (wanted: Result['status']) => results.filter(({ status }) => status === wanted).length
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`
}

function failureLines({ name, reason, differences = [] }: Result): readonly string[] {
  const worst = differences.toSorted((a, b) => excess(b) - excess(a)).slice(0, longest)
  const more = differences.length - worst.length
  return [
    `  failed ${name}${reason === undefined ? '' : `: ${reason}`}`,
    ...worst.map((difference) => `    ${differenceText(difference)}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ]
}

function differenceText(difference: Difference): string {
  const { name, index, got, want, error } = difference
  const times = excess(difference).toPrecision(3)
  return `${name}[${index}] is ${got}, not ${want}: error ${error.toExponential(2)}, ${times} times the tolerance`
}
