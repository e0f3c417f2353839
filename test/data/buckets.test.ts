import { describe, expect, it } from 'vitest'
import { bucketByLength, padded } from '../../src/data/index.ts'

const lengths = [3, 0, 7, 1, 7, 2, 3]

describe('bucketing by length', () => {
  it('puts the longest first, and counts what is padded', () => {
    expect(bucketByLength(lengths, { batch: 3 })).toEqual({
      batches: [
        { sequences: [2, 4, 0], steps: 7, tokens: 17 },
        { sequences: [6, 5, 3], steps: 3, tokens: 6 },
        { sequences: [1], steps: 0, tokens: 0 },
      ],
      tokens: 23,
      padding: 4 + 3,
    })
  })

  it('pads less than any other order of batches', () => {
    const batches = (order: readonly number[]): number =>
      [order.slice(0, 4), order.slice(4)].reduce(
        (sum, rows) => sum + Math.max(...rows.map((row) => lengths[row]!)) * rows.length,
        0,
      )
    const { tokens, padding } = bucketByLength(lengths, { batch: 4 })
    expect(tokens + padding).toBeLessThanOrEqual(batches([0, 1, 2, 3, 4, 5, 6]))
    expect(tokens + padding).toBeLessThanOrEqual(batches([6, 5, 4, 3, 2, 1, 0]))
  })

  it('shuffles equal lengths and batches by its seed alone', () => {
    const many = Array.from({ length: 200 }, (_unused, index) => index % 5)
    const [one, again, other] = [4, 4, 5].map((seed) => bucketByLength(many, { batch: 10, seed }))
    expect(one).toEqual(again)
    expect(one).not.toEqual(other)
    expect(one!.padding).toBe(0)
    const steps = one!.batches.map((batch) => batch.steps)
    expect(steps).not.toEqual(steps.toSorted((a, b) => b - a))
    const all = one!.batches.flatMap(({ sequences }) => sequences)
    expect(all.toSorted((a, b) => a - b)).toEqual(many.map((_length, index) => index))
  })

  it('takes no sequences at all', () => {
    expect(bucketByLength([], { batch: 2, seed: 1 })).toEqual({ batches: [], tokens: 0, padding: 0 })
  })

  it.each([
    ['a batch of 0', [1], { batch: 0 }, 'batch'],
    ['half a length', [1, 2.5], { batch: 2 }, 'length 1'],
    ['a negative length', [-1, 2], { batch: 2 }, 'length 0'],
  ])('refuses %s', (_name, given, options, part) => {
    expect(() => bucketByLength(given, options)).toThrow(
      expect.objectContaining({ code: 'option-value', message: expect.stringContaining(part) as string }),
    )
  })
})

describe('a padded batch', () => {
  it('has a sequence a row, and rows of length 0 behind', () => {
    expect(padded([[5, 6, 7], [], [8]], 4)).toEqual({
      steps: 3,
      tokens: Int32Array.of(5, -1, 8, -1, 6, -1, -1, -1, 7, -1, -1, -1),
      lengths: Int32Array.of(3, 0, 1, 0),
    })
  })

  it('has a step where all are empty, and another token in the padding if one is given', () => {
    expect(padded([[], []], 2, 3)).toEqual({
      steps: 1,
      tokens: Int32Array.of(3, 3),
      lengths: Int32Array.of(0, 0),
    })
  })

  it('has a row for every sequence', () => {
    expect(() => padded([[1], [2]], 1)).toThrow(expect.objectContaining({ code: 'option-value' }))
  })
})
