import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type SavedRun, decodeRunFile, encodeRunFile } from '../../studio/src/run/run-file.ts'
import { tar, untar } from '../../studio/src/run/tar.ts'
import { emptyCurve, extended } from '../../studio/src/train/curve.ts'
import { MemoryStore } from '../../studio/src/worker/memory-store.ts'
import { cells, model, text } from '../../src/browser.ts'
import { reference } from '../../src/runtime/index.ts'
import { sha256 } from '../../src/data/index.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { train } from '../../src/train/index.ts'

const content = '\uFEFFThe quick brown fox. 🦊\r\n'.repeat(8)
const settings = { batch: 2, window: 8, learningRate: 0.02, steps: 6 }

/** A training of six updates, of which some are done. */
async function trained(updates: number): Promise<SavedRun> {
  const book = text.from(content)
  const net = model({ input: book.vocabulary, layers: [cells.gru(3)], seed: 1 })
  const store = new MemoryStore()
  const options = { ...settings, validation: 'none', runtime: reference, run: store } as const
  const points = []
  for await (const { step, loss } of train(net, book, options)) {
    points.push({ step, loss })
    if (step === updates) break
  }
  const pace = { tokensPerSecond: 100, learningRate: 0.02, epoch: 0.5 }
  const shown = { curve: extended(emptyCurve, points), samples: [{ step: 2, text: 'Th' }], pace }
  const own = { name: 'fox', content }
  return { checkpoint: store.last!, text: own, spec: settings, before: 3, shown }
}

test('a run goes through a file as it is', async () => {
  const run = await trained(4)
  const { model: net, ...read } = await decodeRunFile(await encodeRunFile(run, 'fox-run'), 'fox-run.tar')
  expect(read).toEqual({ ...run, checkpoint: { ...run.checkpoint, snapshot: expect.anything() } })
  expect(read.checkpoint.snapshot.slots).toEqual(run.checkpoint.snapshot.slots)
  expect(read.checkpoint.snapshot.states).toEqual(run.checkpoint.snapshot.states)
  expect(net.vocabulary.symbols).toEqual(text.from(content).vocabulary.symbols)
})

test('the command line goes on with a run that is unpacked, to the same weights', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-run-file-'))
  try {
    await writeFile(join(folder, 'run.tar'), await encodeRunFile(await trained(4), 'fox-run'))
    execFileSync('tar', ['xf', 'run.tar'], { cwd: folder })
    execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: join(folder, 'fox-run') })
    const { run, checkpoint, notes } = await RunDirectory.open(join(folder, 'fox-run'))
    expect(notes).toEqual([])
    const book = text.from(content)
    const net = model({ input: book.vocabulary, layers: [cells.gru(3)], seed: 1 })
    const steps = []
    for await (const { step } of train(net, book, { runtime: reference, run, resume: checkpoint })) {
      steps.push(step)
    }
    await run.close()
    expect(steps).toEqual([5, 6])
    const whole = await trained(6)
    for (const [name, { data }] of net.parameters) {
      expect(data).toEqual(Float32Array.from(whole.checkpoint.snapshot.weights.get(name)!.data))
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a run that was unpacked and packed again, in another order, is read as before', async () => {
  const files = untar(await encodeRunFile(await trained(2), 'fox-run'))!
  const again = tar(new Map([...files].reverse()))
  expect((await decodeRunFile(again, 'mine.tar')).text).toEqual({ name: 'fox', content })
})

test('a file that is damaged, cut off, or of something else is said to be so', async () => {
  const whole = await encodeRunFile(await trained(2), 'fox-run')
  const refused = async (bytes: Uint8Array): Promise<string> =>
    decodeRunFile(bytes, 'mine.tar').then(
      () => 'taken',
      (error: Error) => error.message,
    )
  const flipped = async (at: number): Promise<string> => {
    const bytes = whole.slice()
    bytes[at]! ^= 16
    return refused(bytes)
  }
  const answers = new Set<string>()
  for (let at = 100; at < whole.length - 1024; at += 517) answers.add(await flipped(at))
  expect([...answers].toSorted()).toEqual([
    'mine.tar is damaged or cut off: nothing was taken from it.',
    'mine.tar is damaged: nothing was taken from it.',
    'taken', // a bit of the padding behind a file
  ])
  const cut = [0, 511, 512, 5000, whole.length - 1024].map((length) => refused(whole.slice(0, length)))
  expect(new Set(await Promise.all(cut))).toEqual(
    new Set(['mine.tar is damaged or cut off: nothing was taken from it.']),
  )
  const { 'fox-run/studio.json': studio, ...rest } = Object.fromEntries(untar(whole)!)
  const later = new TextDecoder().decode(studio).replace('"format":1', '"format":2')
  const sums = new TextDecoder()
    .decode(rest['fox-run/SHA256SUMS'])
    .replace(await sha256(studio!), await sha256(Buffer.from(later)))
  const changed = { 'fox-run/studio.json': Buffer.from(later), 'fox-run/SHA256SUMS': Buffer.from(sums) }
  const ofLater = tar(new Map(Object.entries({ ...Object.fromEntries(untar(whole)!), ...changed })))
  expect(await refused(ofLater)).toBe('mine.tar was saved by a later version of the studio.')
  const other = tar(new Map([['a/b.txt', new Uint8Array(3)]]))
  expect(await refused(other)).toContain('no run that this page saved')
})

test('an archive holds files of any length', () => {
  const files = new Map([0, 1, 511, 512, 513].map((size) => [`f/${size}`, new Uint8Array(size).fill(size)]))
  expect(untar(tar(files))).toEqual(files)
})
