import { describe, expect, test } from 'vitest'
import {
  intervalCoverage,
  meanAbsoluteError,
  meanAbsoluteScaledError,
  pinballLoss,
  rootMeanSquaredError,
  seasonalNaive,
} from '../../src/measure/index.ts'

describe('predicted values', () => {
  test('have a mean absolute and a root mean squared error', () => {
    expect(meanAbsoluteError([1, 2, 3], [2, 2, 1])).toBe(1)
    expect(rootMeanSquaredError([1, 2, 3], [2, 2, 1])).toBeCloseTo(Math.sqrt(5 / 3), 15)
    expect(() => meanAbsoluteError([1], [Infinity])).toThrow('The number at place 0 is Infinity')
    expect(() => rootMeanSquaredError([1, 2], [1])).toThrow('root mean squared error has 2 and 1 values')
  })

  test('lie within their intervals, ends included', () => {
    expect(intervalCoverage([1, 2, 3, 4], [0, 2, 4, 0], [1, 3, 5, 3])).toBe(0.5)
  })

  test('of a quantile cost its level above and the rest below', () => {
    expect(pinballLoss([10, 10], [8, 14], 0.9)).toBeCloseTo((0.9 * 2 + 0.1 * 4) / 2, 15)
    expect(pinballLoss([3, 5], [4, 4], 0.5)).toBe(meanAbsoluteError([3, 5], [4, 4]) / 2)
    expect(() => pinballLoss([1], [1], 1)).toThrow('must be above 0 and below 1, not 1')
  })
})

describe('a forecast', () => {
  const training = [1, 5, 2, 7, 4, 8]

  test('that is seasonal-naive repeats the last season', () => {
    expect([...seasonalNaive(training, 2, 5)]).toEqual([4, 8, 4, 8, 4])
    expect([...seasonalNaive(training, 1, 2)]).toEqual([8, 8])
    expect(() => seasonalNaive([1, 2], 3, 1)).toThrow('2 values are too few for season 3')
  })

  test('is scaled by the seasonal-naive error within the training series', () => {
    // |2-1|, |7-5|, |4-2|, |8-7|: mean 1.5.
    const forecast = { targets: [5, 9], predictions: [4, 11], training, season: 2 }
    expect(meanAbsoluteScaledError(forecast)).toBe(1.5 / 1.5)
    // Season 1: 4, 3, 5, 3, 4: mean 3.8.
    expect(meanAbsoluteScaledError({ ...forecast, season: 1 })).toBeCloseTo(1.5 / 3.8, 15)
    expect(() => meanAbsoluteScaledError({ ...forecast, training: [1, 2, 1, 2] })).toThrow('repeats itself')
    expect(() => meanAbsoluteScaledError({ ...forecast, season: 6 })).toThrow('6 values are too few')
  })
})
