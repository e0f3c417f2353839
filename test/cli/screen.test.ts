import { expect, test } from 'vitest'
import { Screen } from '../../src/cli/view/screen.ts'
import { styleFor, wantsColour } from '../../src/cli/view/style.ts'

test('live lines are erased and drawn anew, and text goes above them', () => {
  const written: string[] = []
  const screen = new Screen({ write: (text) => written.push(text), columns: 40 })
  screen.draw(['a', 'b'])
  screen.draw(['c', 'd', 'e'])
  screen.print('news')
  screen.clear()
  expect(screen.width).toBe(39)
  expect(written).toEqual([
    'a\nb\n',
    '\u001b[2F\u001b[Jc\nd\ne\n',
    '\u001b[3F\u001b[Jnews\nc\nd\ne\n',
    '\u001b[3F\u001b[J',
  ])
})

test('colour is for terminals that did not refuse it', () => {
  expect(wantsColour(true, { TERM: 'xterm' })).toBe(true)
  expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false)
  expect(wantsColour(true, { NO_COLOR: '' })).toBe(true)
  expect(wantsColour(true, { TERM: 'dumb' })).toBe(false)
  expect(wantsColour(false, {})).toBe(false)
  expect(styleFor(true).green('go')).toBe('\u001b[32mgo\u001b[39m')
  expect(styleFor(false).green('go')).toBe('go')
})
