import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smallText } from '../cli/fixtures.ts'
import { line, tiny, told } from './fixtures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-divergence-'))
  await writeFile(join(folder, 'whale.txt'), smallText())
  // The derivative of a root has no bound near zero, so gradients break while values are fine.
  await writeFile(join(folder, 'root.cell'), "h' = sqrt(relu(W @ [h, x] + b))\n")
})
afterAll(() => rm(folder, { recursive: true }))

const wild = ['--cell', 'rnn_relu', '--optimizer', 'sgd', '--lr', '1e200', '--clip-norm', '0']
const sample = (path: string) => told(folder, 'sample', path, '--length', '9', '--runtime', 'reference')
const train = (...more: readonly string[]) => told(folder, 'train', './whale.txt', ...tiny, ...more)

test('a loss that is no number ends the run, and its last good checkpoint is kept', async () => {
  const tail =
    'Try a lower learning rate (now 1e+200) or stronger clipping (clipNorm, now none). The checkpoint of update 0 is kept.'
  expect(await train(...wild, '--out', './wild')).toEqual(
    line(1, `The loss (NaN) of update 2 is no finite number; it broke first in layers.0 (state h). ${tail}`),
  )
  const { last } = JSON.parse(await readFile(join(folder, 'wild/run.json'), 'utf8')) as { last: string }
  expect(last).toMatch(/^step-00000000-/)
  expect(await sample('./wild')).toEqual({ code: 0, text: '' })
  expect(await train(...wild, '--out', './saved', '--checkpoint-every', '1')).toEqual(
    line(1, `The weights layers.0.U are no finite numbers after update 1. ${tail}`),
  )
  expect(await sample('./saved')).toEqual({ code: 0, text: '' })
})

test('a gradient that is no number is found in the layer that made it', async () => {
  const { code, text } = await train('--cell', './root.cell', '--layers', '2', '--out', './root')
  expect(code).toBe(1)
  expect(text).toMatch(
    /^sluice: The norm of the gradient \(NaN\) of update 1 is no finite number; it broke first in layers\.1 \(gradient of b\)\. Try .* \(clipNorm, now 5\)\. The checkpoint of update 0 is kept\.\n$/,
  )
  expect(await sample('./root')).toEqual({ code: 0, text: '' })
})
