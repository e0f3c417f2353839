import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

test('any input gives a cell, which reads back, or an EquationError with a place', () => {
  const { cells, errors } = fuzz(1000, 17)
  expect(cells).toBeGreaterThan(100)
  expect(errors.size).toBeGreaterThan(10)
})
