import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** How many cases passed, failed and were skipped. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { status: string; assertionResults: readonly unknown[] }[]
}

/** The counts of vitest's JSON report; a file that does not even load counts as one failure. */
export function vitestCounts(json: string): Counts {
  const report = JSON.parse(json) as VitestReport
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** The counts on the last `N passed, N failed, N skipped` line of a text; undefined if there is none. */
export function printedCounts(text: string): Counts | undefined {
  const last = [...text.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1)
  if (last === undefined) return undefined
  const [passed = 0, failed = 0, skipped = 0] = last.slice(1).map(Number)
  return { passed, failed, skipped }
}

/**
 * The one line that sums up a run. Each step that failed without counting its failures adds one; a run that ended with
 * a status other than 0 has at least one.
 */
export function summaryLine(counts: readonly Counts[], failedSteps: number, status: number): string {
  const sum = (pick: (each: Counts) => number) => counts.reduce((total, each) => total + pick(each), 0)
  const failed = Math.max(sum((each) => each.failed) + failedSteps, Math.min(status, 1))
  return `${sum((each) => each.passed)} passed, ${failed} failed, ${sum((each) => each.skipped)} skipped`
}

/** Arguments: the number of steps that failed without counts, the status so far, and files of counts. */
function main([failedSteps = '0', status = '0', ...files]: readonly string[]): void {
  const counts = files.filter((file) => existsSync(file)).map(countsIn)
  console.log(
    summaryLine(
      counts.filter((each) => each !== undefined),
      Number(failedSteps),
      Number(status),
    ),
  )
}

/** The counts of a file: vitest's report if it is JSON, else the line that was printed. */
function countsIn(file: string): Counts | undefined {
  const text = readFileSync(file, 'utf8')
  return file.endsWith('.json') ? vitestCounts(text) : printedCounts(text)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2))
