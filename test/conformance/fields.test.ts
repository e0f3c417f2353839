import { expect, test } from 'vitest'
import { Fields, parts, swapped } from '../../conformance/fields.ts'

const fields = new Fields(
  {
    size: 3,
    none: null,
    name: 'a',
    list: [1, 2],
    w: { shape: [2, 2], data: [1, 2, 3] },
    v: { dims: [1], data: [7] },
  },
  'a.json',
)

test('fields give their values', () => {
  expect(fields.count('size')).toBe(3)
  expect(fields.has('none')).toBe(false)
  expect(fields.choice('name', ['a', 'b'])).toBe('a')
  expect(fields.tensor('v')).toEqual({ shape: [1], data: [7] })
})

test('a wrong field is an error with its place', () => {
  expect(() => fields.count('name')).toThrow('a.json: name must be a whole number above zero, not "a".')
  expect(() => fields.choice('name', ['b', 'c'])).toThrow('a.json: name must be one of b, c, not "a".')
  expect(() => fields.number('missing')).toThrow('a.json: missing must be a number, but is missing.')
  expect(() => fields.tensor('w')).toThrow('a.json: w has 3 entries for the shape [2, 2].')
  expect(() => fields.object('list')).toThrow('a.json: list must be an object.')
  expect(() => fields.known(['size'])).toThrow('a.json: none is not known; known are size.')
})

test('swapped exchanges the first two axes', () => {
  const tensor = { shape: [2, 3, 2], data: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }
  expect(swapped(tensor)).toEqual({ shape: [3, 2, 2], data: [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11] })
  expect(swapped(swapped(tensor))).toEqual(tensor)
})

test('parts cut along the first axis', () => {
  expect(parts({ shape: [2, 2], data: [1, 2, 3, 4] }, 2)).toEqual([
    [1, 2],
    [3, 4],
  ])
})
