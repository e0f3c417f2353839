import { expect, test } from 'vitest'
import { columns } from '../../src/cli/view/width.ts'
import {
  type Progress,
  liveLines,
  measureText,
  plainLine,
  sampleBlock,
  validationLine,
} from '../../src/cli/view/progress.ts'
import { styleFor } from '../../src/cli/view/style.ts'

const progress: Progress = {
  step: 300,
  total: 1200,
  epoch: 0.5,
  loss: 1.6234,
  tokensPerSecond: 34120,
  secondsLeft: 43,
  validation: { loss: 1.7012, best: true },
}
const plain = styleFor(false)
const curve = [
  { at: 0, value: 4 },
  { at: 0.24, value: 1.6 },
]

test('live lines show the curve with its range, the bar and the numbers', () => {
  const lines = liveLines(progress, curve, 60, plain)
  expect(lines.length).toBe(8)
  expect(lines[0]).toBe('')
  expect(lines[1]).toMatch(/^ {2}4\.00 [⠀-⣿]{53}$/)
  expect(lines[4]).toMatch(/^ {2}1\.60 [⠀-⣿]{53}$/)
  expect(lines[5]).toBe(`  25 % ${'━'.repeat(13)}╸${'─'.repeat(39)}`)
  expect(lines[6]).toBe(' update 300 of 1,200 · 34.1 k characters/s · 0:43 left')
  expect(lines[7]).toBe(' loss 1.623 · validation 1.701 (best)')
})

test.each([20, 38, 60, 200])('no live line is wider than %d columns', (width) => {
  for (const line of liveLines(progress, curve, width, plain))
    expect(columns(line)).toBeLessThanOrEqual(width + 1)
})

test('a narrow terminal keeps what matters most', () => {
  const lines = liveLines({ ...progress, validation: undefined }, curve, 38, plain)
  expect(lines.slice(6)).toEqual([' update 300 of 1,200 · 0:43 left', ' loss 1.623'])
})

test('plain lines stand alone', () => {
  expect(plainLine(progress)).toBe('update 300/1200  epoch 0.50  loss 1.6234  34120 characters/s  0:43 left')
  const measured = { loss: Math.LN2, bits: 1, perplexity: 2 }
  expect(measureText(measured)).toBe('0.6931 nats a character (1.000 bits, perplexity 2.00)')
  expect(validationLine(300, 1200, { ...measured, best: true })).toBe(
    'update 300/1200  validation 0.6931 nats a character (1.000 bits, perplexity 2.00), best so far',
  )
})

test('a sample is a block without empty lines and without control characters', () => {
  expect(sampleBlock('Call me\n\n\nIshmael\u0007 now.\n', 'after 5 updates', 16, plain)).toBe(
    ['', '  after 5 updates', '  │ Call me', '  │ Ishmael␇', '  │ now.'].join('\n'),
  )
})
