import { describe, expect, test } from 'vitest'
import { Stream, threefry } from '../../src/core/random.ts'

const hex = (words: readonly number[]): string =>
  words.map((word) => word.toString(16).padStart(8, '0')).join(' ')

describe('threefry', () => {
  test('gives the published values of 20 rounds', () => {
    expect(hex(threefry(0, 0, 0, 0))).toBe('6b200159 99ba4efe')
    const ones = 0xffffffff
    expect(hex(threefry(ones, ones, ones, ones))).toBe('1cb996fc bb002be7')
    expect(hex(threefry(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3))).toBe('c4923a9c 483df7a0')
  })
})

describe('a stream', () => {
  test('is addressed by seed, labels and position', () => {
    const draws = (stream: Stream): number[] => Array.from({ length: 5 }, () => stream.uniform())
    const first = draws(new Stream(7, 1, 2))
    expect(draws(new Stream(7, 1, 2))).toEqual(first)
    for (const other of [
      new Stream(8, 1, 2),
      new Stream(7, 2, 1),
      new Stream(7, 1),
      new Stream(7 + 2 ** 32, 1, 2),
    ]) {
      expect(draws(other)).not.toEqual(first)
    }
    const resumed = new Stream(7, 1, 2)
    resumed.position = 3
    expect(resumed.uniform()).toBe(first[3])
    expect(resumed.position).toBe(4)
  })

  test('draws beyond 2^32 are still distinct', () => {
    const stream = new Stream(1)
    const first = stream.uniform()
    stream.position = 2 ** 32
    expect(stream.uniform()).not.toBe(first)
  })

  test('uniform and float fill [0, 1) evenly', () => {
    const stream = new Stream(3)
    const counts = new Uint32Array(10)
    let sum = 0
    for (let i = 0; i < 20_000; i++) {
      const x = i % 2 === 0 ? stream.uniform() : stream.float()
      expect(x >= 0 && x < 1).toBe(true)
      sum += x
      counts[Math.floor(x * 10)]!++
    }
    expect(Math.abs(sum / 20_000 - 0.5)).toBeLessThan(0.01)
    const chiSquare = counts.reduce((total, count) => total + (count - 2000) ** 2 / 2000, 0)
    expect(chiSquare).toBeLessThan(27.9) // 0.1 % of 9 degrees of freedom
  })

  test('float is exact in float32', () => {
    const stream = new Stream(4)
    for (let i = 0; i < 100; i++) {
      const x = stream.float()
      expect(Math.fround(x)).toBe(x)
    }
  })

  test('normal has the moments of a standard normal', () => {
    const stream = new Stream(5)
    const count = 40_000
    const moments = [0, 0, 0, 0]
    for (let i = 0; i < count; i++) {
      const x = stream.normal()
      for (let k = 0; k < 4; k++) moments[k]! += x ** (k + 1) / count
    }
    expect(moments[0]!).toBeCloseTo(0, 1)
    expect(moments[1]!).toBeCloseTo(1, 1)
    expect(moments[2]!).toBeCloseTo(0, 1)
    expect(Math.abs(moments[3]! - 3)).toBeLessThan(0.2)
    expect(stream.position).toBe(count)
  })

  test('below stays below and reaches every number', () => {
    const stream = new Stream(6)
    const seen = new Set(Array.from({ length: 200 }, () => stream.below(7)))
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('shuffle permutes in place, every time the same', () => {
    const list = Array.from({ length: 20 }, (_, i) => i)
    const shuffled = new Stream(9).shuffle([...list])
    expect(new Stream(9).shuffle([...list])).toEqual(shuffled)
    expect(shuffled).not.toEqual(list)
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(list)
  })
})
