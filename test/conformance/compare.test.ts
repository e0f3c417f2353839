import { describe, expect, test } from 'vitest'
import { compare } from '../../conformance/compare.ts'

const tolerance = { rtol: 0.1, atol: 0.01 }

describe('compare', () => {
  test('allows atol + rtol times the wanted value', () => {
    expect(compare({ name: 'a', got: [1.109, -0.0099], want: [1, 0] }, tolerance)).toBeUndefined()
    expect(compare({ name: 'a', got: [1.111], want: [1] }, tolerance)?.index).toBe(0)
    expect(compare({ name: 'a', got: [0.011], want: [0] }, tolerance)?.index).toBe(0)
  })

  test('gives the entry that is furthest out, not the largest error', () => {
    const found = compare({ name: 'd W', got: [120, 0, 0.5], want: [100, 0, 0] }, tolerance)
    expect(found).toEqual({ name: 'd W', index: 2, got: 0.5, want: 0, error: 0.5, allowed: 0.01 })
  })

  test('refuses what is no number', () => {
    expect(compare({ name: 'a', got: [0, NaN, 9], want: [0, 0, 0] }, tolerance)?.index).toBe(1)
    expect(compare({ name: 'a', got: [Infinity], want: [1] }, tolerance)?.got).toBe(Infinity)
  })

  test('refuses other lengths', () => {
    expect(() => compare({ name: 'a', got: [1], want: [1, 2] }, tolerance)).toThrow('a has 1 entries, not 2.')
  })
})
