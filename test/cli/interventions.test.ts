import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { editsFrom, unitNamed, valueNamed } from '../../src/cli/edits.ts'
import { inspectModel } from '../../src/cli/inspection.ts'
import { inspectionLines } from '../../src/cli/view/inspection.ts'
import { styleFor } from '../../src/cli/view/style.ts'
import { textFrom } from '../../src/data/index.ts'
import { intervene, saliency, trace, tracedUnit, tracedValue, unitLosses } from '../../src/inspect/index.ts'
import { evaluate } from '../../src/train/index.ts'
import { scribble, scribbled, twoLayers, wasm } from '../inspect/fixtures.ts'
import { sluice, smallText } from './fixtures.ts'

test('a value is named by layer, name and unit', () => {
  expect(valueNamed('0.h.3')).toEqual({ layer: '0', name: 'h', unit: 3 })
  expect(valueNamed("layers.1.0.2.c'")).toEqual({ layer: 'layers.1.0.2', name: 'c' })
  expect(unitNamed("layers.1.reverse.c'.12")).toEqual({ layer: 'layers.1.reverse', name: 'c', unit: 12 })
  expect(() => valueNamed('h.3')).toThrow('"h.3" names no value; write LAYER.NAME or LAYER.NAME.UNIT')
  expect(() => unitNamed('0.h')).toThrow('"0.h" names no unit; write LAYER.NAME.UNIT')
})

test('edits scale first, so that a clamp is what it says', () => {
  expect(editsFrom({ clamp: { '0.h.1': 0.5 }, scale: { '0.h.1': 3, '1.z': 2 }, ablate: ['0.c'] })).toEqual([
    { layer: '0', name: 'h', units: [1], scale: 3 },
    { layer: '1', name: 'z', scale: 2 },
    { layer: '0', name: 'c', clamp: 0 },
    { layer: '0', name: 'h', units: [1], clamp: 0.5 },
  ])
})

describe('what interventions do', () => {
  const net = twoLayers()
  const text = textFrom(scribble(200), { vocabulary: scribbled })
  const edits = [{ layer: 0, name: 'f', clamp: 0 }]

  test('is seen in the changed model, beside the loss of both', async () => {
    const runtime = await wasm
    const changed = intervene(net, edits)
    const seen = await inspectModel(net, text, runtime, { edits, unit: '1.h.2' })
    expect(seen.unit.values).toEqual(
      tracedUnit(tracedValue(await trace(changed, text, { runtime }), 1, 'h'), 2),
    )
    const reading = { runtime, batch: 16, window: 64 }
    expect(seen.change).toEqual({
      before: (await evaluate(net, text, reading)).loss,
      after: (await evaluate(changed, text, reading)).loss,
    })
    expect(seen.change!.before).not.toBe(seen.change!.after)
    const told = inspectionLines(seen, 60, styleFor(false), false).join('\n')
    expect(told).toMatch(
      /^loss with the interventions\n\d\.\d{4} before, \d\.\d{4} after: [+-]0\.\d{4} nats/m,
    )
  })

  test('and what each unit is worth, the most harmful first', async () => {
    const runtime = await wasm
    const { losses } = await inspectModel(net, text, runtime, { unitLosses: '0.h' })
    const { loss, changes } = await unitLosses(net, text, { runtime, layer: 0, name: 'h' })
    expect(losses!.loss).toBe(loss)
    expect(losses!.layer).toBe('layers.0')
    expect(losses!.changes.map(({ change }) => change)).toEqual(
      changes.map(({ change }) => change).toSorted((a, b) => b - a),
    )
    const one = await inspectModel(net, text, runtime, { unitLosses: '0.h.3' })
    expect(one.losses!.changes).toEqual([changes[3]])
  })

  test('and what a prediction comes from', async () => {
    const runtime = await wasm
    const seen = await inspectModel(net, text, runtime, { saliency: 12, symbol: 'b' })
    const { norms, products, logProbability } = await saliency(net, text, { runtime, at: 12, symbol: 'b' })
    expect(seen.saliency).toMatchObject({ norms, products, value: logProbability, symbol: 'b', at: 12 })
    const lines = inspectionLines(seen, 60, styleFor(false), false)
    const title = lines.findIndex((line) =>
      line.startsWith('saliency of each symbol for "b" after 12 symbols'),
    )
    const shown = lines.slice(title + 2).filter((line) => /[▁▂▃▄▅▆▇█]/.test(line))
    expect(shown.join('')).toHaveLength(12)
    const most = products.indexOf(products.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)))
    expect(shown.join('')[most]).toBe(products[most]! > 0 ? '█' : '▁')
    expect((await inspectModel(net, text, runtime, { symbol: 'b' })).saliency!.at).toBe(199)
    await expect(inspectModel(net, text, runtime, { saliency: 201 })).rejects.toThrow(
      '--saliency must be a whole number from 1 to 200, not 201.',
    )
  })
})

describe('on the command line', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-edits-'))
    await writeFile(join(folder, 'whale.txt'), smallText())
    const small = '--hidden 6 --layers 1 --batch 4 --window 8 --steps 20 --threads 1 --out run'.split(' ')
    await sluice(folder, 'train', 'whale.txt', ...small)
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true }))

  test('inspect has all three, in one object and on its page', async () => {
    const asked = ['--clamp', '0.f=1', '--ablate', '0.h.2', '--unit-losses', '0.h', '--saliency', 'last']
    const text = ['--file', 'whale.txt', '--steps', '300', '--quiet', '--threads', '1']
    const { stdout, code } = await sluice(
      folder,
      'inspect',
      'run',
      ...text,
      ...asked,
      '--json',
      '--html',
      'page.html',
    )
    expect(code).toBe(0)
    const record = JSON.parse(stdout) as {
      change: { before: number; after: number }
      losses: { loss: number; changes: { unit: number; change: number }[] }
      saliency: { symbols: string[]; at: number; norms: number[]; products: number[] }
    }
    expect(record.losses.loss).toBeCloseTo(record.change.after, 6)
    expect(record.losses.changes).toHaveLength(6)
    expect(record.losses.changes.find(({ unit }) => unit === 2)!.change).toBeCloseTo(0, 6)
    const { saliency: seen } = record
    expect(seen.at).toBe(299)
    expect(seen.symbols.join('')).toBe(smallText().slice(199, 299))
    expect([seen.norms.length, seen.products.length]).toEqual([100, 100])
    const page = await readFile(join(folder, 'page.html'), 'utf8')
    const [, json] = /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(page)!
    const data = JSON.parse(json!) as { change: object[]; losses: object[]; units: { name: string }[] }
    expect([data.change.length, data.losses.length]).toEqual([1, 6])
    expect(data.units.at(-1)!.name).toMatch(/^saliency of each symbol for/)
  })

  test('sample writes again with them, and compares', async () => {
    const asked = ['--prime', 'The ', '--length', '30', '--threads', '1']
    const plain = (await sluice(folder, 'sample', 'run', ...asked)).stdout
    const both = await sluice(folder, 'sample', 'run', ...asked, '--ablate', '0.h', '--compare', '--json')
    const { text, unchanged } = JSON.parse(both.stdout) as { text: string; unchanged: string }
    expect(`The ${unchanged}\n`).toBe(plain)
    expect(text).not.toBe(unchanged)
    const shown = (await sluice(folder, 'sample', 'run', ...asked, '--ablate', '0.h', '--compare')).stdout
    expect(shown).toBe(`# as it is\n${plain}\n# with the interventions\nThe ${text}\n`)
  })

  test('both say what is wrong', async () => {
    const wrong = async (command: string, ...args: readonly string[]): Promise<readonly unknown[]> => {
      const { code, stderr } = await sluice(folder, command, 'run', ...args)
      return [code, stderr]
    }
    const text = ['--text', 'The whale']
    expect(await wrong('inspect', ...text, '--clamp', '0.h')).toEqual([
      2,
      'sluice: --clamp takes NAME=VALUE, such as --clamp b=1, not "0.h".\n',
    ])
    expect(await wrong('sample', '--ablate', '0.H')).toEqual([
      1,
      'sluice: The layer layers.0 has no value "H". Did you mean h? Its values are f, i, g, c, o, h.\n',
    ])
    expect(await wrong('sample', '--scale', '0.f.6=2')).toEqual([
      1,
      'sluice: layers.0.f has 6 units, the first is 0; there is no unit 6.\n',
    ])
    expect(await wrong('sample', '--clamp', '0.f.5=NaN')).toEqual([
      2,
      'sluice: --clamp must be a finite number, not "NaN".\n',
    ])
    expect(await wrong('inspect', ...text, '--unit-losses', '7.h')).toEqual([
      1,
      expect.stringContaining('There is no layer "7"'),
    ])
    expect(await wrong('sample', '--compare')).toEqual([
      2,
      expect.stringContaining('--compare is for interventions'),
    ])
  }, 30_000)
})
