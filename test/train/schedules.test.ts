import { describe, expect, test } from 'vitest'
import { type ScheduleOptions, rateFactor, resolveSchedule } from '../../src/train/index.ts'

/** Factors of all updates of a run of 8, with 2 to an epoch. */
function factors(options: ScheduleOptions): number[] {
  const schedule = resolveSchedule(options)
  return Array.from({ length: 8 }, (_zero, i) => rateFactor(schedule, { step: i + 1, perEpoch: 2, total: 8 }))
}

describe('a schedule', () => {
  test('is constant unless something else is said', () => {
    expect(resolveSchedule()).toEqual({ kind: 'constant', warmup: 0 })
    expect(factors({})).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  })

  test('warms up in equal steps', () => {
    expect(factors({ warmup: 4 })).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
  })

  test('in steps changes between epochs', () => {
    expect(factors({ kind: 'step' })).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125])
    expect(factors({ kind: 'step', every: 2, after: 1, factor: 0.1 })).toEqual([1, 1, 1, 1, 1, 1, 0.1, 0.1])
  })

  test('that is exponential falls smoothly', () => {
    const root = Math.sqrt(0.5)
    const expected = [1, root, 0.5, root / 2, 0.25, root / 4, 0.125, root / 8]
    factors({ kind: 'exponential', factor: 0.5 }).forEach((factor, i) =>
      expect(factor).toBeCloseTo(expected[i]!, 15),
    )
    expect(factors({ kind: 'exponential', after: 3 }).slice(0, 7)).toEqual([1, 1, 1, 1, 1, 1, 1])
  })

  test('of a cosine starts whole after the warm-up and nears its end', () => {
    const values = factors({ kind: 'cosine', warmup: 2, final: 0.2 })
    const expected = [0, 1, 2, 3, 4, 5].map((i) => 0.2 + 0.4 * (1 + Math.cos((Math.PI * i) / 6)))
    expect(values.slice(0, 3)).toEqual([0.5, 1, 1])
    values.slice(2).forEach((factor, i) => expect(factor).toBeCloseTo(expected[i]!, 14))
  })

  test('keeps its options when it is resolved again', () => {
    for (const kind of ['constant', 'step', 'exponential', 'cosine'] as const) {
      expect(resolveSchedule(resolveSchedule(kind))).toEqual(resolveSchedule(kind))
    }
  })

  test('refuses options of others and numbers out of range', () => {
    expect(() => resolveSchedule({ kind: 'cosine', factor: 0.5 })).toThrow(
      'The schedule cosine has no option "factor"; it takes warmup, final.',
    )
    expect(() => resolveSchedule({ kind: 'step', factor: 0 })).toThrow(
      'factor must be a number above 0 and at most 1',
    )
    expect(() => resolveSchedule({ warmup: -1 })).toThrow('warmup must be a whole number of at least 0')
    expect(() => resolveSchedule('linear' as 'step')).toThrow(
      'must be one of constant, step, exponential, cosine',
    )
  })
})
