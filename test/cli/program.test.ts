import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failureOf } from '../../src/cli/failure.ts'
import { runProgram } from '../../src/cli/program.ts'
import { smallText } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-program-'))
  await writeFile(join(folder, 'whale.txt'), smallText())
})
afterAll(() => rm(folder, { recursive: true }))

/** How a command line that fails is told; `whale.txt` is a text. */
async function failing(...args: readonly string[]): Promise<readonly [number, string]> {
  const whole = args.map((arg) => (arg === 'whale.txt' ? join(folder, arg) : arg))
  const error = await runProgram(whole).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const { exitCode, message } = failureOf(error)
  return [exitCode, message.replaceAll(folder, '.')]
}

test.each([
  [['trian'], 'There is no command "trian". Did you mean train? See sluice --help.'],
  [
    ['bake'],
    'There is no command "bake". There are train, sample, predict, eval, inspect, cells, check, studio, doctor. See sluice --help.',
  ],
  [['--verison'], "Unknown option '--verison'. Did you mean --version? See sluice --help."],
  [
    ['train', 'a.txt', '--hiden', '8'],
    "Unknown option '--hiden'. Did you mean --hidden? See sluice train --help.",
  ],
  [
    ['train', 'a.txt', '-hiden', '8'],
    "Unknown option '--hiden'. Did you mean --hidden? See sluice train --help.",
  ],
  [
    ['train', 'a.txt', 'b.txt'],
    'Too many arguments. Expected 1 argument but got 2. See sluice train --help.',
  ],
  [['train', 'a.txt', '--hidden'], "Option '--hidden <n>' argument missing. See sluice train --help."],
  [['train', 'a.txt', '--hidden', '0'], '--hidden must be a whole number of at least 1, not 0.'],
  [
    ['train', 'a.txt', '--steps', '5', '--epochs', '1'],
    'Give only one of steps and epochs: both say how long to train.',
  ],
  [
    ['train', 'a.txt', '--momentum', '0.9'],
    'The optimizer adam has no option "momentum"; it takes beta1, beta2, epsilon, weightDecay.',
  ],
  [
    ['train', 'whale.txt', '--runtime', 'wasm', '--isa', 'avx2'],
    '--isa is for the native runtime, not for wasm: leave it out.',
  ],
  [
    ['train', 'whale.txt', '--patience', '3', '--validation', '0'],
    'patience counts validations, and nothing is held out to validate on: hold out a part of the text, or leave patience out.',
  ],
  [['train'], 'train needs a text file: sluice train book.txt'],
  [
    ['train', 'whale.txt', '--branches', 'lstm:8,gru:x'],
    '--branches must be a whole number of at least 1, not "x".',
  ],
  [
    ['train', 'whale.txt', '--dense', '8:tan'],
    '--dense must be one of identity, tanh, sigmoid, relu, leaky_relu, elu, softplus, softsign, hard_sigmoid, not tan.',
  ],
  [['check', 'gru', '--dense', '8'], '--dense is for --plan: give that too, or leave it out.'],
  [['check', 'gru', '--layers', '3'], '--layers is for --plan: give that too, or leave it out.'],
  [['eval', 'runs/a'], "Missing required argument 'file'. See sluice eval --help."],
  [['sample', '--temperature', 'hot'], '--temperature must be a number at least 0, not "hot".'],
] as const)('%j is refused with exit code 2', async (args, text) => {
  expect(await failing(...args)).toEqual([2, text])
})

test.each([
  [['train', 'nothing.txt'], 'There is no file nothing.txt; check the path.'],
  [
    ['train', 'whale.txt', '--cell', 'lsmt'],
    'There is no cell and no file of equations "lsmt". Did you mean lstm?',
  ],
  [
    ['train', 'whale.txt', '--batch', '5000'],
    '3110 characters, 311 of them held out, are too few for batch 5000 and window 50: take batch 55 at most (with window 50), or a longer text.',
  ],
  [['sample', 'nothing'], 'nothing is no run directory and no model file; check the path.'],
  [['cells', 'gruu'], 'There is no cell "gruu". Did you mean gru?'],
] as const)('%j fails with exit code 1', async (args, text) => {
  expect(await failing(...args)).toEqual([1, text])
})

test('nothing is left of a run that could not start', async () => {
  expect((await failing('train', 'whale.txt', '--batch', '5000', '--out', join(folder, 'never')))[0]).toBe(1)
  expect(await readdir(folder)).toEqual(['whale.txt'])
})
