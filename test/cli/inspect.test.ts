import { cp, mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspectModel } from '../../src/cli/inspection.ts'
import { readLabels } from '../../src/cli/labels.ts'
import { inspectionPage } from '../../src/cli/view/inspection-page.ts'
import { inspectionLines } from '../../src/cli/view/inspection.ts'
import { styleFor } from '../../src/cli/view/style.ts'
import { spotsOf, unitText } from '../../src/cli/view/unit-text.ts'
import { cells } from '../../src/cells/index.ts'
import { textFrom } from '../../src/data/index.ts'
import { dense, model } from '../../src/model/index.ts'
import { trace, tracedUnit, tracedValue } from '../../src/inspect/index.ts'
import { scribble, scribbled, twoLayers, wasm } from '../inspect/fixtures.ts'
import { sluice, smallText } from './fixtures.ts'

describe('a text by a unit', () => {
  const spots = spotsOf([...'ab\ncd'], [-2, 0, 0.6, 1, 2], false)

  test('keeps the sign of values, and has the middle of a gate at one half', () => {
    expect(spots.map(({ level }) => level)).toEqual([-1, 0, 0.3, 0.5, 1])
    expect(spotsOf(['a', 'b'], [0.5, 1], true).map(({ level }) => level)).toEqual([0, 1])
    expect(spotsOf(['a'], [0], false)[0]!.level).toBe(0)
  })

  test('may be very long', () => {
    const symbols = Array.from({ length: 300_000 }, () => 'a')
    const values = new Float32Array(300_000).fill(0.5).fill(-2, 299_999)
    expect(spotsOf(symbols, values, false)[0]!.level).toBe(0.25)
  })

  test('has backgrounds from blue to orange in a terminal with colours', () => {
    expect(unitText(spots, 20, true)).toEqual([
      '\u001b[48;5;75m\u001b[38;5;16ma\u001b[39m\u001b[49mb\u001b[48;5;230m\u001b[38;5;16m⏎\u001b[39m\u001b[49m',
      '\u001b[48;5;223m\u001b[38;5;16mc\u001b[39m\u001b[49m\u001b[48;5;208m\u001b[38;5;16md\u001b[39m\u001b[49m',
    ])
  })

  test('has bars below it elsewhere, as wide as what they stand under', () => {
    expect(unitText(spots, 20, false)).toEqual(['ab⏎', '▁▅▆', 'cd', '▇█'])
    expect(unitText(spots, 2, false)).toEqual(['ab', '▁▅', '⏎', '▆', 'cd', '▇█'])
    const wide = spotsOf(['鯨', 'e', '\u0301', '\u001b', '\t'], [1, 1, 1, -1, 1], false)
    expect(unitText(wide, 20, false)).toEqual(['鯨e\u0301␛→', '███▁█'])
  })
})

describe('what was seen', () => {
  const net = twoLayers()
  const text = textFrom(scribble(200), { vocabulary: scribbled })
  const look = async (flags: Parameters<typeof inspectModel>[3], of = text) =>
    inspectModel(net, of, await wasm, flags)

  test('is the unit that is named', async () => {
    const { unit } = await look({ unit: '1.z.2' })
    const traced = await trace(net, text, { runtime: wasm })
    expect(unit.values).toEqual(tracedUnit(tracedValue(traced, 1, 'z'), 2))
    expect([unit.layer, unit.name, unit.unit, unit.isGate]).toEqual(['layers.1', 'z', 2, true])
    const logits = await trace(net, text, { runtime: wasm, layers: ['head'] })
    expect((await look({ unit: 'head.y.3' })).unit.values).toEqual(
      tracedUnit(tracedValue(logits, 'head', 'y'), 3),
    )
  })

  test('is else the unit that changes most, or that tells most', async () => {
    const { unit, detections } = await look({})
    expect([unit.layer, unit.name, detections]).toEqual(['layers.1', 'h', undefined])
    // A line end is a symbol of the text, and after it the state knows.
    const found = await look({ pattern: ['\\n'] })
    expect(found.detections!.detections.at(-1)).toMatchObject({ oracle: '/\\n/', isFound: true })
    const best = found.detections!.detections.flatMap(({ best: [first] }) => (first ? [first] : []))
    const surest = best.toSorted((a, b) => a.p - b.p)[0]!
    expect([found.unit.layer, found.unit.name, found.unit.unit]).toEqual([
      surest.layer,
      surest.name,
      surest.unit,
    ])
  })

  test('is a unit with a state where the last layer has none', async () => {
    const { vocabulary } = text
    const stateless = model({ input: vocabulary, layers: [cells.lstm(3), dense(4)] })
    const { unit } = await inspectModel(stateless, text, await wasm, {})
    expect(unit.layer).toBe('layers.0')
    expect(['c', 'h']).toContain(unit.name)
  })

  test('is told with detectors, gates and memory', async () => {
    const seen = await look({ detect: true, memory: true, unit: '0.f.0' })
    const lines = inspectionLines(seen, 60, styleFor(false), false)
    expect(lines[0]).toMatch(/^layers\.0\.f\.0, from 0\.\d\d to 0\.\d\d$/)
    const told = lines.join('\n')
    expect(told).toContain('detectors among 13 units, over 200 symbols')
    expect(told).toMatch(/^quotes +- +nothing of it in this text$/m)
    expect(told).toMatch(/^layers\.1\.z +\d+\.\d % +\d+\.\d % +0\.\d\d$/m)
    expect(told).toMatch(/^layers\.0\.c +\d+ .*e[+-]\d/m)
    expect(told).toMatch(
      /Gradients reach back \d+ steps?; windows of \d+ let half of the predictions see all of it\./,
    )
  })

  test('is honest about units that are no better than chance, and those that only drift', async () => {
    const seen = await look({ unit: '0.h.0' })
    const verdict = (measure: 'auc' | 'r2', chance: number, score: number, withoutTrend: number): string => {
      const unit = {
        layer: 'layers.0',
        name: 'h',
        unit: 1,
        direction: 1,
        score,
        withoutTrend,
        p: 0.4,
      } as const
      const found = { oracle: 'mine', measure, mean: 0.3, best: [unit], chance, isFound: false }
      const detections = { steps: 200, units: 1, detections: [found] }
      const lines = inspectionLines({ ...seen, detections }, 60, styleFor(false), false)
      return /0\.400 +(.*)$/.exec(lines.find((line) => line.startsWith('mine'))!)![1]!
    }
    expect(verdict('r2', 0.3, 0.02, 0.01)).toBe('none better than chance')
    expect(verdict('r2', 0.3, 0.9, 0.1)).toBe('no more than a drift')
    expect(verdict('auc', 0.7, 0.6, 0.55)).toBe('none better than chance')
    expect(verdict('auc', 0.7, 0.1, 0.45)).toBe('no more than a drift')
  })

  test('is searched as far as it is read', async () => {
    const long = textFrom(scribble(17_000), { vocabulary: scribbled })
    const { detections } = await look({ labels: { odd: [...long.tokens].map((_t, at) => at % 2) } }, long)
    expect(detections!.steps).toBe(17_000)
  })

  test('is a page that holds everything and asks for nothing', async () => {
    const tagged = textFrom('</script>&<b>"x"</b>'.repeat(6))
    const own = model({ input: tagged.vocabulary, layers: [cells.lstm(3)] })
    const seen = await inspectModel(own, tagged, await wasm, { detect: true, memory: true })
    const page = inspectionPage('runs/<x>: lstm(3)', seen)
    expect(page).not.toMatch(/(?:src|href)=/)
    expect(page).toContain("default-src 'none'")
    expect(page).toContain('<title>runs/&lt;x&gt;: lstm(3)</title>')
    const [, json] = /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(page)!
    const data = JSON.parse(json!) as {
      symbols: string[]
      units: { name: string; scale: number; values: string }[]
      shown: string
    }
    expect(data.symbols.join('')).toBe('</script>&<b>"x"</b>'.repeat(6))
    expect(data.units).toHaveLength(6)
    expect(data.units[0]!.name).toBe(data.shown)
    const { unit } = seen
    const levels = new Int8Array(Buffer.from(data.units[0]!.values, 'base64'))
    unit.values.forEach((value, at) => expect(levels[at]! / 127).toBeCloseTo(value / data.units[0]!.scale, 2))
  })

  test('says what is wrong', async () => {
    await expect(look({ unit: 'h' })).rejects.toThrow('"h" names no unit; write LAYER.NAME.UNIT')
    await expect(look({ unit: '0.h.5' })).rejects.toThrow('layers.0.h has 5 units')
    await expect(look({ unit: '1.f.0' })).rejects.toThrow(
      'The layer layers.1 has no value "f". Its values are r, z, n, h.',
    )
    const short = textFrom('abc', { vocabulary: scribbled })
    await expect(look({ detect: true }, short)).rejects.toThrow('needs at least 100')
  })
})

describe('sluice inspect', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-inspect-'))
    await writeFile(join(folder, 'whale.txt'), smallText())
    await writeFile(
      join(folder, 'labels.csv'),
      [
        'digit',
        ...smallText()
          .replace(/./gs, (c) => `${Number(/\d/.test(c))}\n`)
          .trimEnd()
          .split('\n'),
      ].join('\n'),
    )
    const small = [
      '--hidden',
      '6',
      '--layers',
      '1',
      '--batch',
      '4',
      '--window',
      '8',
      '--steps',
      '20',
      '--threads',
      '1',
    ]
    await sluice(folder, 'train', 'whale.txt', ...small, '--out', 'run')
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true }))

  const inspect = (...args: readonly string[]) => sluice(folder, 'inspect', ...args, '--threads', '1')

  test('colours a text, writes a page, and gives the numbers', async () => {
    const plain = await inspect('run', '--text', 'The whale', '--unit', '0.f.1')
    expect([plain.code, plain.stderr]).toEqual([0, ''])
    expect(plain.stdout).toMatch(
      /^layers\.0\.f\.1, from 0\.\d\d to 0\.\d\d\nThe whale\n[▁▂▃▄▅▆▇█]{9}\n\ngates\n/,
    )
    const options = ['--file', 'whale.txt', '--steps', '400', '--labels', 'labels.csv', '--memory']
    const numbers = await inspect('run', ...options, '--html', 'page.html', '--json')
    expect([numbers.code, numbers.stderr]).toEqual([
      0,
      'the first 400 symbols are read; --steps takes more\n',
    ])
    const record = JSON.parse(numbers.stdout) as Record<string, unknown>
    expect(record).toMatchObject({ model: 'run', steps: 400, searched: 12, memory: { predictions: 32 } })
    expect((record['unit'] as { values: number[] }).values).toHaveLength(400)
    expect((record['detectors'] as { oracle: string }[]).at(-1)!.oracle).toBe('labels.csv')
    expect(await readFile(join(folder, 'page.html'), 'utf8')).toMatch(/^<!doctype html>/)
  })

  test('says what is wrong', async () => {
    const wrong = async (...args: readonly string[]): Promise<unknown[]> => {
      const { code, stderr } = await inspect(...args)
      return [code, stderr]
    }
    expect(await wrong('run')).toEqual([2, 'sluice: inspect needs a text: give either --text or --file.\n'])
    expect(await wrong('run', '--text', 'a', '--file', 'whale.txt')).toEqual([
      2,
      'sluice: inspect needs a text: give either --text or --file.\n',
    ])
    expect(await wrong('run', '--text', '')).toEqual([
      1,
      'sluice: the text is empty; give a text to learn from.\n',
    ])
    const [code, told] = await wrong('run', '--text', 'שלום')
    expect([code, String(told).startsWith('sluice: The character "ש" (U+05E9) at character 1')]).toEqual([
      1,
      true,
    ])
    expect(await wrong('run', '--text', 'The', '--html', 'no/page.html')).toEqual([
      1,
      expect.stringContaining('sluice: no/page.html could not be written'),
    ])
  }, 60_000)

  test('says why a run does not load: of a later version, or damaged', async () => {
    await cp(join(folder, 'run'), join(folder, 'later'), { recursive: true })
    const index = join(folder, 'later/run.json')
    await writeFile(index, (await readFile(index, 'utf8')).replace(/"format": \d+/, '"format": 99'))
    expect((await inspect('later', '--text', 'The')).stderr).toBe(
      'sluice: later was made by a later version of Sluice; update Sluice.\n',
    )
    await cp(join(folder, 'run'), join(folder, 'torn'), { recursive: true })
    for (const name of await readdir(join(folder, 'torn'), { recursive: true }))
      if (name.endsWith('model.safetensors')) await truncate(join(folder, 'torn', name), 50)
    const { code, stderr } = await inspect('torn', '--text', 'The')
    expect([code, stderr]).toEqual([1, expect.stringContaining('No checkpoint in torn is whole')])
  }, 60_000)

  test('writes every value as a table', async () => {
    const told = await inspect('run', '--text', 'The whale', '--parquet', 'values.parquet', '--quiet')
    expect([told.code, told.stderr]).toEqual([0, ''])
    const file = await asyncBufferFromFile(join(folder, 'values.parquet'))
    const rows = await parquetReadObjects({ file })
    expect(rows.map((row) => [row['step'], row['symbol']])).toEqual(
      [...'The whale'].map((symbol, step) => [step, symbol]),
    )
    expect(Object.keys(rows[0]!)).toHaveLength(2 + 6 * 6)
    const { readModel } = await import('../../src/index.ts')
    const traced = await trace(await readModel(join(folder, 'run')), 'The whale', {
      runtime: wasm,
      names: ['f'],
    })
    const f = tracedUnit(tracedValue(traced, 0, 'f'), 4)
    rows.forEach((row, at) => expect(row['layers.0.f.4']).toBeCloseTo(f[at]!, 5))
  })

  test('reads columns of labels with and without a heading', async () => {
    await writeFile(join(folder, 'plain.txt'), '1\r\n0.5\r\n-3\r\n')
    await writeFile(join(folder, 'gap.txt'), 'x\n1\n\n2\n')
    expect(await readLabels([join(folder, 'plain.txt'), join(folder, 'gap.txt')], 9, 2)).toEqual({
      'plain.txt': [1, 0.5, -3],
      'gap.txt': [1, NaN, 2],
    })
    await mkdir(join(folder, 'other'))
    await writeFile(join(folder, 'other/plain.txt'), '7\n')
    const same = [join(folder, 'plain.txt'), join(folder, 'other/plain.txt')]
    expect(await readLabels(same, 9, 2)).toEqual({ [same[0]!]: [1, 0.5, -3], [same[1]!]: [7] })
    await expect(readLabels([join(folder, 'nowhere')], 1, 1)).rejects.toThrow('could not be read')
  })
})
