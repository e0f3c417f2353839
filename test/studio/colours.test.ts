import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runStrokes } from '../../studio/src/train/run-strokes.ts'
import { diverging, sequential } from '../../studio/src/ui/colour.ts'
import { type Rgb, type Vision, contrast, difference, over, simulated, visionNames } from './colour-vision.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const [light = '', dark = ''] = read('studio/src/style/base.css').split('}')

/** Colours of a page by their names, such as `blue`. */
function coloursIn(rules: string): (name: string) => Rgb {
  const found = Array.from(rules.matchAll(/--([\w-]+): #(\w\w)(\w\w)(\w\w);/g), ([, name, ...hex]) => {
    const [red = 0, green = 0, blue = 0] = hex.map((digits) => Number.parseInt(digits, 16))
    return [name!, [red, green, blue] as Rgb] as const
  })
  const colours = new Map(found)
  return (name) => colours.get(name)!
}

/** Least differences: of lines and fields that nothing but colour tells apart, and of areas that have a second mark. */
const [alone, marked] = [20, 6]

const diagram = read('src/draw/svg.ts')

/** How much of a diagram's area has its colour. */
function opacity(of: string): number {
  const from = diagram.indexOf(`.cell-diagram ${of} {`)
  return Number(/fill-opacity: ([.\d]+)/.exec(diagram.slice(from))![1])
}

/** Every two of some. */
function pairs<T>(all: readonly T[]): readonly (readonly [T, T])[] {
  return all.flatMap((one, index) => all.slice(0, index).map((other) => [other, one] as const))
}

describe.each([
  { theme: 'light', rules: light, isDark: false },
  { theme: 'dark', rules: dark, isDark: true },
])('on a $theme page', ({ rules, isDark }) => {
  const colour = coloursIn(rules)
  const panel = colour('panel')
  const runs = Array.from({ length: 8 }, (_unused, index) => runStrokes(index))
  const runColour = (index: number): string => runs[index]![0].colour.slice(2)

  test('lines and letters stand out from what is behind them', () => {
    const names = ['ink', 'dim', 'blue', 'orange', 'third', 'fourth', 'fifth']
    expect(Math.min(...names.map((name) => contrast(colour(name), panel)))).toBeGreaterThan(3)
    const letters = ['ink', 'dim', 'blue', 'orange'].flatMap((name) => [
      contrast(colour(name), panel),
      contrast(colour(name), colour('paper')),
    ])
    expect(Math.min(...letters)).toBeGreaterThan(4.5)
  })

  describe.each(visionNames)('for a reader with %s vision', (vision: Vision) => {
    const apart = (all: readonly (readonly [Rgb, Rgb])[]): number =>
      Math.min(...all.map(([one, other]) => difference(one, other, vision)))

    test('lines of a chart differ in colour', () => {
      const names = ['faint-blue', 'blue', ...[0, 1, 2, 3].map(runColour)]
      expect(names).toEqual(['faint-blue', 'blue', 'orange', 'third', 'fourth', 'fifth'])
      expect(apart(pairs(names.map(colour)))).toBeGreaterThan(alone)
    })

    test('numbers of a heat map differ from their opposites and from their neighbours', () => {
      const sizes = [0.25, 0.5, 0.75, 1]
      const opposites = sizes.map((size) => [diverging(-size, isDark), diverging(size, isDark)] as const)
      expect(apart(opposites)).toBeGreaterThan(25)
      const neighbours = sizes.flatMap((size) => [
        [sequential(size - 0.25, isDark), sequential(size, isDark)] as const,
        [diverging(size - 0.25, isDark), diverging(size, isDark)] as const,
        [diverging(0.25 - size, isDark), diverging(-size, isDark)] as const,
      ])
      expect(apart(neighbours)).toBeGreaterThan(15)
    })

    test('gates, states and operations of a diagram differ, and what is lit', () => {
      const gate = over(colour('blue'), panel, opacity('.gate .shape'))
      const state = over(colour('orange'), panel, opacity('.outer .shape'))
      const operation = over(colour('ink'), panel, opacity('.shape'))
      expect(apart(pairs([gate, state, operation]))).toBeGreaterThan(marked)
      const areas = [gate, state]
      const lit = ['blue', 'orange'].map((name) => over(colour(name), panel, opacity('.lit .shape')))
      expect(apart(areas.map((area, index) => [area, lit[index]!] as const))).toBeGreaterThan(alone)
    })

    test('what is marked, and parts of texts, differ from the rest', () => {
      const backgrounds = [
        [colour('wash'), panel],
        [colour('warn'), panel],
        [colour('faint-orange'), colour('paper')],
        [colour('faint-orange'), panel],
        [colour('faint-blue'), colour('paper')],
        [colour('blue'), panel],
      ] as const
      expect(apart(backgrounds)).toBeGreaterThan(marked)
    })
  })
})

test('dashes tell validations from losses, and runs of the same colour from each other', () => {
  const strokes = Array.from({ length: 40 }, (_unused, index) => runStrokes(index)).flat()
  expect(new Set(strokes.map(({ colour, dashes }) => `${colour} ${dashes}`)).size).toBe(80)
  expect([0, 4, 8].map((index) => runStrokes(index).map(({ dashes }) => dashes))).toEqual([
    [undefined, '5 4'],
    ['12 3 2 3', '5 4 2 3'],
    ['12 3 2 3 2 3', '5 4 2 3 2 3'],
  ])
})

test.each(visionNames)('%s vision leaves greys as they are, and what it made of a colour', (vision) => {
  expect(simulated([1, 1, 1], vision).map((channel) => Math.round(1e4 * channel))).toEqual([1e4, 1e4, 1e4])
  const primaries: readonly Rgb[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  for (const colour of primaries) {
    const once = simulated(colour, vision)
    const shifts = simulated(once, vision).map((channel, index) => Math.abs(channel - once[index]!))
    expect(Math.max(...shifts)).toBeLessThan(0.1)
  }
})

test.each([
  { what: 'a lit row', file: 'cell', rule: '.lit', mark: 'box-shadow' },
  { what: 'the character of now', file: 'cell', rule: '.characters button.here', mark: 'font-weight' },
  { what: 'the answer of the quiz', file: 'cell', rule: '.verdict.right', mark: 'font-weight' },
  { what: 'the room', file: 'base', rule: ".tabs a[aria-selected='true']", mark: 'font-weight' },
  { what: 'a choice', file: 'controls', rule: ".choice button[aria-checked='true']", mark: 'font-weight' },
  { what: 'the right language', file: 'rooms', rule: '.chance.right', mark: 'font-weight' },
  { what: 'a mistake', file: 'rooms', rule: '.editor mark', mark: 'border-bottom' },
  { what: 'the place in a text', file: 'rooms', rule: '.coloured .here', mark: 'outline' },
])('$what has a mark beside its colour', ({ file, rule, mark }) => {
  const sheet = read(`studio/src/style/${file}.css`)
  const from = sheet.indexOf(`\n${rule} {`)
  expect(sheet.slice(from, sheet.indexOf('}', from))).toContain(`${mark}:`)
})
