import { describe, expect, test, vi } from 'vitest'
import { Client, WorkerFailure } from '../../studio/src/client.ts'
import { sampleText } from '../../studio/src/text/sample-text.ts'
import { aligned } from '../../studio/src/train/aligned.ts'
import { emptyCurve, extended } from '../../studio/src/train/curve.ts'
import { fitted } from '../../studio/src/train/fit.ts'
import { type Axis, axisFor, nearestIndex, pathOf, tickText } from '../../studio/src/ui/axis.ts'
import { css, diverging, inkOn, rangeOf, sequential } from '../../studio/src/ui/colour.ts'
import { compact, decimal, percent, thousands, visible } from '../../studio/src/ui/format.ts'
import type { Posted, Question } from '../../studio/src/worker/messages.ts'

describe('a curve', () => {
  const points = (from: number, count: number) =>
    Array.from({ length: count }, (_unused, index) => ({ step: from + index, loss: 2 }))

  test('evens out its losses', () => {
    const { even } = extended(emptyCurve, [
      { step: 1, loss: 4 },
      { step: 2, loss: 2 },
      { step: 3, loss: 3 },
    ])
    expect(even).toEqual([4, 3, 3])
  })

  test('is thinned out and goes on', () => {
    let curve = extended(emptyCurve, [{ step: 1, loss: 2, validation: 5 }])
    for (let from = 2; from < 3000; from += 100) curve = extended(curve, points(from, 100))
    expect(curve.count).toBe(3001)
    expect(curve.steps.length).toBeLessThanOrEqual(1200)
    expect(curve.steps).toEqual(curve.steps.toSorted((a, b) => a - b))
    expect(curve.losses.every((loss) => loss === 2)).toBe(true)
    expect(curve.validations.find((value) => value !== null)).toBe(5)
  })

  test('stands beside others on one axis', () => {
    const lines = [
      { x: [1, 3], y: [10, 30] },
      { x: [2, 3], y: [5, null] },
    ]
    expect(aligned(lines)).toEqual({
      x: [1, 2, 3],
      columns: [
        [10, null, 30],
        [null, 5, null],
      ],
    })
  })
})

describe('a text', () => {
  test('gets rows and windows that fit into it', () => {
    const wish = { batch: 16, window: 32 }
    expect(fitted(24_000, wish)).toEqual({ batch: 16, window: 32, heldOut: 0.1 })
    expect(fitted(1_000_000, wish).heldOut).toBe(0.02)
    expect(fitted(300, wish)).toEqual({ batch: 9, window: 32, heldOut: 0 })
    expect(fitted(3, wish)).toEqual({ batch: 3, window: 1, heldOut: 0 })
  })

  test('to start with has what detectors look for, and is always the same', () => {
    const text = sampleText(4000)
    expect(text).toBe(sampleText(4000))
    expect(text).toMatch(/\n\n/)
    expect(text.split('"').length % 2).toBe(1)
    expect(text.split('(').length).toBe(text.split(')').length)
    expect(text.length).toBeGreaterThan(3900)
  })
})

describe('numbers for people', () => {
  test('are short and tell their sign', () => {
    expect(thousands(1234567)).toBe('1\u202f234\u202f567')
    expect(decimal(-0.126)).toBe('−0.13')
    expect(decimal(-0.001)).toBe('0.00')
    expect(decimal(Number.NaN)).toBe('–')
    expect([0, 0.0000123, 0.0123, 1.234, 45.67, 12345].map(compact)).toEqual([
      '0',
      '1.2e−5',
      '0.012',
      '1.23',
      '45.7',
      '1.2e4',
    ])
    expect(percent(0.256)).toBe('26\u202f%')
    expect(['\n', ' ', '\t', 'é'].map(visible)).toEqual(['↵', '␣', '⇥', 'é'])
  })
})

describe('an axis', () => {
  test('goes over all numbers, with round ones on it', () => {
    expect(axisFor([0.13, null, 3.2], 4)).toEqual({ least: 0.13, most: 3.2, ticks: [1, 2, 3] })
    expect(axisFor([], 5, [0, 1]).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(axisFor([7, 7], 2).ticks).toEqual([6.5, 7, 7.5])
    expect(axisFor([], 3)).toMatchObject({ least: 0, most: 1 })
  })

  test('writes its numbers alike', () => {
    const texts = (axis: Axis) => axis.ticks.map((tick) => tickText(axis, tick))
    expect(texts(axisFor([0, 1], 4))).toEqual(['0.0', '0.5', '1.0'])
    expect(texts(axisFor([0, 5000], 2))).toEqual(['0', '5\u202f000'])
    expect(texts(axisFor([-1, 1], 2))).toEqual(['−1', '0', '1'])
  })

  test('finds the nearest place', () => {
    expect([0, 2.4, 2.6, 9].map((place) => nearestIndex([1, 2, 3], place))).toEqual([0, 1, 2, 2])
    expect(nearestIndex([], 1)).toBe(-1)
  })

  test('carries lines, with gaps or joined', () => {
    const plane = (a: number, b: number) => [a, 10 - b] as const
    expect(pathOf([1, 2, 3, 4], [1, null, 3, Infinity], plane, false)).toBe('M1.0 9.0M3.0 7.0')
    expect(pathOf([1, 2, 3], [1, null, 3], plane, true)).toBe('M1.0 9.0L3.0 7.0')
  })
})

describe('colours', () => {
  const luminance = ([red, green, blue]: readonly [number, number, number]): number =>
    0.299 * red + 0.587 * green + 0.114 * blue

  test.each([false, true])('grow steadily lighter or darker with the number (dark page: %s)', (isDark) => {
    for (const scale of [sequential, (share: number, dark: boolean) => diverging(-share, dark), diverging]) {
      const steps = Array.from({ length: 11 }, (_unused, step) => luminance(scale(step / 10, isDark)))
      const sorted = steps.toSorted((a, b) => (isDark ? a - b : b - a))
      expect(steps).toEqual(sorted)
    }
  })

  test('tell the signs apart by blue and orange', () => {
    const [blue, orange] = [diverging(-0.8, false), diverging(0.8, false)]
    expect(blue[2]).toBeGreaterThan(blue[0])
    expect(orange[0]).toBeGreaterThan(orange[2])
    expect(css(diverging(0, false))).toBe('rgb(247 246 242)')
    expect(inkOn(diverging(0, false))).toBe('#10161d')
    expect(inkOn(diverging(-1, false))).toBe('#f6f8fa')
  })

  test('fill the range of the numbers', () => {
    expect(rangeOf([0, 1], true)).toEqual({ kind: 'share' })
    expect(rangeOf([0.1, -8, Infinity], false)).toEqual({ kind: 'signed', most: 8 })
    expect(rangeOf([0.1], false)).toEqual({ kind: 'signed', most: 1 })
  })
})

describe('the line to the worker', () => {
  function line() {
    const asked: Question[] = []
    const listeners = new Map<string, (event: unknown) => void>()
    const worker = {
      postMessage: (question: Question) => void asked.push(question),
      addEventListener: (kind: string, listener: (event: unknown) => void) =>
        void listeners.set(kind, listener),
    }
    const client = new Client(worker)
    return { asked, client, post: (data: Posted) => listeners.get('message')!({ data }), listeners }
  }

  test('gives each question its own answer', async () => {
    const { asked, client, post } = line()
    const [first, second] = [client.ask('machine'), client.ask('save')]
    expect(asked.map(({ name }) => name)).toEqual(['machine', 'save'])
    post({ id: asked[1]!.id, answer: 'saved' })
    post({ id: asked[0]!.id, failure: { code: 'x', message: 'no' } })
    await expect(second).resolves.toBe('saved')
    await expect(first).rejects.toEqual(new WorkerFailure({ code: 'x', message: 'no' }))
  })

  test('tells events to whoever listens, until they stop', () => {
    const { client, post } = line()
    const listener = vi.fn<(event: unknown) => void>()
    const stop = client.listen(listener)
    const event = { kind: 'sample', step: 1, text: 'a' } as const
    post({ event })
    stop()
    post({ event })
    expect(listener.mock.calls).toEqual([[event]])
  })

  test('fails everything when the worker does', async () => {
    const { client, listeners } = line()
    const asked = client.ask('machine')
    listeners.get('error')!({ message: 'gone' })
    await expect(asked).rejects.toThrow('gone')
  })
})
