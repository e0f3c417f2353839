import { expect, test } from 'vitest'
import { SampleTimes, Smoothed } from '../../src/cli/view/samples.ts'

test('samples come at the start, when the loss fell, and after a while, but not too often', () => {
  const times = new SampleTimes()
  expect(times.due(4, 0)).toBe(true)
  expect(times.due(2, 1)).toBe(false) // too soon to read
  expect(times.due(3.9, 3)).toBe(false) // hardly better
  expect(times.due(3.5, 3)).toBe(true)
  expect(times.due(3.45, 12)).toBe(false)
  expect(times.due(3.4, 13.5)).toBe(true) // a little better after ten seconds
  expect(times.due(3.5, 130)).toBe(false)
  expect(times.due(3.5, 134)).toBe(true) // two minutes later in any case
})

test('a smoothed value is a weighted mean from the first value on', () => {
  const smoothed = new Smoothed(0.5)
  expect([4, 1, 1].map((value) => smoothed.add(value))).toEqual([4, 2, 10 / 7])
})
