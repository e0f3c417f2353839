import { expect, test } from 'vitest'
import { assignments, memorySize, real, whole, word } from '../../src/cli/options.ts'
import { settingsFrom } from '../../src/cli/train-settings.ts'
import { resolveSettings } from '../../src/train/index.ts'

test('numbers and words are read, or refused by the name of the option', () => {
  expect(whole('--hidden', 1)('128')).toBe(128)
  expect(real('--lr', { above: 0 })('2e-3')).toBe(0.002)
  expect(word('--split', ['tail', 'streams'])('streams')).toBe('streams')
  expect(() => whole('--hidden', 1)('0')).toThrow('--hidden must be a whole number of at least 1, not 0.')
  expect(() => whole('--hidden', 1)('many')).toThrow(
    '--hidden must be a whole number of at least 1, not "many".',
  )
  expect(() => whole('--hidden', 1)(' ')).toThrow('not " ".')
  expect(() => real('--lr', { above: 0 })('-1')).toThrow('--lr must be a number above 0, not -1.')
  expect(() => word('--split', ['tail', 'streams'])('tails')).toThrow(
    '--split must be one of tail, streams, not tails.',
  )
})

test('memory is a number with a unit', () => {
  const read = memorySize('--memory')
  expect(['512MB', '2GB', '1.5g', ' 300 kB ', '1T'].map((text) => read(text))).toEqual([
    512e6, 2e9, 1.5e9, 3e5, 1e12,
  ])
  for (const text of ['512', 'MB', '-1MB', '1XB', '0MB', ''])
    expect(() => read(text)).toThrow(
      `--memory must be a number with a unit, such as 512MB or 2GB, not ${text}.`,
    )
})

test('assignments gather', () => {
  const read = assignments('--size', whole('--size', 1))
  expect(read('q=3', read('p=2'))).toEqual({ p: 2, q: 3 })
  expect(() => read('p')).toThrow('--size takes NAME=VALUE, such as --size b=1, not "p".')
})

test('nothing given leaves everything to the library', () => {
  expect(settingsFrom({})).toEqual({})
})

test('flags become settings', () => {
  const flags = {
    batch: 32,
    steps: 10,
    lr: 0.01,
    clipNorm: 1,
    optimizer: 'rmsprop',
    alpha: 0.9,
    schedule: 'step',
    decay: 0.5,
    decayAfter: 3,
    warmup: 5,
    validation: 0.2,
    split: 'streams',
    validateEvery: 7,
    seed: 4,
    accumulate: 2,
    freeze: ['embedding.*'],
    lrOf: { 'head.*': 0.1 },
    weightDecayOf: { '*.b*': 0 },
    average: { kind: 'ema', decay: 0.9 },
  } as const
  const settings = settingsFrom(flags)
  expect(settings).toEqual({
    batch: 32,
    steps: 10,
    learningRate: 0.01,
    clipNorm: 1,
    optimizer: { name: 'rmsprop', alpha: 0.9 },
    schedule: { kind: 'step', factor: 0.5, after: 3, warmup: 5 },
    validation: { by: 'streams', fraction: 0.2 },
    validateEvery: 7,
    seed: 4,
    accumulate: 2,
    freeze: ['embedding.*'],
    groups: [
      { match: 'head.*', learningRate: 0.1 },
      { match: '*.b*', weightDecay: 0 },
    ],
    average: { kind: 'ema', decay: 0.9 },
  })
  expect(resolveSettings(settings).window).toBe(50)
})

test('a number of Adam alone means Adam; a share of 0 holds nothing out; a warm-up needs no schedule', () => {
  expect(settingsFrom({ beta1: 0.8 }).optimizer).toEqual({ name: 'adam', beta1: 0.8 })
  expect(settingsFrom({ validation: 0 }).validation).toEqual({ by: 'none' })
  expect(settingsFrom({ split: 'tail' }).validation).toEqual({ by: 'tail' })
  expect(settingsFrom({ warmup: 9 }).schedule).toEqual({ kind: 'constant', warmup: 9 })
})

test('a number of another schedule is refused', () => {
  expect(() => settingsFrom({ decay: 0.5 })).toThrow(
    '--decay belongs to --schedule step or exponential, not to constant.',
  )
  expect(() => settingsFrom({ schedule: 'step', finalRate: 0.1 })).toThrow(
    '--final-rate belongs to --schedule cosine, not to step.',
  )
})
