import { describe, expect, test } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { textFrom } from '../../src/data/index.ts'
import { detect, labelsOf, oracleNames } from '../../src/inspect/index.ts'
import { Shifts } from '../../src/inspect/fourier.ts'
import { ranksOf } from '../../src/inspect/ranks.ts'
import { type Model, model } from '../../src/model/index.ts'
import { train } from '../../src/train/index.ts'
import { collect } from '../train/fake.ts'
import { scribble, scribbled, setWeights, twoLayers, wasm } from './fixtures.ts'

describe('oracles', () => {
  const says = (text: string, oracle: Parameters<typeof labelsOf>[1]): string =>
    labelsOf([...text], oracle).values.join('')

  test.each([
    ['quotes', 'a"bc" “d„e”f', '011100111100'],
    ['quotes', '"a\n\nb', '11100'],
    ['brackets', 'a(b[c])d)e', '0111110000'],
    ['line position', 'ab\ncde\n\nf', '120123001'],
    ['line end', 'ab\nc\n\n', '010110'],
    ['paragraph end', 'ab\nc\n\nd', '0001000'],
    ['word length', 'ab c3é-x', '12012301'],
    ['sentence start', ' a. "B c?!\n', '10011000001'],
    ['indentation', '  a b\n\tc', '12222011'],
  ] as const)('%s in %j', (oracle, text, labels) => {
    expect(says(text, oracle)).toBe(labels)
  })

  test('of your own are regular expressions or a number for each symbol', () => {
    expect(says('abcab', /ab/)).toBe('11011')
    expect(says('aXbx', { name: 'x', expression: 'x|X' })).toBe('0101')
    expect(labelsOf(['a', 'b'], { name: 'mine', values: [0.5, 2] })).toEqual({
      name: 'mine',
      isYesNo: false,
      values: Float64Array.of(0.5, 2),
    })
    expect(labelsOf(['a', 'b'], { name: 'mine', values: [1, 0] }).isYesNo).toBe(true)
  })

  test('see symbols of several characters as what they end with, and emoji as one', () => {
    expect([...labelsOf(['he', ' "yes', '" 🙂', '🙂'], 'quotes').values]).toEqual([0, 1, 0, 0])
    expect([...labelsOf(['🙂', 'a', '🙂🙂'], 'line position').values]).toEqual([1, 2, 4])
    expect([...labelsOf(['🙂', 'a', 'b🙂'], /🙂/u).values]).toEqual([1, 0, 1])
  })

  test('say what is wrong with them', () => {
    expect(() => labelsOf(['a'], 'quote' as never)).toThrow(
      'There is no oracle "quote". Did you mean quotes?',
    )
    expect(() => labelsOf(['a'], { name: 'mine', values: [1, 2] })).toThrow(
      'are 2 numbers; the text has 1 symbols',
    )
    expect(() => labelsOf(['a'], { name: 'mine', values: [NaN] })).toThrow('hold NaN at 0')
    expect(() => labelsOf(['a'], { name: 'mine', expression: '(' })).toThrow('"(" is no regular expression')
  })
})

describe('the numbers of a search', () => {
  const random = new Stream(11)
  const noise = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal())

  test.each([1, 2, 7, 16, 50])('correlations of %s entries at all shifts', (count) => {
    const [one, other, label] = [noise(count), noise(count), noise(count)]
    const shifts = new Shifts(count)
    const result = shifts.zeros()
    shifts.correlate(shifts.pair(one, other), shifts.label(label), result)
    for (let shift = 0; shift < count; shift++) {
      const sum = (values: Float64Array): number =>
        values.reduce((total, value, t) => total + value * label[(t + shift) % count]!, 0)
      expect(result.real[shift]).toBeCloseTo(sum(one), 10)
      expect(result.imaginary[shift]).toBeCloseTo(sum(other), 10)
    }
  })

  test('ranks share their mean among equals', () => {
    const values = Float32Array.of(2, -1, 0, -1e-30, 2, 1e30, -5, 2)
    expect([...ranksOf(values)]).toEqual([5, 1, 3, 2, 5, 7, 0, 5])
  })
})

/** Lines of words of different length; some words stand in quotation marks. */
function quoted(words: number, seed = 1): string {
  const random = new Stream(seed)
  let text = ''
  let open = false
  for (let i = 0; i < words; i++) {
    const turns = random.uniform() < (open ? 0.25 : 0.12)
    if (turns && !open) text += '"'
    text += 'abc'.repeat(2).slice(random.below(3), 3 + random.below(3))
    if (turns && open) text += '"'
    if (turns) open = !open
    text += random.uniform() < 0.15 ? '\n' : ' '
  }
  return text
}

describe('detectors', () => {
  const text = quoted(600)
  const { vocabulary } = textFrom(text)
  const column = (symbol: string): number => vocabulary.token(symbol)!

  /** A cell of three units, the first of which knows something, the others echo a letter. */
  function knowing(equations: string, known: readonly (readonly number[])[]): Model {
    const echo = ['a', 'b'].map((symbol, unit) => [unit + 1, column(symbol), 1])
    const net = model({ input: vocabulary, layers: [cell('knowing', equations)(3)] })
    return setWeights(net, { 'layers.0.U': [...known, ...echo] })
  }

  test('finds the unit that holds a quote', async () => {
    // Each quotation mark turns it over.
    const net = knowing("h' = abs(h - U @ x)", [[0, column('"'), 1]])
    const { detections, units } = await detect(net, text, { runtime: wasm, oracles: ['quotes'] })
    expect(units).toBe(3)
    const [{ best, isFound, measure }] = detections as [(typeof detections)[number]]
    expect([isFound, measure]).toEqual([true, 'auc'])
    expect(best[0]).toMatchObject({ layer: 'layers.0', name: 'h', unit: 0, score: 1, direction: 1 })
    expect(best[0]!.p).toBeLessThan(0.001)
    expect(best).toHaveLength(3)
    for (const { score, p } of best.slice(1)) {
      expect(Math.abs(score - 0.5)).toBeLessThan(0.1)
      expect(p).toBeGreaterThan(0.05)
    }
  })

  test('finds the unit that counts the characters of a line, also where it counts down', async () => {
    const counting = "d = relu(h + U @ x + b)\nh' = d"
    for (const sign of [1, -1]) {
      const net = model({
        input: vocabulary,
        layers: [cell('counting', counting)(2), cell('turned', 'output y: hidden\ny = V @ x')(2)],
      })
      setWeights(net, {
        'layers.0.b': [[0, 1]],
        'layers.0.U': [
          [0, column('\n'), -1e6],
          [1, column('a'), 1],
        ],
        'layers.1.V': [[1, 0, sign]],
      })
      const options = { runtime: wasm, oracles: ['line position', 'quotes'] as const }
      const states = await detect(net, text, options)
      expect(states.units).toBe(2)
      const { detections } = await detect(net, text, { ...options, layers: [1], names: ['y'] })
      expect(detections[0]).toMatchObject({ oracle: 'line position', measure: 'r2', isFound: true })
      expect(detections[0]!.best[0]).toMatchObject({ layer: 'layers.1', name: 'y', unit: 1, direction: sign })
      expect(detections[0]!.best[0]!.score).toBeCloseTo(1, 6)
      // A unit that never changes tells nothing.
      expect(detections[0]!.best[1]).toMatchObject({ unit: 0, score: 0, p: 1 })
      expect(detections[1]!.isFound).toBe(false)
    }
  })

  test('has the areas and shares of variance that plain counting gives', async () => {
    const net = model({ input: vocabulary, layers: [cells.gru(3)] })
    const short = text.slice(0, 300)
    const values = Array.from(short, (_c, t) => Math.sin(t / 7) + (t % 3))
    const found = await detect(net, short, {
      runtime: wasm,
      oracles: [/a/, { name: 'wave', values }],
      names: ['z'],
      top: 3,
    })
    const { trace, tracedUnit, tracedValue } = await import('../../src/inspect/index.ts')
    const z = tracedValue(await trace(net, short, { runtime: wasm }), 0, 'z')
    for (const { unit, score } of found.detections[0]!.best) {
      const data = tracedUnit(z, unit)
      const [yes, no] = ['a', ''].map((letter) =>
        data.filter((_x, t) => (short[t] === 'a') === (letter === 'a')),
      )
      let above = 0
      for (const x of yes!) for (const y of no!) above += x > y ? 1 : x === y ? 0.5 : 0
      expect(score).toBeCloseTo(above / (yes!.length * no!.length), 10)
    }
    for (const { unit, score } of found.detections[1]!.best) {
      const data = [...tracedUnit(z, unit)]
      const mean = (of: readonly number[]): number => of.reduce((sum, x) => sum + x, 0) / of.length
      const [a, b] = [mean(data), mean(values)]
      const cross = mean(data.map((x, t) => (x - a) * (values[t]! - b)))
      const spread = (of: readonly number[], m: number): number => mean(of.map((x) => (x - m) ** 2))
      expect(score).toBeCloseTo(cross ** 2 / (spread(data, a) * spread(values, b)), 10)
    }
  })

  test('are honest: of slow labels that have nothing to do with a text, hardly any finds a unit', async () => {
    const net = model({ input: vocabulary, layers: [cells.lstm(12)] })
    let found = 0
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Stream(seed)
      let value = 0
      const values = Array.from(text, () => (value = 0.98 * value + random.normal()))
      const labels = seed % 2 === 0 ? values : values.map((x) => Number(x > 2))
      const { detections } = await detect(net, text, {
        runtime: wasm,
        oracles: [{ name: 'drift', values: labels }],
      })
      if (detections[0]!.isFound) found++
    }
    expect(found).toBeLessThanOrEqual(3)
  })

  test('find no more than a drift in a unit that only drifts, on a text of one line', async () => {
    const count = 400
    const line = textFrom(scribble(count, 3, 'abcde  '), { vocabulary: scribbled })
    const drifting = model({ input: scribbled, layers: [cell('clock', "h' = h + W @ x + b")(2)] })
    setWeights(drifting, {
      'layers.0.b': [
        [0, 0.01],
        [1, 0.002],
      ],
    })
    const half = Array.from({ length: count }, (_unused, i) => Number(i > 250))
    const bent = Array.from({ length: count }, (_unused, i) => Math.sqrt(i))
    const oracles = ['line position', { name: 'half', values: half }, { name: 'bent', values: bent }] as const
    const { detections } = await detect(drifting, line, { runtime: wasm, oracles })
    expect(detections.map(({ best: [first], isFound }) => [first!.score > 0.9, isFound])).toEqual([
      [true, false],
      [true, false],
      [true, false],
    ])
    expect(detections[0]!.best[0]).toMatchObject({ p: 1, withoutTrend: 0 })
  })

  test('find nothing in units that are not finite, and that in others beside them', async () => {
    const net = knowing('output y: hidden\ny = U @ x + b', [])
    setWeights(net, {
      'layers.0.U': [
        [0, column('\n'), Infinity],
        [2, column('\n'), 1],
      ],
    })
    const options = { runtime: wasm, names: ['y'], oracles: ['word length', /\n/] as const }
    const { detections } = await detect(net, text, options)
    for (const { best } of detections) {
      const broken = best.find(({ unit }) => unit === 0)!
      expect([broken.p, Math.abs(broken.score)]).toEqual([1, best === detections[0]!.best ? 0 : 0.5])
    }
    expect(detections[1]!.best[0]).toMatchObject({ unit: 2, score: 1 })
    expect(detections[1]!.isFound).toBe(true)
  })

  test('say where an oracle says the same everywhere', async () => {
    const { detections } = await detect(twoLayers(), scribble(200), {
      runtime: wasm,
      oracles: ['quotes', 'line end'],
    })
    expect(detections[0]).toMatchObject({ oracle: 'quotes', mean: 0, best: [], isFound: false })
    expect(detections[1]!.best).toHaveLength(5)
  })

  test('ask all oracles and read no more than they should', async () => {
    const { detections, steps, units } = await detect(twoLayers(), scribble(400), {
      runtime: wasm,
      steps: 150,
    })
    expect(detections.map(({ oracle }) => oracle)).toEqual(oracleNames)
    expect([steps, units]).toEqual([150, 13])
    const values = Array.from({ length: 400 }, (_unused, t) => t % 5)
    const own = await detect(twoLayers(), scribble(400), {
      runtime: wasm,
      steps: 150,
      oracles: [{ name: 'v', values }],
    })
    expect(own.detections[0]!.mean).toBeCloseTo(2, 12)
  })

  test('say what is wrong', async () => {
    const wrong = (options: object, of = scribble(200)) =>
      detect(twoLayers(), of, { runtime: wasm, ...options })
    await expect(wrong({}, 'abc')).rejects.toThrow('the text has 3 symbols; this needs at least 100')
    await expect(wrong({ names: ['q'] })).rejects.toThrow('No layer has a value "q"')
    await expect(wrong({ layers: [3] })).rejects.toThrow('no layer "3"')
    await expect(wrong({ oracles: [{ name: 'v', values: [1] }] })).rejects.toThrow('are 1 numbers')
    await expect(wrong({ steps: 10 })).rejects.toThrow('steps must be a whole number from 100')
  })

  test('find in a model that was trained what its text made it learn', async () => {
    // What stands in quotes is written in other letters, so that the model has to know where it is.
    const shouted = quoted(4000, 3).replace(/"[^"]*"/g, (part) => part.toUpperCase())
    const own = textFrom(shouted)
    const net = model({ input: own.vocabulary, layers: [cells.lstm(16)] })
    const settings = { batch: 16, window: 32, epochs: 8, validation: 'none' as const, learningRate: 0.02 }
    await collect(train(net, own, { runtime: wasm, ...settings }))
    const { detections } = await detect(net, shouted.slice(0, 4000), { runtime: wasm, oracles: ['quotes'] })
    expect(detections[0]!.isFound).toBe(true)
    expect(Math.abs(detections[0]!.best[0]!.score - 0.5)).toBeGreaterThan(0.45)
  })
})
