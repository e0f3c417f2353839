import { expect, test } from 'vitest'
import { notLearning, unlike } from '../../bench/check.ts'

test('numbers must be those of float64, but for a share of the largest', () => {
  expect(unlike([4.41, 0.3701], [4.4101, 0.37], 1e-4)).toBeUndefined()
  expect(unlike([4.41, 0.38], [4.41, 0.37], 1e-4)).toBe('number 2 is 0.38; in float64 it is 0.37')
  expect(unlike([4.41], [4.41, 4.37], 1e-4)).toBe('it gives 1 numbers, not 2')
  expect(unlike([NaN], [4.41], 1e-4)).toContain('number 1 is NaN')
})

test('a rival with weights of its own starts at a guess of 83 symbols and learns', () => {
  expect(notLearning([4.43, 4.5, 4.2])).toBeUndefined()
  expect(notLearning([4.43, 4.43])).toContain('its loss goes from 4.43 to 4.43')
  expect(notLearning([3.1, 2.9])).toContain('a guess has 4.4188')
  expect(notLearning([])).toContain('NaN')
})
