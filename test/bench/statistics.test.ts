import { describe, expect, test } from 'vitest'
import { median, pairedRatio } from '../../bench/statistics.ts'

describe('median', () => {
  test('is the middle, or the mean of the two in the middle', () => {
    expect(median([3])).toBe(3)
    expect(median([9, 1, 2])).toBe(2)
    expect(median([10, 1, 2, 4])).toBe(3)
  })

  test('leaves its input as it is, and needs a number', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
    expect(() => median([])).toThrow('median')
  })
})

test('a ratio is taken pair by pair, so that a slow round does not move it', () => {
  expect(pairedRatio([20, 2, 30], [10, 1, 10])).toBe(2)
})
