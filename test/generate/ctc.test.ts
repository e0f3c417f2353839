import { describe, expect, it } from 'vitest'
import { Stream } from '../../src/core/random.ts'
import { ctcBeam, ctcGreedy } from '../../src/generate/index.ts'

/** Random log-probabilities of a few steps. */
function randomLogs(seed: number, steps: number, classes: number): number[][] {
  const random = new Stream(seed)
  return Array.from({ length: steps }, () => {
    const e = Array.from({ length: classes }, () => Math.exp(4 * random.float()))
    const total = e.reduce((sum, x) => sum + x, 0)
    return e.map((x) => Math.log(x / total))
  })
}

/** Probability of every sequence of labels, by all alignments. */
function byAlignments(logs: readonly (readonly number[])[], blank: number): ReadonlyMap<string, number> {
  const classes = logs[0]!.length
  const totals = new Map<string, number>()
  for (let code = 0; code < classes ** logs.length; code++) {
    const path = logs.map((_step, t) => Math.floor(code / classes ** t) % classes)
    const labels = path.filter((label, t) => label !== blank && label !== path[t - 1]).join()
    const probability = Math.exp(path.reduce((sum, label, t) => sum + logs[t]![label]!, 0))
    totals.set(labels, (totals.get(labels) ?? 0) + probability)
  }
  return totals
}

describe('ctcGreedy', () => {
  const certain = (path: readonly number[]): number[][] =>
    path.map((label) => [0, 1, 2].map((k) => (k === label ? 0 : -9)))

  it('joins repeats, then drops blanks', () => {
    expect(ctcGreedy(certain([0, 1, 1, 0, 1, 2, 2, 0]))).toEqual([1, 1, 2])
    expect(ctcGreedy(certain([0, 1, 1, 2, 1, 2, 2, 0]), 2)).toEqual([0, 1, 1, 0])
    expect(ctcGreedy(certain([0, 0]))).toEqual([])
    expect(ctcGreedy([])).toEqual([])
  })

  it('takes the lower of equal classes', () => {
    expect(ctcGreedy([[-1, -0.5, -0.5]])).toEqual([1])
  })
})

describe('ctcBeam', () => {
  it.each([
    { seed: 1, steps: 5, classes: 3, blank: 0 },
    { seed: 2, steps: 4, classes: 4, blank: 3 },
    { seed: 3, steps: 6, classes: 2, blank: 1 },
    { seed: 4, steps: 1, classes: 3, blank: 1 },
  ])('is exact with room for all prefixes: %o', ({ seed, steps, classes, blank }) => {
    const logs = randomLogs(seed, steps, classes)
    const want = byAlignments(logs, blank)
    const found = ctcBeam(logs, { width: 10_000, blank })
    expect(found.length).toBe(want.size)
    for (const { labels, log } of found) expect(Math.exp(log)).toBeCloseTo(want.get(labels.join())!, 12)
    expect(found.map(({ log }) => log)).toEqual(found.map(({ log }) => log).toSorted((a, b) => b - a))
  })

  it('finds what the best path misses', () => {
    const step = [0.4, 0.35, 0.25].map((p) => Math.log(p))
    const logs = [step, step]
    expect(ctcGreedy(logs)).toEqual([])
    expect(ctcBeam(logs)[0]!.labels).toEqual([1])
    expect(Math.exp(ctcBeam(logs)[0]!.log)).toBeCloseTo(2 * 0.4 * 0.35 + 0.35 * 0.35, 12)
  })

  it('keeps as many prefixes as it is wide, never with more than their probability', () => {
    const logs = randomLogs(5, 6, 3)
    const want = byAlignments(logs, 0)
    for (const width of [1, 2, 5]) {
      const found = ctcBeam(logs, { width })
      expect(found.length).toBe(width)
      for (const { labels, log } of found)
        expect(Math.exp(log)).toBeLessThanOrEqual(want.get(labels.join())! + 1e-12)
    }
  })

  it('leaves out what cannot be, and stands for nothing at the start', () => {
    expect(ctcBeam([[-Infinity, 0, -Infinity]])).toEqual([{ labels: [1], log: 0 }])
    expect(ctcBeam([])).toEqual([{ labels: [], log: 0 }])
  })

  it('refuses a blank that is no class', () => {
    const logs = [[-1, -0.5]]
    for (const blank of [-1, 0.5, 2]) {
      const message = `blank must be a whole number from 0 to 1, not ${blank}.`
      expect(() => ctcBeam(logs, { blank })).toThrow(message)
      expect(() => ctcGreedy(logs, blank)).toThrow(message)
    }
  })

  it('refuses a beam without width', () => {
    expect(() => ctcBeam([], { width: 0 })).toThrow('width must be a whole number of at least 1, not 0.')
  })
})
