import { expect, test } from 'vitest'
import { picture, runsOf } from '../../scripts/terminal-picture.ts'

test('a line falls into runs of one look', () => {
  const plain = { bold: false, dim: false, colour: '#d6dae3' }
  expect(runsOf('ab \u001b[32m━━\u001b[2m─\u001b[0m c')).toEqual([
    { column: 0, text: 'ab ', look: plain },
    { column: 3, text: '━━', look: { ...plain, colour: '#a5d76e' } },
    { column: 5, text: '─', look: { bold: false, dim: true, colour: '#a5d76e' } },
    { column: 6, text: ' c', look: plain },
  ])
})

test('text is text, bars are rectangles and braille dots are circles', () => {
  const svg = picture('a < b ╸\u2841\n\n', 10, 'Title')
  expect(svg).toContain('viewBox="0 0 116 84"')
  expect(svg).toContain('<title>Title</title>')
  expect(svg).toContain('<text x="16.0" y="63.0" textLength="42.0" xml:space="preserve">a &lt; b</text>')
  expect(svg).toContain('<rect x="66.4" y="57.0" width="4.4" height="4.0"/>')
  expect(svg.match(/r="1\.5"/g)?.length).toBe(2)
})
