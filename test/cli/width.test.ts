import { expect, test } from 'vitest'
import { clipped, columns, fitted, harmless, wrap } from '../../src/cli/view/width.ts'

test('columns count wide characters twice and marks not at all', () => {
  expect(['abc', 'né', 'ne\u0301', '海', 'がある', '😀', 'Œς'].map(columns)).toEqual([3, 2, 2, 2, 6, 2, 2])
})

test('lines break at spaces, in words that are too long, and where they did', () => {
  expect(wrap('the white whale swims', 10)).toEqual(['the white', 'whale', 'swims'])
  expect(wrap('abcdefghijkl mn', 5)).toEqual(['abcde', 'fghij', 'kl mn'])
  expect(wrap('one\n\ntwo', 10)).toEqual(['one', '', 'two'])
  expect(wrap('海海海', 4)).toEqual(['海海', '海'])
  expect(wrap('ab cd', 5)).toEqual(['ab cd'])
})

test('control characters become pictures; line ends and tabs stay', () => {
  expect(harmless('a\u001b[2Jb\r\n\tc\u007f\u0085')).toBe('a␛[2Jb␍\n\tc␡\ufffd')
})

test('what does not fit is cut off, the least important part first', () => {
  expect(clipped('update', 6)).toBe('update')
  expect(clipped('updates', 6)).toBe('updat…')
  const parts = [
    { text: 'update 5', rank: 1 },
    { text: 'speed', rank: 3 },
    { text: '', rank: 4 },
    { text: '0:43 left', rank: 2 },
  ]
  expect(fitted(parts, 40)).toBe('update 5 · speed · 0:43 left')
  expect(fitted(parts, 27)).toBe('update 5 · 0:43 left')
  expect(fitted(parts, 12)).toBe('update 5')
  expect(fitted(parts, 5)).toBe('upda…')
})
