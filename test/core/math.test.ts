import { describe, expect, test } from 'vitest'
import { cos, exp, log, pow, sin } from '../../src/core/math.ts'
import { Stream } from '../../src/core/random.ts'

const view = new DataView(new ArrayBuffer(8))

/** Place of a double in the order of all doubles. */
function order(x: number): bigint {
  view.setFloat64(0, x)
  const bits = view.getBigInt64(0)
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits
}

function ulps(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Infinity
  const distance = order(a) - order(b)
  return Number(distance < 0n ? -distance : distance)
}

function worst(
  count: number,
  draw: (stream: Stream) => number,
  ours: (x: number) => number,
  theirs: (x: number) => number,
) {
  const stream = new Stream(count)
  let most = 0
  for (let i = 0; i < count; i++) {
    const x = draw(stream)
    most = Math.max(most, ulps(ours(x), theirs(x)))
  }
  return most
}

const between = (lo: number, hi: number) => (stream: Stream) => lo + (hi - lo) * stream.uniform()

describe('within 4 units in the last place of the engine', () => {
  test.each([
    [-1, 1],
    [-50, 50],
    [-744, 709],
  ])('exp from %d to %d', (lo, hi) => {
    expect(worst(4000, between(lo, hi), exp, Math.exp)).toBeLessThanOrEqual(4)
  })

  test('log near 1 and over all magnitudes', () => {
    expect(worst(4000, between(0.5, 2), log, Math.log)).toBeLessThanOrEqual(4)
    expect(worst(4000, between(0.999, 1.001), log, Math.log)).toBeLessThanOrEqual(4)
    expect(worst(4000, (stream) => exp(between(-740, 709)(stream)), log, Math.log)).toBeLessThanOrEqual(4)
  })

  test.each([
    ['sin', sin, Math.sin],
    ['cos', cos, Math.cos],
  ] as const)('%s, also next to its zeros', (_name, ours, theirs) => {
    expect(worst(4000, between(-7, 7), ours, theirs)).toBeLessThanOrEqual(4)
    expect(worst(4000, between(-1e6, 1e6), ours, theirs)).toBeLessThanOrEqual(4)
    expect(
      worst(4000, (stream) => (stream.below(2000) - 1000) * (Math.PI / 2), ours, theirs),
    ).toBeLessThanOrEqual(4)
  })

  test('pow', () => {
    expect(
      worst(
        4000,
        between(0, 3),
        (x) => pow(x, 2.5),
        (x) => x ** 2.5,
      ),
    ).toBeLessThanOrEqual(4)
    expect(
      worst(
        4000,
        between(0, 300),
        (y) => pow(10, y),
        (y) => 10 ** y,
      ),
    ).toBeLessThanOrEqual(4)
    expect(
      worst(
        4000,
        between(0, 1e5),
        (y) => pow(0.999, Math.round(y)),
        (y) => 0.999 ** Math.round(y),
      ),
    ).toBeLessThanOrEqual(4)
    expect(
      worst(
        1000,
        between(-20, 20),
        (x) => pow(x, 3),
        (x) => x ** 3,
      ),
    ).toBeLessThanOrEqual(4)
  })
})

test('ends of the range', () => {
  expect([exp(-Infinity), exp(Infinity), exp(NaN), exp(0), exp(710), exp(-746)]).toEqual([
    0,
    Infinity,
    NaN,
    1,
    Infinity,
    0,
  ])
  expect(exp(-745.1)).toBe(5e-324)
  expect([log(0), log(-1), log(Infinity), log(1), log(NaN)]).toEqual([-Infinity, NaN, Infinity, 0, NaN])
  expect(log(5e-324)).toBe(-744.4400719213812)
  expect([sin(0), cos(0), cos(Infinity), sin(NaN)]).toEqual([0, 1, NaN, NaN])
  for (const [x, y] of [
    [0, 0],
    [0, 3],
    [0, -1],
    [2, Infinity],
    [-8, 1 / 3],
    [NaN, 0],
    [1, NaN],
    [Infinity, -1],
    [1e200, 2],
    [1e200, -2],
    [-2, 5],
    [-2, 4],
  ] as const) {
    expect(pow(x, y)).toBe(x ** y)
  }
})

test('whole powers that a double holds are exact', () => {
  for (let k = -30; k <= 30; k++) expect(pow(2, k)).toBe(2 ** k)
  for (let k = 0; k <= 22; k++) expect(pow(10, k)).toBe(Number(`1e${k}`))
})
