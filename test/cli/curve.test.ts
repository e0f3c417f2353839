import { expect, test } from 'vitest'
import { Thinned, bar, drawCurve } from '../../src/cli/view/curve.ts'

const points = (...values: readonly number[]) =>
  values.map((value, index) => ({ at: index / values.length, value }))

test('a falling line runs from the top left to the bottom right', () => {
  expect(drawCurve(points(7, 6, 5, 4, 3, 2, 1, 0), 4, 2)).toEqual({
    lines: ['⠑⢄⠀⠀', '⠀⠀⠑⢄'],
    most: 7,
    least: 0,
  })
})

test('a level curve lies at the bottom', () => {
  expect(drawCurve(points(2, 2, 2, 2), 2, 1)).toEqual({ lines: ['⣀⣀'], most: 2, least: 2 })
})

test('nothing yet, and what has not come yet, is empty', () => {
  expect(drawCurve([], 3, 1)).toEqual({ lines: ['⠀⠀⠀'], most: 0, least: 0 })
  expect(drawCurve([{ at: 0.2, value: 3 }], 4, 1).lines).toEqual(['⢀⠀⠀⠀'])
})

test('points of one column are averaged, and holes are filled', () => {
  const drawing = drawCurve(
    [
      { at: 0, value: 1 },
      { at: 0.01, value: 3 },
      { at: 0.9, value: 5 },
    ],
    2,
    1,
  )
  expect(drawing).toEqual({ lines: ['⣀⡸'], most: 5, least: 2 })
})

test('the few steep columns at the start do not flatten the rest', () => {
  const steep = points(...Array.from({ length: 40 }, (_, index) => (index === 0 ? 100 : 2 - index / 40)))
  const { most, least } = drawCurve(steep, 20, 2)
  expect([most, least]).toEqual([2 - 2 / 40, 2 - 39 / 40])
})

test('a bar counts in halves', () => {
  expect([0, 0.5, 0.6, 1, 2].map((share) => bar(share, 5))).toEqual([
    { full: '', rest: '─────' },
    { full: '━━╸', rest: '──' },
    { full: '━━━', rest: '──' },
    { full: '━━━━━', rest: '' },
    { full: '━━━━━', rest: '' },
  ])
})

test('a curve that goes on and on keeps its means', () => {
  const curve = new Thinned()
  for (let at = 0; at < 4095; at++) curve.add({ at, value: 2 * at })
  expect(curve.points.length).toBe(4095)
  for (let at = 4095; at < 20_000; at++) curve.add({ at, value: 2 * at })
  expect(curve.points.length).toBe(2500)
  expect(curve.points.slice(0, 2)).toEqual([
    { at: 3.5, value: 7 },
    { at: 11.5, value: 23 },
  ])
  expect(curve.points.at(-1)).toEqual({ at: 19_995.5, value: 39_991 })
})
