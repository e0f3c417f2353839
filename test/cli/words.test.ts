import { expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import {
  type Ending,
  command,
  ending,
  keptText,
  measuredLength,
  modelText,
  quoted,
  textNotes,
} from '../../src/cli/train-words.ts'
import { textFrom } from '../../src/data/index.ts'
import { branches, layer, model } from '../../src/model/index.ts'
import { resolveSettings } from '../../src/train/index.ts'

test('commands are named as they can be called from here', () => {
  expect(command('sample', {})).toBe('sluice sample')
  expect(command('sample', { npm_lifecycle_event: 'start' })).toBe('npm run -s sluice -- sample')
})

test('paths are quoted where a shell needs it', () => {
  expect(['runs/anna-2', 'my runs/a', "it's", 'a$b'].map(quoted)).toEqual([
    'runs/anna-2',
    "'my runs/a'",
    "'it'\\''s'",
    "'a$b'",
  ])
  const interrupted = ending({
    ...end,
    path: 'my run',
    progress: { ...progress, step: 7 },
    interrupted: true,
  })
  expect(interrupted[0]).toMatch(/ train --resume 'my run'$/)
})

test('minutes that became updates are told', () => {
  expect(measuredLength(resolveSettings({ minutes: 2 }), 1234)).toBe('about 2 minutes: 1,234 updates')
  expect(measuredLength(resolveSettings({ steps: 5 }), 5)).toBeUndefined()
})

test('a model in a few words', () => {
  const input = textFrom('abc').vocabulary
  expect(modelText(model({ input, layers: [cells.gru(5), cells.gru(5)], dropout: 0.25 }))).toBe(
    '2 × gru(5), dropout 0.25',
  )
  expect(modelText(model({ input, layers: [cells.rnn(4), cells.gru(5)], embedding: 6 }))).toBe(
    'embedding(6) + rnn(4) + gru(5)',
  )
  const zoned = layer(cells.gru(6), { residual: true, zoneout: 0.5, skip: 'input' })
  const layers = [branches([[cells.rnn(2)], [cells.rnn(4), cells.rnn(4)]], { norm: true }), zoned]
  expect(modelText(model({ input, layers, embedding: 6, tied: true, embeddingDropout: 0.1 }))).toBe(
    'embedding(6) + [rnn(2) | 2 × rnn(4)] norm + gru(6) skip input residual zoneout h 0.5, tied, embedding dropout 0.1',
  )
})

test('what fits into the memory is told', () => {
  expect(keptText({ bytes: 48e6 }, 50, 1e9)).toBe('memory: about 48.0 MB, everything is kept')
  expect(keptText({ every: 8, bytes: 48e6 }, 50, 5e7)).toBe(
    'memory: about 48.0 MB, states kept at every 8 of 50 steps, the rest computed again',
  )
  expect(keptText({ every: 1, bytes: 48e6 }, 50, 1e6)).toMatch(/computed again; 1.00 MB is too little$/)
  expect(keptText({}, 50, 1e6)).toBe('memory: this runtime keeps everything, whatever --memory says')
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
  const early = { ...progress, step: 50, stoppedEarly: true }
  expect(ending({ ...end, from: 50, progress: early })[0]).toMatch(
    /^nothing to do: the run stopped early; go on with --patience 0 \(or more\): .*--resume runs\/a --patience 0$/,
  )
  const longer = { ...progress, step: 50, total: 40 }
  expect(ending({ ...end, from: 50, progress: longer })[0]).toMatch(/--steps 100$/)
})

test('a run interrupted before its first update is saved, unless its length is unknown', () => {
  const none = { ...progress, step: 0, best: null }
  expect(ending({ ...end, progress: none, interrupted: true })[0]).toMatch(
    /^stopped after update 0, all saved; go on with: /,
  )
  expect(ending({ ...end, progress: { ...none, total: 0 }, interrupted: true })).toEqual([
    'stopped before the first update; nothing was saved',
  ])
})
