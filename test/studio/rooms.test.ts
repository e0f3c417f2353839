import { describe, expect, test } from 'vitest'
import { library } from 'sluice'
import { compile } from 'sluice/equations'
import { events, held, start, verdict } from '../../studio/src/cell/quiz.ts'
import { originalOf, renamedStep } from '../../studio/src/cell/renamed.ts'
import { tellingOf } from '../../studio/src/cell/traditions.ts'
import { marked, parametersOf, read } from '../../studio/src/lab/reading.ts'
import { decodeCell, encodeCell } from '../../studio/src/lab/share.ts'
import { barsOf, reach } from '../../studio/src/memory/bars.ts'
import { languageSymbols, lesson, question, questionText, trainedGap } from '../../studio/src/memory/gap.ts'
import { neighbour, placeOf } from '../../studio/src/rooms.ts'
import { fork } from '../../studio/src/units/difference.ts'
import { likeness, ordered } from '../../studio/src/units/order.ts'
import { strength } from '../../studio/src/units/strength.ts'
import { scaled } from '../../studio/src/units/scaled.ts'

describe('the address', () => {
  test('names a room and what is in it', () => {
    expect(placeOf('#lab?cell=abc').room).toBe('lab')
    expect(placeOf('#lab?cell=abc').query.get('cell')).toBe('abc')
    expect(placeOf('').room).toBe('cell')
    expect(placeOf('#nowhere?x=1').room).toBe('cell')
  })

  test('changes with the arrow keys, round the ends', () => {
    expect(neighbour('cell', 'ArrowRight')).toBe('train')
    expect(neighbour('cell', 'ArrowLeft')).toBe('lab')
    expect(neighbour('units', 'End')).toBe('lab')
    expect(neighbour('units', 'a')).toBeUndefined()
  })
})

describe('the quiz', () => {
  test('is solved by a closed input gate, an open forget gate and a closed output gate', () => {
    const result = held({ input: 0, forget: 1, output: 0 })
    expect(result.content.at(-1)).toBe(start)
    expect(result.given.every((value) => value === 0)).toBe(true)
    expect(verdict(result)).toEqual({
      right: true,
      text: 'Held: the content stays, nothing gets in, nothing gets out.',
    })
  })

  test.each([
    [{ input: 0, forget: 0.9, output: 0 }, 'Not held: it forgets what it had.'],
    [{ input: 0.5, forget: 1, output: 0 }, 'Not held: it takes new things in.'],
    [{ input: 0, forget: 1, output: 1 }, 'Not held: it gives things out.'],
    [
      { input: 1, forget: 0, output: 1 },
      'Not held: it forgets what it had, and it takes new things in, and it gives things out.',
    ],
  ])('says what is wrong with %o', (gates, text) => {
    expect(verdict(held(gates))).toEqual({ right: false, text })
  })

  test('has events of both signs', () => {
    expect(Math.max(...events)).toBeGreaterThan(0.5)
    expect(Math.min(...events)).toBeLessThan(-0.5)
  })
})

describe('the two traditions', () => {
  const { syntax, step } = compile(library.find(({ name }) => name === 'lstm')!.equations)
  const names = [...syntax.equations.map(({ target }) => target), 'x']

  test('have their words for the same values', () => {
    expect(tellingOf(names, 'gates').words['c']).toBe('cell state')
    expect(tellingOf(names, 'memories').words['c']).toBe('remember gate: the long-term memory')
    expect(tellingOf(['r', 'z', 'n', 'h'], 'memories').words['h']).toBe('working memory')
    expect(tellingOf(['s', 'q'], 'memories')).toEqual({ words: {}, renaming: {} })
  })

  test('give the picture their letters', () => {
    const { renaming } = tellingOf(names, 'memories')
    const told = renamedStep(step, renaming)
    expect(told.states.map(({ name }) => name)).toEqual(['LTM', 'STM'])
    expect(told.traces.map(({ name }) => name)).toEqual(['f', 'i', 'N', 'LTM', 'V', 'STM'])
    expect(originalOf('LTM', renaming)).toBe('c')
    expect(originalOf('f', renaming)).toBe('f')
  })
})

describe('the lab', () => {
  test('says where the first mistake is, and marks it', () => {
    const source = "f = sigmoid(W @ x)\nh' = f * hh"
    const reading = read('mine', source)
    const mistake = 'mistake' in reading ? reading.mistake : undefined
    expect(mistake).toMatchObject({ line: expect.any(Number), column: expect.any(Number) })
    expect(marked('ab\ncd', { line: 2, column: 2 })).toEqual(['ab\nc', 'd', ''])
    expect(marked('ab\ncd', { line: 1, column: 3 })).toEqual(['ab', ' ', '\ncd'])
    expect(marked('α😀b', { line: 1, column: 3 })).toEqual(['α😀', 'b', ''])
  })

  test('gives a mistake its line and column', () => {
    const reading = read('mine', "g = tanh(U @ x)\nh' = g +")
    expect('mistake' in reading && reading.mistake).toMatchObject({ line: 2, column: 9 })
    expect('mistake' in reading && reading.mistake.message).not.toMatch(/^line/)
  })

  test('counts parameters', () => {
    const reading = read('mine', "h' = tanh(W @ [h, x] + b)")
    if (!('cell' in reading)) throw new Error('a mistake')
    expect(parametersOf(reading.cell, { input: 3, hidden: 4 })).toEqual([
      { name: 'W', shape: expect.stringContaining('hidden × ('), count: 28 },
      { name: 'b', shape: 'hidden', count: 4 },
    ])
  })

  test('puts a cell into a link and takes it out again', () => {
    const choice = { name: 'größe', equations: "h' = σ(W @ [h, x] + b) # 😀", init: { b: 1 } }
    expect(encodeCell(choice)).toMatch(/^[\w-]+$/)
    expect(decodeCell(encodeCell(choice))).toEqual(choice)
    expect(decodeCell('!!')).toBeUndefined()
    expect(decodeCell(btoa('{"a":1}'))).toBeUndefined()
    expect(decodeCell(encodeCell(choice).slice(0, 20))).toBeUndefined()
  })
})

describe('the memory', () => {
  test('draws factors as bars from the line at 1', () => {
    const [grows, shrinks, gone, nothing] = barsOf([10, 0.1, 1e-9, 0], { least: 1e-2, most: 1e2 })
    expect(grows).toEqual({ top: 0.25, height: 0.25, grows: true, isCut: false })
    expect(shrinks).toEqual({ top: 0.5, height: 0.25, grows: false, isCut: false })
    expect(gone).toMatchObject({ top: 0.5, height: 0.5, isCut: true })
    expect(nothing).toMatchObject({ top: 0.5, height: 0.5, isCut: true })
  })

  test('says after how many steps a change is gone for good', () => {
    expect(reach([1, 0.5, 0.001, 0.2, 0.001])).toBe(4)
    expect(reach([1, 0.5])).toBeUndefined()
    expect(reach([0.001])).toBe(0)
    expect(reach([2, 1e30, Number.NaN])).toBeUndefined()
  })

  test('asks for the language of a country across a gap', () => {
    expect(question(0, 3)).toBe('<A012>')
    expect(questionText(0, 2)).toBe('I grew up in France and the … I speak fluent')
    const sentences = lesson(200).split('.').slice(0, -1)
    expect(sentences).toHaveLength(200)
    for (const sentence of sentences) {
      const [, country, gap, language] = /^<([A-F])(\d*)>([a-f])$/.exec(sentence)!
      expect(language).toBe(country!.toLowerCase())
      expect(gap!.length).toBeLessThanOrEqual(trainedGap)
    }
    expect(new Set(sentences.map((sentence) => sentence.at(-1)))).toEqual(new Set(languageSymbols))
  })
})

describe('the units', () => {
  const values = { units: 3, data: [0, 1, -1, 0, 2, -2, 0, 3, -3.5] }

  test('stand in the order that is asked for', () => {
    expect(ordered(values, 'number', 0, new Map())).toEqual([0, 1, 2])
    expect(ordered(values, 'variation', 0, new Map())).toEqual([2, 1, 0])
    expect(ordered(values, 'likeness', 2, new Map())).toEqual([2, 1, 0])
    expect(
      ordered(
        values,
        'score',
        0,
        new Map([
          [1, 0.9],
          [0, 0.5],
        ]),
      ),
    ).toEqual([1, 0, 2])
    expect(likeness(values, 1, 2)).toBeCloseTo(-0.993, 2)
    expect(likeness(values, 0, 1)).toBe(0)
  })

  test('are measured by how much their scores say', () => {
    expect(strength({ score: 0.1, measure: 'auc' })).toBeCloseTo(0.8)
    expect(strength({ score: 0.3, measure: 'r2' })).toBe(0.3)
  })

  test('are coloured against their own mean', () => {
    const shades = scaled({ units: 2, data: [5, 1, 7, 1] })
    expect([...shades].map((shade) => Number(shade.toFixed(3)))).toEqual([-0.4, 0, 0.4, 0])
  })

  test('fork a text where they change it', () => {
    expect(fork('abcd', 'abxy')).toEqual({ shared: 'ab', before: 'cd', after: 'xy' })
    expect(fork('ab', 'abx')).toEqual({ shared: 'ab', before: '', after: 'x' })
    expect(fork('a😀', 'a😁')).toEqual({ shared: 'a', before: '😀', after: '😁' })
  })
})
