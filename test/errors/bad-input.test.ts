import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smallText } from '../cli/fixtures.ts'
import { contents, line, tiny, told } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-errors-'))
  await mkdir(join(folder, 'books'))
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'whale.txt': smallText(),
    'empty.txt': '',
    'mark.txt': '\uFEFF',
    'five.txt': 'whale',
    'ten.txt': 'ten letter',
    'binary.txt': Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 1),
    'latin.txt': Uint8Array.of(0x63, 0x61, 0x66, 0xe9),
    'mine.cell': "h' = tahn(W @ [h, x] + b)\n",
    'bytes.cell': Uint8Array.of(0x68, 0, 0x3d),
  }
  for (const [name, data] of Object.entries(files)) await writeFile(join(folder, name), data)
})
afterAll(() => rm(folder, { recursive: true }))

const train = (file: string, ...more: readonly string[]) => [
  'train',
  file,
  ...tiny,
  '--out',
  './run',
  ...more,
]

test.each<readonly [string, readonly string[], number, string]>([
  ['an empty file', train('./empty.txt'), 1, './empty.txt is empty; give a text to learn from.'],
  ['only a byte-order mark', train('./mark.txt'), 1, './mark.txt is empty; give a text to learn from.'],
  [
    'a text shorter than one window',
    train('./ten.txt', '--batch', '1', '--window', '20', '--validation', '0'),
    1,
    '10 characters are too few for batch 1 and window 20: take window 10 at most (with batch 1), or a longer text.',
  ],
  [
    'a text too short for batch and window',
    train('./whale.txt', '--batch', '100', '--window', '100'),
    1,
    '3110 characters, 311 of them held out, are too few for batch 100 and window 100: take batch 27 at most (with window 100), window 27 at most (with batch 100), or a longer text.',
  ],
  [
    'a text with too little to hold out',
    train('./five.txt'),
    1,
    '1 of 5 characters are too few to validate on: hold out a larger share, or nothing (--validation 0).',
  ],
  [
    'a binary file',
    train('./binary.txt'),
    1,
    './binary.txt is not a text file: byte 4 is zero. If it is text in another encoding, give the encoding.',
  ],
  [
    'another encoding',
    train('./latin.txt'),
    1,
    './latin.txt is not valid UTF-8: byte 3 (0xe9) starts no character. Give its encoding, such as latin1.',
  ],
  [
    'an encoding that there is not',
    train('./latin.txt', '--encoding', 'latin9000'),
    1,
    'There is no encoding "latin9000"; try latin1, windows-1252, utf-16le or shift_jis.',
  ],
  ['a directory', train('./books'), 1, './books is a folder; give a text file.'],
  [
    'a file that is not there',
    train('./whales.txt'),
    1,
    'There is no file ./whales.txt; check the path. Did you mean ./whale.txt?',
  ],
  [
    'a learning rate below zero',
    train('./whale.txt', '--lr', '-0.1'),
    2,
    '--lr must be a number above 0, not -0.1.',
  ],
  [
    'a learning rate that is no number',
    train('./whale.txt', '--lr', 'fast'),
    2,
    '--lr must be a number above 0, not "fast".',
  ],
  [
    'a learning rate of NaN',
    train('./whale.txt', '--lr', 'NaN'),
    2,
    '--lr must be a number above 0, not "NaN".',
  ],
  [
    'no units',
    train('./whale.txt', '--hidden', '0'),
    2,
    '--hidden must be a whole number of at least 1, not 0.',
  ],
  [
    'an unknown option',
    train('./whale.txt', '--hiden', '8'),
    2,
    "Unknown option '--hiden'. Did you mean --hidden? See sluice train --help.",
  ],
  [
    'a file that is not there, but for its ending',
    train('./whale'),
    1,
    'There is no file ./whale; check the path. Did you mean ./whale.txt?',
  ],
  [
    'a file for a command',
    ['./whale.txt'],
    2,
    'There is no command "./whale.txt"; to train on that file: sluice train ./whale.txt',
  ],
  ['an unknown command', ['trian'], 2, 'There is no command "trian". Did you mean train? See sluice --help.'],
  [
    'an unknown cell',
    train('./whale.txt', '--cell', 'lsmt'),
    1,
    'There is no cell and no file of equations "lsmt". Did you mean lstm?',
  ],
  [
    'a file of equations that is not there',
    ['check', './mine.cel'],
    1,
    'There is no cell and no file of equations "./mine.cel". Did you mean ./mine.cell?',
  ],
  ['a cell that the library has not', ['cells', 'gruu'], 1, 'There is no cell "gruu". Did you mean gru?'],
  ['a folder for a cell', ['check', './books'], 1, './books is a folder; give a file of equations.'],
  [
    'a binary file for a cell',
    ['check', './bytes.cell'],
    1,
    './bytes.cell is not a file of equations: byte 1 is zero.',
  ],
  [
    'a text for a model',
    ['sample', './whale.txt'],
    1,
    './whale.txt is no model file. Give a run directory, such as runs/book, or a model.safetensors.',
  ],
  [
    'an empty folder for a model',
    ['sample', './books'],
    1,
    './books is no run directory and no model file; check the path.',
  ],
])('%s is told in one line, and changes nothing', async (_what, args, code, message) => {
  const before = await contents(folder)
  expect(await told(folder, ...args)).toEqual(line(code, message))
  expect(await contents(folder)).toEqual(before)
})

test('a billion units are refused with the memory that they would take, before any of it is taken', async () => {
  const { code, text } = await told(folder, ...train('./whale.txt', '--hidden', '1000000000'))
  expect(code).toBe(1)
  expect(text).toMatch(
    /^sluice: To train this model of 4,000,000,169,000,000,000 weights takes about 112 EB of memory, and this machine has [\d.]+ [GT]B: take a smaller --hidden/,
  )
})

test('a mistake in a file of equations has its line and a caret', async () => {
  const { code, text } = await told(folder, ...train('./whale.txt', '--cell', './mine.cell'))
  expect(code).toBe(1)
  expect(text.split('\n')).toEqual([
    'sluice: ./mine.cell, line 1, column 6: unknown function "tahn". Did you mean "tanh"?',
    "  1 | h' = tahn(W @ [h, x] + b)",
    '    |      ^',
    '',
  ])
})
