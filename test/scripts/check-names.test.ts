import { expect, test } from 'vitest'
import { cellsNamed } from '../../scripts/check-names.ts'

const names = ['gru', 'lstm', 'rnn', 'peephole_lstm']
const words = (text: string): readonly string[] => cellsNamed(text, names).map(({ word }) => word)

test.each([
  'gru',
  'GRU',
  'gruGradient',
  'dGru',
  'step_gru',
  'LSTM_CELL',
  'peepholeLstm',
  "kind === 'peephole_lstm'",
])('%s names a cell', (text) => expect(words(text)).toHaveLength(1))

test.each(['grunt', 'program', 'gruff', 'peephole', 'learn', 'char-rnn', "'rnn-size'", 'rnn_size'])(
  '%s names none',
  (text) => expect(words(text)).toEqual([]),
)

test('comments count, unless they cite', () => {
  expect(words('/** The gates of an LSTM. */\nlet x')).toEqual(['LSTM'])
  expect(words('// fast for the GRU\nlet x')).toEqual(['GRU'])
  expect(words('/** As the LSTM (Hochreiter and Schmidhuber 1997) has it. */\nlet x')).toEqual([])
  expect(words("/** Cited (Cho et al. 2014). */\nconst kind = 'gru'")).toEqual(['gru'])
})

test('the line is told', () => {
  expect(cellsNamed('let a\n/* b\n */\nlet lstm', names)).toEqual([{ word: 'lstm', line: 4 }])
})
