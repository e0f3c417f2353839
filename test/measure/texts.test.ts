import { describe, expect, test } from 'vitest'
import { bleu, characterErrorRate, editDistance, exactMatch, wordErrorRate } from '../../src/measure/index.ts'

describe('edits', () => {
  test.each([
    ['kitten', 'sitting', 3],
    ['saturday', 'sunday', 3],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['same', 'same', 0],
    ['😀é', 'é', 1],
  ])('from %j to %j are %i', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits)
    expect(editDistance(b, a)).toBe(edits)
  })

  test('are counted over tokens too', () => {
    expect(editDistance([1, 2, 3], Int32Array.of(1, 3))).toBe(1)
    expect(editDistance(['a', 'b'], ['a', 'c'])).toBe(1)
  })

  test('over characters and over words are rates of the whole corpus', () => {
    expect(characterErrorRate(['abcd', 'ab'], ['abxd', 'a'])).toBeCloseTo(2 / 6, 15)
    expect(wordErrorRate(['the cat sat', 'a  dog'], ['the cat', 'a log'])).toBeCloseTo(2 / 5, 15)
    expect(characterErrorRate(['a'], ['abc'])).toBe(2)
    expect(() => characterErrorRate([''], ['a'])).toThrow('character error rate needs at least one value')
  })

  test('none at all is an exact match', () => {
    expect(exactMatch(['a', 'b c', 'd'], ['a', 'b  c', 'd'])).toBeCloseTo(2 / 3, 15)
    expect(exactMatch([[1, 2]], [Int32Array.of(1, 2)])).toBe(1)
  })
})

describe('BLEU', () => {
  // The examples of Papineni et al. (2002), section 2, in lower case.
  const references = [
    'it is a guide to action that ensures that the military will forever heed party commands',
    'it is the guiding principle which guarantees the military forces always being under the command of the party',
    'it is the practical guide for the army always to heed the directions of the party',
  ]
  const first =
    'it is a guide to action which ensures that the military always obeys the commands of the party'
  const second = 'it is to insure the troops forever hearing the activity guidebook that party direct'

  test('clips the matches of a word at those of a reference', () => {
    const { precisions } = bleu(
      [['the cat is on the mat', 'there is a cat on the mat']],
      ['the the the the the the the'],
    )
    expect(precisions[0]).toBeCloseTo(2 / 7, 15)
    expect(precisions[1]).toBe(0)
  })

  test('has the precisions of the paper', () => {
    expect(bleu([references], [first]).precisions.slice(0, 2)).toEqual([17 / 18, 10 / 17])
    expect(bleu([references], [second]).precisions.slice(0, 2)).toEqual([8 / 14, 1 / 13])
  })

  test('is the geometric mean of the precisions', () => {
    const { bleu: score, precisions, brevityPenalty, length, referenceLength } = bleu([references], [first])
    expect(precisions).toEqual([17 / 18, 10 / 17, 7 / 16, 4 / 15])
    expect([length, referenceLength, brevityPenalty]).toEqual([18, 18, 1])
    expect(score).toBeCloseTo(((17 / 18) * (10 / 17) * (7 / 16) * (4 / 15)) ** 0.25, 14)
    expect(bleu([references], [second]).bleu).toBe(0)
  })

  test('punishes what is too short, over the whole corpus', () => {
    const { brevityPenalty, bleu: score } = bleu([['a b c d e f'], ['g h i j']], ['a b c d', 'g h i j'])
    expect(brevityPenalty).toBeCloseTo(Math.exp(1 - 10 / 8), 15)
    expect(score).toBeCloseTo(Math.exp(1 - 10 / 8), 14)
    expect(bleu([['a b']], ['']).bleu).toBe(0)
  })

  test.each([
    [{ order: 0 }, 'order must be a whole number of at least 1, not 0'],
    [{ order: 1.5 }, 'order must be a whole number of at least 1, not 1.5'],
    [{ smoothing: 'some' as 'none' }, 'smoothing must be one of none, add-one'],
  ])('is refused with %j', (options, message) => {
    expect(() => bleu([['a']], ['a'], options)).toThrow(message)
  })

  test('may be smoothed, and be of another order', () => {
    const smooth = bleu([['a b c d']], ['a b x d'], { smoothing: 'add-one' })
    expect(smooth.precisions).toEqual([3 / 4, 2 / 4, 1 / 3, 1 / 2])
    expect(bleu([['a b c']], ['a b d'], { order: 1 }).bleu).toBeCloseTo(2 / 3, 15)
    expect(bleu([[[1, 2, 3, 4]]], [[1, 2, 3, 4]]).bleu).toBe(1)
  })

  test('needs a reference for each prediction', () => {
    expect(() => bleu([['a']], [])).toThrow('BLEU has 1 and 0 values')
    expect(() => bleu([[]], ['a'])).toThrow('BLEU needs at least one value')
  })
})
