import { expect, test } from 'vitest'
import { notLearning, unlike } from '../../bench/contenders.ts'

test('losses must be those of float64, but for the rounding of float32', () => {
  expect(unlike([4.41, 4.37], [4.4101, 4.3701])).toBeUndefined()
  expect(unlike([4.41, 4.38], [4.41, 4.37])).toBe(
    'its first losses are 4.41, 4.38; in float64 they are 4.41, 4.37',
  )
  expect(unlike([4.41], [4.41, 4.37])).toContain('its first losses are 4.41;')
  expect(unlike([NaN], [4.41])).toContain('NaN')
})

test('a rival starts at a guess of 83 symbols and learns', () => {
  expect(notLearning([4.43, 4.2])).toBeUndefined()
  expect(notLearning([4.43, 4.43])).toContain('its loss goes from 4.43 to 4.43')
  expect(notLearning([3.1, 2.9])).toContain('a guess has 4.4188')
  expect(notLearning([])).toContain('NaN')
})
