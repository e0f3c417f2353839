import { describe, expect, test } from 'vitest'
import { cells, decoders, findCell, initialise } from '../../src/cells/index.ts'
import {
  cellTrial,
  trialDifferences,
  trialGradients,
  worstDifference,
} from '../../src/inspect/cell-program.ts'
import { fittingSizes } from '../../src/inspect/cell-sizes.ts'
import { canonicalText, cellText, compile } from '../../src/equations/index.ts'
import { type StepGraph, interpret, valueOf } from '../../src/graph/all.ts'
import { stackWindow } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'

const named = decoders.cells.map(({ name, equations }) => [name, compile(equations, { name })] as const)
const sizes = { input: 2, hidden: 3, encoder: 2, places: 4 }

/** Numbers of their own for every leaf. */
const numbersOf = (name: string, count: number): number[] =>
  Array.from({ length: count }, (_unused, i) =>
    Math.sin(3 * i + [...name].reduce((s, c) => s + c.charCodeAt(0), 0)),
  )

/** All values of one step, by the names of its leaves and traces. */
function stepOf(step: StepGraph, mask: readonly number[]): Map<string, readonly number[]> {
  const found = new Map<string, readonly number[]>()
  const leaves = step.nodes.flatMap(({ op, type, attributes }, id) => {
    if (!['input', 'state', 'parameter'].includes(op)) return []
    const name = attributes.name as string
    const count = type.shape.reduce((a, b) => a * b, 1)
    const data = name.startsWith('mask') ? mask : numbersOf(name, count)
    found.set(op === 'state' ? `${name} before` : name, data)
    return [[id, valueOf(type, 1, 1, data)] as const]
  })
  const values = interpret(step, new Map(leaves), { steps: 1, rows: 1 })
  for (const { name, node } of step.traces) found.set(name, [...values[node]!.data])
  return found
}

/** A matrix, row-major, times a vector. */
function product(matrix: readonly number[], vector: readonly number[]): readonly number[] {
  return Array.from({ length: matrix.length / vector.length }, (_unused, row) =>
    vector.reduce((sum, x, column) => sum + matrix[row * vector.length + column]! * x, 0),
  )
}

const placesOf = (memory: readonly number[]): readonly (readonly number[])[] =>
  Array.from({ length: 4 }, (_unused, place) => memory.slice(2 * place, 2 * place + 2))

/** Weights and context as their papers define them, for scores of the places that the mask [1, 1, 0, 1] leaves. */
function attended(scores: readonly number[], places: readonly (readonly number[])[]) {
  const powers = scores.map((score, place) => (place === 2 ? 0 : Math.exp(score)))
  const weights = powers.map((power) => power / powers.reduce((a, b) => a + b, 0))
  const context = [0, 1].map((i) => places.reduce((sum, place, at) => sum + weights[at]! * place[i]!, 0))
  return { weights, context }
}

function expectClose(found: readonly number[] | undefined, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length)
  wanted.forEach((x, i) => expect(found![i]).toBeCloseTo(x, 12))
}

const mask = [1, 1, 0, 1]

describe('one step of', () => {
  test('luong_lstm attends with its new state and feeds what it found to the next step', () => {
    const values = stepOf(cells.luong_lstm(3).cell.graph(sizes), mask)
    const at = (name: string): readonly number[] => values.get(name)!
    const query = product(at('Wa'), at('h'))
    const places = placesOf(at('M'))
    const { weights, context } = attended(
      places.map((place) => place[0]! * query[0]! + place[1]! * query[1]!),
      places,
    )
    expectClose(at('context_weights'), weights)
    expectClose(at('context'), context)
    expectClose(at('a'), product(at('Wc'), [...context, ...at('h')]).map(Math.tanh))
    const gate = product(at('Wf'), [...at('h before'), ...at('x'), ...at('a before')])
    expectClose(
      at('f'),
      gate.map((x, i) => 1 / (1 + Math.exp(-x - at('bf')[i]!))),
    )
  })

  test('bahdanau_lstm attends with the state before and reads what it found', () => {
    const values = stepOf(cells.bahdanau_lstm(3).cell.graph(sizes), mask)
    const at = (name: string): readonly number[] => values.get(name)!
    const query = product(at('W'), at('h before'))
    const places = placesOf(at('M'))
    const scores = places.map((place) =>
      product(at('U'), place).reduce((sum, k, i) => sum + at('v')[i]! * Math.tanh(k + query[i]!), 0),
    )
    const { weights, context } = attended(scores, places)
    expectClose(at('context_weights'), weights)
    expectClose(at('context'), context)
    const gate = product(at('Wo'), [...at('h before'), ...at('x'), ...context])
    expectClose(
      at('o'),
      gate.map((x, i) => 1 / (1 + Math.exp(-x - at('bo')[i]!))),
    )
  })
})

describe('a decoder', () => {
  test.each(named)('%s has the gradient of finite differences', async (_name, cell) => {
    const trial = cellTrial(cell.graph(fittingSizes(cell, {})))
    const gradients = await trialGradients(reference, trial)
    expect(worstDifference(gradients, await trialDifferences(reference, trial)).error).toBeLessThan(1e-7)
    for (const gradient of gradients.values())
      expect(Math.max(...Array.from(gradient, Math.abs))).toBeGreaterThan(1e-3)
  })

  test.each(named)('%s reads back in every spelling', (_name, cell) => {
    for (const spelling of ['plain', 'unicode', 'latex'] as const)
      expect(canonicalText(compile(cellText(cell, spelling)).step)).toBe(canonicalText(cell.step))
  })

  test('is found by name, and takes the sizes that its memory does not give', () => {
    expect(findCell('luong_lstm')?.year).toBe(2015)
    expect(cells.luong_lstm(5).sizes).toEqual({ hidden: 5 })
    expect(() => cells.luong_lstm({ hidden: 5, places: 3 })).toThrow('takes no size "places" from a layer')
  })

  test('starts with scores that differ', () => {
    const { cell, init } = cells.bahdanau_lstm(3)
    const starts = initialise(cell.graph(sizes), init, 1)
    expect(Math.max(...starts.get('v')!.map(Math.abs))).toBeGreaterThan(0.1)
    expect(starts.get('U')).toHaveLength(6)
    expect(starts.get('bf')).toEqual(new Float32Array(3).fill(1))
  })

  test('is no layer of a stack without a memory', () => {
    const layers = [cells.luong_lstm(4)]
    expect(() => stackWindow({ input: { size: 3 }, layers })).toThrow('a decoder needs an encoder')
  })
})
