import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { smallText } from '../cli/fixtures.ts'
import { contents, line, tiny, told } from './fixtures.ts'

let folder = ''
const at = (...names: readonly string[]) => join(folder, ...names)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-checkpoints-'))
  await writeFile(at('whale.txt'), smallText())
  await told(folder, 'train', './whale.txt', ...tiny, '--out', './run')
})
afterEach(() => rm(folder, { recursive: true }))

/** Names of the checkpoints, the first one first. */
const checkpoints = async () => (await readdir(at('run/checkpoints'))).toSorted()

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[bytes.length >> 1]! ^= 8
  await writeFile(path, bytes)
}

const resume = (...more: readonly string[]) => told(folder, 'train', '--resume', './run', '--quiet', ...more)
const sample = (path: string) => told(folder, 'sample', path, '--length', '0', '--runtime', 'reference')

/** Whatever is done fails with one line, and the run is as it was. */
async function expectFailure(doing: () => ReturnType<typeof told>, message: string, code = 1): Promise<void> {
  const before = await contents(at('run'))
  expect(await doing()).toEqual(line(code, message))
  expect(await contents(at('run'))).toEqual(before)
}

describe('a run that is there', () => {
  test('is not trained over', () =>
    expectFailure(
      () => told(folder, 'train', './whale.txt', ...tiny, '--out', './run'),
      './run already holds a run of 3 updates. To go on with it: sluice train --resume ./run; for a new run take another --out.',
    ))

  test('is no text', () =>
    expectFailure(
      () => told(folder, 'train', './run', ...tiny),
      './run is a run, not a text. To go on with it: sluice train --resume ./run',
    ))

  test('is suggested for a name near its own', () =>
    expectFailure(
      () => sample('./rum'),
      './rum is no run directory and no model file; check the path. Did you mean ./run?',
    ))

  test('goes on with nothing but what it was started with, and all differences are listed', async () => {
    await writeFile(at('other.txt'), smallText().replace('whale', 'wále'))
    await expectFailure(
      () =>
        resume('./other.txt', '--cell', 'gru', '--hidden', '5', '--batch', '3', '--lr', '1', '--seed', '7'),
      'This does not continue the run; what differs: cell (lstm, now gru); hidden (4, now 5); seed (1, now 7); ' +
        'batch (2, now 3); learningRate (0.002, now 1); ' +
        'text (3110 characters of ./whale.txt, now 3109 of ./other.txt); vocabulary (33 symbols, now 34; new: "á"). ' +
        'Leave that out, or train a new run.',
    )
  })
})

describe('a checkpoint', () => {
  const damages = {
    truncated: (path: string) => truncate(path, 100),
    'altered in one bit': flip,
  }

  test.each(Object.entries(damages))('that is %s is passed over, with a note', async (_how, damage) => {
    for (const file of ['checkpoint.json', 'model.safetensors', 'training.safetensors']) {
      const [, last] = await checkpoints()
      const model = await readFile(at('run/checkpoints', last!, 'model.safetensors'))
      await damage(at('run/checkpoints', last!, file))
      const note = `The checkpoint ${last} is damaged: ${file} is missing or was changed. The one before it is used.\n`
      const sampled = file === 'training.safetensors' ? '' : note
      expect(await sample('./run')).toEqual({ code: 0, text: sampled })
      expect(await resume('--runtime', 'reference')).toEqual({ code: 0, text: note })
      const [, again] = await checkpoints()
      expect(await readFile(at('run/checkpoints', again!, 'model.safetensors'))).toEqual(model)
    }
  })

  test('is refused when none is whole', async () => {
    for (const name of await checkpoints()) await flip(at('run/checkpoints', name, 'model.safetensors'))
    const message =
      'No checkpoint in ./run is whole: all 2 are damaged. Restore one from a copy, or train again.'
    await expectFailure(() => resume(), message)
    await expectFailure(() => sample('./run'), message)
  })

  test('of a newer version is refused, and so are its run and its model alone', async () => {
    const [, last] = await checkpoints()
    await writeFile(at('model'), await readFile(at('run/checkpoints', last!, 'model.safetensors')))
    await edit(at('model'), '"sluice.format":"1"', '"sluice.format":"9"')
    await expectFailure(() => sample('./model'), './model has format 9; this version reads 1. Update Sluice.')

    const newer = await renewed(last!, '"format": 1', '"format": 9')
    await edit(at('run/run.json'), last!, newer)
    await expectFailure(
      () => resume(),
      `The checkpoint ${newer} has format 9; this version reads 1. Update Sluice.`,
    )

    await edit(at('run/run.json'), '"format": 1', '"format": 9')
    await expectFailure(() => resume(), './run was made by a later version of Sluice; update Sluice.')
  })

  test('of another cell does not fit', async () => {
    const [, last] = await checkpoints()
    const model = at('run/checkpoints', last!, 'model.safetensors')
    await writeFile(at('model'), await readFile(model))
    await edit(at('model'), '"layers.0.Wf"', '"layers.0.Wq"')
    await expectFailure(
      () => sample('./model'),
      'The weights of "layers.0.Wf" have no entries; the model needs 148.',
    )
  })
})

describe('a model file alone', () => {
  test.each([
    [4, 'it has 4 bytes'],
    [600, 'its header of \\d+ bytes is cut off'],
    [4000, '"[\\w.]+" ends behind the end of the file'],
  ])('that is cut off after %d bytes is told to be so', async (length, problem) => {
    const [, last] = await checkpoints()
    await rename(at('run/checkpoints', last!, 'model.safetensors'), at('model'))
    await truncate(at('model'), length)
    const { code, text } = await sample('./model')
    expect(code).toBe(1)
    expect(text).toMatch(new RegExp(`^sluice: ./model is not a whole safetensors file: ${problem}.\\n$`))
  })
})

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'latin1')
  expect(text).toContain(from)
  await writeFile(path, text.replaceAll(from, to), 'latin1')
}

/** A checkpoint whose manifest was changed, under the name that fits its hash; gives the name. */
async function renewed(name: string, from: string, to: string): Promise<string> {
  const manifest = at('run/checkpoints', name, 'checkpoint.json')
  await edit(manifest, from, to)
  const hash = createHash('sha256')
    .update(await readFile(manifest))
    .digest('hex')
    .slice(0, 16)
  const fresh = name.replace(/[0-9a-f]{16}$/, hash)
  await rename(at('run/checkpoints', name), at('run/checkpoints', fresh))
  return fresh
}
