import { describe, expect, test } from 'vitest'
import {
  accuracy,
  classScores,
  confusionMatrix,
  macroF1,
  rocArea,
  rocCurve,
} from '../../src/measure/index.ts'

const targets = [0, 0, 0, 1, 1, 2]
const predictions = [0, 0, 1, 1, 0, 2]

describe('predicted classes', () => {
  const matrix = confusionMatrix(targets, predictions, 4)

  test('are counted by target and prediction', () => {
    expect(accuracy(targets, predictions)).toBeCloseTo(4 / 6, 15)
    expect(matrix).toEqual([
      [2, 1, 0, 0],
      [1, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
    ])
  })

  test('have precision, recall and F1 of each class', () => {
    const [first, second, third, fourth] = classScores(matrix)
    expect(first).toEqual({ precision: 2 / 3, recall: 2 / 3, f1: 4 / 6, support: 3 })
    expect(second).toEqual({ precision: 1 / 2, recall: 1 / 2, f1: 1 / 2, support: 2 })
    expect(third).toEqual({ precision: 1, recall: 1, f1: 1, support: 1 })
    expect(fourth).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 })
  })

  test('have a mean F1 of the classes that are there or predicted', () => {
    expect(macroF1(matrix)).toBeCloseTo((2 / 3 + 1 / 2 + 1) / 3, 15)
    expect(macroF1(confusionMatrix([0, 0], [0, 1], 3))).toBeCloseTo((2 / 3 + 0) / 2, 15)
  })

  test('are refused where they do not fit', () => {
    expect(() => accuracy([0], [])).toThrow('accuracy has 1 and 0 values')
    expect(() => accuracy([], [])).toThrow('accuracy needs at least one value')
    expect(() => confusionMatrix([0, 2], [0, 0], 2)).toThrow('Class 2 at place 1 is not one of 2 classes')
    expect(() => confusionMatrix([0], [0.5], 2)).toThrow('Class 0.5 at place 0')
    expect(() => macroF1([[0]])).toThrow('macro-F1 needs')
  })
})

describe('the area under the curve', () => {
  test('is the share of pairs in the right order', () => {
    // Positive scores 0.8, 0.4 against negative 0.35, 0.1: 4 of 4; then 0.35 positive and 0.4 negative: 3 of 4.
    expect(rocArea([0, 0, 1, 1], [0.1, 0.35, 0.4, 0.8])).toBe(1)
    expect(rocArea([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75)
    expect(rocArea([1, 1, 0, 0], [0.1, 0.35, 0.4, 0.8])).toBe(0)
  })

  test('counts equal scores half', () => {
    expect(rocArea([0, 1, 0, 1], [1, 1, 1, 1])).toBe(0.5)
    // Pairs: (3,3) half, (3,1) right, (2,3) wrong, (2,1) right: 2.5 of 4.
    expect(rocArea([true, true, false, false], [3, 2, 3, 1])).toBe(0.625)
  })

  test('has one point for each different score', () => {
    expect(rocCurve([1, 1, 0, 0], [3, 2, 3, 1])).toEqual([
      { threshold: Infinity, falsePositives: 0, truePositives: 0 },
      { threshold: 3, falsePositives: 0.5, truePositives: 0.5 },
      { threshold: 2, falsePositives: 0.5, truePositives: 1 },
      { threshold: 1, falsePositives: 1, truePositives: 1 },
    ])
  })

  test('needs examples of both kinds, and finite scores', () => {
    expect(() => rocArea([1, 1], [0, 1])).toThrow('needs positive and negative examples')
    expect(() => rocArea([1, 0], [NaN, 1])).toThrow('The number at place 0 is NaN')
  })
})
