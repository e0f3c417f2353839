import { expect, test } from 'vitest'
import { count, duration, few, plural, short } from '../../src/cli/view/format.ts'

test('numbers get thousands, short forms and nouns', () => {
  expect([0, 999, 1000, 1985223].map(count)).toEqual(['0', '999', '1,000', '1,985,223'])
  expect([7, 999.4, 999.6, 9994, 34120, 99960, 999_600, 12_345_678].map(short)).toEqual([
    '7',
    '999',
    '1.00 k',
    '9.99 k',
    '34.1 k',
    '100 k',
    '1.00 M',
    '12.3 M',
  ])
  expect([plural(1, 'layer'), plural(1024, 'layer')]).toEqual(['1 layer', '1,024 layers'])
  expect([0.002, 1e-7, 0.1 + 0.2].map(few)).toEqual(['0.002', '1e-7', '0.3'])
})

test('time spans grow with their units', () => {
  expect([0, 7.4, 61, 3599, 3600, 7512, 90_000, NaN].map(duration)).toEqual([
    '0:00',
    '0:07',
    '1:01',
    '59:59',
    '1 h 00 min',
    '2 h 05 min',
    '1 d 1 h',
    '?',
  ])
})
