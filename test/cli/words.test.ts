import { expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { type Ending, command, ending, modelText, textNotes } from '../../src/cli/train-words.ts'
import { textFrom } from '../../src/data/index.ts'
import { model } from '../../src/model/index.ts'

test('commands are named as they can be called from here', () => {
  expect(command('sample', {})).toBe('sluice sample')
  expect(command('sample', { npm_lifecycle_event: 'start' })).toBe('npm run -s sluice -- sample')
})

test('a model in a few words', () => {
  const input = textFrom('abc').vocabulary
  expect(modelText(model({ input, layers: [cells.gru(5), cells.gru(5)], dropout: 0.25 }))).toBe(
    '2 × gru(5), dropout 0.25',
  )
  expect(modelText(model({ input, layers: [cells.rnn(4), cells.gru(5)], embedding: 6 }))).toBe(
    'embedding(6) + rnn(4) + gru(5)',
  )
})

test('what reading changed is told', () => {
  expect(textNotes(textFrom('\uFEFFa\r\nb\r\n', { name: 'a.txt' }))).toEqual([
    'a.txt: 2 CRLF line ends were read as LF (--keep-cr keeps them)',
    'a.txt: its byte-order mark was dropped',
  ])
  expect(textNotes(textFrom('a\nb'))).toEqual([])
})

const progress = { step: 300, total: 300, best: { step: 250, loss: 1.5 }, sinceBest: 1, stoppedEarly: false }
const measured = { loss: Math.LN2 * 2, bits: 2, perplexity: 4, tokens: 10 }
const end: Ending = { path: 'runs/a', progress, from: 0, seconds: 61, interrupted: false, measured }

test('an ending says what was reached, and which model is kept', () => {
  expect(ending(end)).toEqual([
    'done: 300 updates in 1:01',
    'validation 1.3863 nats a character (2.000 bits, perplexity 4.00)',
    'best after update 250: 1.5000 nats; sample and eval use that one',
  ])
  expect(
    ending({
      ...end,
      from: 100,
      progress: { ...progress, best: null, stoppedEarly: true },
      measured: undefined,
    }),
  ).toEqual(['stopped early, since validation got no better: 200 updates in 1:01, 300 in all'])
})

test('an interrupted or finished run says how to go on', () => {
  expect(ending({ ...end, progress: { ...progress, step: 7 }, interrupted: true })[0]).toMatch(
    /^stopped after update 7, all saved; go on with: .*train --resume runs\/a$/,
  )
  expect(ending({ ...end, from: 300 })[0]).toMatch(
    /^nothing to do: the run has its 300 updates; a longer one: .*--steps 600$/,
  )
})
