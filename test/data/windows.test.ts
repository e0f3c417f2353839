import { describe, expect, test } from 'vitest'
import { resolveHoldout, split, windows } from '../../src/data/index.ts'

const counting = (count: number): Int32Array => Int32Array.from({ length: count }, (_zero, i) => i + 1)

/** A window with its rows as lists, which is how people read them. */
function byRow(data: Int32Array, rows: number): number[][] {
  return Array.from({ length: rows }, (_row, row) => Array.from(data).filter((_x, i) => i % rows === row))
}

describe('windows over a stream', () => {
  test('are those of the design: [1 … 12], batch 2, window 3', () => {
    const all = [...windows(counting(12), { batch: 2, window: 3 })]
    expect(all.map(({ tokens }) => byRow(tokens, 2))).toEqual([
      [
        [1, 2, 3],
        [7, 8, 9],
      ],
      [
        [4, 5, 6],
        [10, 11, 12],
      ],
    ])
    expect(all.map(({ targets }) => byRow(targets, 2))).toEqual([
      [
        [2, 3, 4],
        [8, 9, 10],
      ],
      [
        [5, 6, 7],
        [11, 12, -1],
      ],
    ])
    expect(all.map(({ predictions }) => predictions)).toEqual([6, 5])
  })

  test('are time-major', () => {
    expect([...windows(counting(12), { batch: 2, window: 3 }).at(0).tokens]).toEqual([1, 7, 2, 8, 3, 9])
  })

  test('end with a shorter one, and leave out what fills no row', () => {
    const cut = windows(counting(11), { batch: 2, window: 3 })
    expect(cut.count).toBe(2)
    expect(cut.predictions).toBe(10)
    const { steps, tokens, targets } = cut.at(1)
    expect(steps).toBe(2)
    expect(byRow(tokens, 2)).toEqual([
      [4, 5],
      [9, 10],
    ])
    expect(byRow(targets, 2)).toEqual([
      [5, 6],
      [10, 11],
    ])
  })

  test('never consist of the position without a target alone', () => {
    const cut = windows(counting(7), { batch: 1, window: 3 })
    expect([...cut].map(({ predictions }) => predictions)).toEqual([3, 3])
    expect(cut.predictions).toBe(6)
  })

  test('count as many predictions as they hold', () => {
    for (let count = 2; count < 30; count++) {
      for (let batch = 1; batch * 2 <= count; batch++) {
        const cut = windows(counting(count), { batch, window: 2 })
        const all = [...cut]
        expect(all).toHaveLength(cut.count)
        expect(all.reduce((sum, { predictions }) => sum + predictions, 0)).toBe(cut.predictions)
        expect(all.every(({ predictions }) => predictions > 0)).toBe(true)
      }
    }
  })

  test('refuse a text that is too short, and say what fits', () => {
    expect(() => windows(counting(100), { batch: 50, window: 50 })).toThrow(
      '100 characters are too few for batch 50 and window 50: ' +
        'take batch 2 at most (with window 50), window 2 at most (with batch 50), or a longer text.',
    )
    expect(() => windows(counting(10), { batch: 20, window: 30 })).toThrow(
      'take batch 1 and window 10 at most',
    )
    expect(() => windows(counting(1), { batch: 1, window: 1 })).toThrow(
      '1 characters are too few to learn from',
    )
    expect(() => windows(counting(9), { batch: 0, window: 1 })).toThrow(
      'batch must be a whole number of at least 1',
    )
    expect(() => windows(counting(9), { batch: 1, window: 1.5 })).toThrow('window must be a whole number')
  })
})

describe('a split', () => {
  test('by the tail keeps the end of the text out, as a target too', () => {
    const { training, validation, description } = split(
      counting(20),
      { batch: 2, window: 4 },
      { by: 'tail', fraction: 0.2 },
    )
    expect([...training].map(({ targets }) => byRow(targets, 2))).toEqual([
      [
        [2, 3, 4, 5],
        [10, 11, 12, 13],
      ],
      [
        [6, 7, 8, 9],
        [14, 15, 16, -1],
      ],
    ])
    expect([...validation!].map(({ tokens }) => byRow(tokens, 2))).toEqual([
      [
        [17, 18],
        [19, 20],
      ],
    ])
    expect(byRow(validation!.at(0).targets, 2)).toEqual([
      [18, 19],
      [20, -1],
    ])
    expect(description).toBe('trained on the first 16 characters, validated on the last 4 (20 %, tail)')
    expect(split(counting(12_345), { batch: 2, window: 4 }).description).toBe(
      'trained on the first 11,110 characters, validated on the last 1,235 (10 %, tail)',
    )
  })

  test('by streams keeps the end of each row out', () => {
    const { training, validation, description } = split(
      counting(20),
      { batch: 2, window: 4 },
      { by: 'streams', fraction: 0.2 },
    )
    expect([...training].map(({ tokens }) => byRow(tokens, 2))).toEqual([
      [
        [1, 2, 3, 4],
        [11, 12, 13, 14],
      ],
      [
        [5, 6, 7, 8],
        [15, 16, 17, 18],
      ],
    ])
    expect(byRow(training.at(1).targets, 2)).toEqual([
      [6, 7, 8, -1],
      [16, 17, 18, -1],
    ])
    expect([...validation!].map(({ tokens }) => byRow(tokens, 2))).toEqual([
      [
        [9, 10],
        [19, 20],
      ],
    ])
    expect(byRow(validation!.at(0).targets, 2)).toEqual([
      [10, 11],
      [20, -1],
    ])
    expect(training.predictions + validation!.predictions).toBe(14 + 3)
    expect(description).toContain(
      'trained on 2 streams of 8 characters, validated on the 2 that follow in each',
    )
  })

  test('may hold nothing out', () => {
    const { training, validation } = split(
      counting(20),
      { batch: 2, window: 5 },
      resolveHoldout({ by: 'none' }),
    )
    expect(training.predictions).toBe(19)
    expect(validation).toBeUndefined()
  })

  test('is a tenth of the tail unless something else is said', () => {
    expect(resolveHoldout()).toEqual({ by: 'tail', fraction: 0.1 })
    expect(split(counting(100), { batch: 1, window: 5 }).training.predictions).toBe(89)
  })

  test('refuses texts too short for it, and wrong options', () => {
    const batching = { batch: 4, window: 2 }
    expect(() => split(counting(20), batching, { by: 'tail', fraction: 0.1 })).toThrow(
      '20 characters, 2 of them held out, are too few for batch 4 and window 2: ' +
        'take batch 2 at most (with window 2), or a longer text.',
    )
    expect(() => split(counting(10), batching, { by: 'streams', fraction: 0.5 })).toThrow(
      'too few for batch 4 and window 2: take batch 2 at most (with window 2), or a longer text.',
    )
    expect(() => split(counting(12), { batch: 1, window: 1 })).toThrow(
      '1 of 12 characters are too few to validate on',
    )
    expect(() => split(counting(12), batching, { by: 'streams', fraction: 0.95 })).toThrow(
      '12 characters, 12 of them held out, are too few to learn from',
    )
    expect(() => resolveHoldout({ fraction: 1 })).toThrow(
      'validation fraction must be a number above 0 and below 1',
    )
    expect(() => resolveHoldout({ by: 'head' } as object)).toThrow(
      'must be one of tail, streams, random, none, not head',
    )
    expect(() => resolveHoldout({ part: 0.1 } as object)).toThrow('validation has no option "part"')
  })
})
