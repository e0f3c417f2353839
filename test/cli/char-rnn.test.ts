import { expect, test } from 'vitest'
import { namesHelp, sampleNames, trainNames, translate } from '../../src/cli/char-rnn.ts'

const known = [
  { long: '--hidden', takesValue: true },
  { long: '--prime', takesValue: true },
  { long: '--clip-norm', takesValue: true },
  { long: '--resume', takesValue: false },
  { long: '--json', takesValue: false },
]
const train = (...args: string[]) => translate(args, known, trainNames)

test("char-rnn's names become the command's own, with one dash or two", () => {
  expect(train('-rnn_size', '512', '--num_layers=3', '-seq_length', '100').args).toEqual([
    '--hidden',
    '512',
    '--layers',
    '3',
    '--window',
    '100',
  ])
  expect(train('-data_dir', 'data/anna', '-checkpoint_dir', 'cv').args).toEqual([
    '--text',
    'data/anna/input.txt',
    '--out',
    'cv',
  ])
})

test('its decay starts after its own number of epochs, which count from 1', () => {
  expect(train('-learning_rate_decay', '0.97').args).toEqual([
    '--decay-after',
    '9',
    '--schedule',
    'step',
    '--decay',
    '0.97',
  ])
  expect(train('-learning_rate_decay_after', '5', '-learning_rate_decay', '0.9').args).toEqual([
    '--decay-after',
    '9',
    '--decay-after',
    '4',
    '--schedule',
    'step',
    '--decay',
    '0.9',
  ])
  expect(train('-decay_rate', '0.95').args).toEqual(['--optimizer', 'rmsprop', '--alpha', '0.95'])
})

test('its clipping is by value alone', () => {
  expect(train('-grad_clip', '5').args).toEqual(['--clip-norm', '0', '--clip-value', '5'])
})

test('names without a meaning here are left out and told', () => {
  expect(train('-gpuid', '-1', '--json')).toEqual({ args: ['--json'], ignored: ['-gpuid'] })
})

test('own names pass, with one dash, underscores or an equals sign; values pass as they are', () => {
  expect(train('book.txt', '-hidden', '5', '--clip_norm=1', '--resume', '--json').args).toEqual([
    'book.txt',
    '--hidden',
    '5',
    '--clip-norm',
    '1',
    '--resume',
    '--json',
  ])
  expect(train('--prime', '-rnn_size', '--', '-rnn_size').args).toEqual([
    '--prime',
    '-rnn_size',
    '--',
    '-rnn_size',
  ])
  expect(train('-h', '-1', '-hiden', '--wat=5').args).toEqual(['-h', '-1', '--hiden', '--wat=5'])
})

test('a name without its value is left as it is, for the error', () => {
  expect(train('-rnn_size').args).toEqual(['-rnn_size'])
})

test('sampling has its own names', () => {
  expect(translate(['-primetext', 'the', '-sample', '0'], known, sampleNames).args).toEqual([
    '--prime',
    'the',
    '--temperature',
    '0',
  ])
  expect(translate(['-sample', '1'], known, sampleNames).args).toEqual([])
  expect(namesHelp(sampleNames)).toBe(
    [
      '',
      "char-rnn's names, understood too:",
      '  -primetext  --prime',
      '  -sample     --temperature 0 (for 0)',
    ].join('\n'),
  )
})

test("names of the library pass, and one dash tells another tool's name from a command's own", () => {
  expect(train('--clipNorm', '1', '-rnnSize', '8').args).toEqual(['--clip-norm', '1', '--hidden', '8'])
  const verbose = [...known, { long: '--verbose', takesValue: false }]
  expect(translate(['-verbose', '0'], verbose, sampleNames)).toEqual({ args: [], ignored: ['-verbose'] })
  expect(translate(['--verbose'], verbose, sampleNames)).toEqual({ args: ['--verbose'], ignored: [] })
})
