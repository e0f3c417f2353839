import { expect, test } from 'vitest'
import { printedCounts, summaryLine, vitestCounts } from '../../scripts/ci-summary.ts'

const zeros = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
const report = (fields: object) => JSON.stringify({ ...zeros, ...fields })

test('adds pending and todo tests of a report as skipped', () => {
  expect(vitestCounts(report({ numPendingTests: 2, numTodoTests: 1 }))).toEqual({
    passed: 5,
    failed: 0,
    skipped: 3,
  })
})

test('counts a test file that does not load as one failure', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{}, {}] },
    { status: 'passed', assertionResults: [{}] },
  ]
  expect(vitestCounts(report({ numFailedTests: 2, testResults }))).toEqual({
    passed: 5,
    failed: 3,
    skipped: 0,
  })
})

test('reads the last line of counts', () => {
  const text = 'reference\n1 passed, 0 failed, 0 skipped\nall\n12 passed, 3 failed, 45 skipped\n'
  expect(printedCounts(text)).toEqual({ passed: 12, failed: 3, skipped: 45 })
  expect(printedCounts('nothing here')).toBeUndefined()
})

test('sums counts and failed steps in one line', () => {
  const counts = [
    { passed: 5, failed: 1, skipped: 3 },
    { passed: 12, failed: 0, skipped: 45 },
  ]
  expect(summaryLine(counts, 2, 1)).toBe('17 passed, 3 failed, 48 skipped')
  expect(summaryLine([], 0, 0)).toBe('0 passed, 0 failed, 0 skipped')
})

test('a run that ended badly never reports no failure', () => {
  expect(summaryLine([{ passed: 5, failed: 0, skipped: 0 }], 0, 130)).toBe('5 passed, 1 failed, 0 skipped')
})
