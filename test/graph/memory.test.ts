import { describe, expect, it } from 'vitest'
import { compile } from '../../src/equations/index.ts'
import {
  Builder,
  type StepGraph,
  type Type,
  addLayer,
  interpret,
  memoryReads,
  numbers,
  valueOf,
  withTraces,
} from '../../src/graph/all.ts'
import { type Operand, type Write, gradientError, value } from './differences.ts'

const luong = compile(`
  output a
  memory M: encoder
  h' = tanh(Wh @ [x, a, h])
  context = attend(Wa @ h', M, M)
  a' = tanh(Wc @ [context, h'])`).graph({ input: 2, hidden: 3, encoder: 2, places: 4 })

const bahdanau = compile(`
  memory M: encoder
  vector v: scores
  context = attend_additive(W @ h, U^T @ M, M, v)
  h' = tanh(Wh @ [x, context, h])`).graph({ input: 2, hidden: 3, encoder: 2, scores: 2, places: 4 })

const rows = 2
const steps = 2

/** Entries for a type, with numbers of their own for each seed. */
function operand(type: Type, seed: number): Operand {
  const length = { once: 1, row: rows, step: steps * rows }[type.extent]
  const count = type.shape.reduce((product, size) => product * size, length)
  return { type, data: Array.from({ length: count }, (_unused, i) => 0.8 * Math.cos(2.3 * i + seed)) }
}

const lengths: Operand = { type: { extent: 'row', shape: [] }, data: [2, 1] }
const mask: Operand = { type: { extent: 'row', shape: [4] }, data: [1, 1, 0, 0, 0, 1, 0, 0] }

/** The last two operands: lengths of the rows, and the mask of the memory. */
function operands(step: StepGraph): readonly Operand[] {
  const shape = (node: number): readonly number[] => step.nodes[node]!.type.shape
  return [
    ...[step.inputs[0]!.node].map((node): Type => ({ extent: 'step', shape: shape(node) })),
    ...step.states.map(({ previous }): Type => ({ extent: 'row', shape: shape(previous) })),
    ...step.parameters.map(({ node }) => step.nodes[node]!.type),
    { extent: 'step' as const, shape: [shape(step.memories![0]!.values)[1]!] },
  ]
    .map(operand)
    .concat([lengths, mask])
}

/** A decoder that attends to a sequence; `wanted` of its outputs and final states. */
const decoder =
  (step: StepGraph, wanted: number, isMasked: boolean): Write =>
  (build, inputs) => {
    const [ends, end] = [1 + step.states.length, 1 + step.states.length + step.parameters.length]
    const [sequence, rowLengths, places] = inputs.slice(end) as [number, number, number]
    const layer = addLayer(build, step, {
      sequences: inputs.slice(0, 1),
      initial: inputs.slice(1, ends),
      parameters: inputs.slice(ends, end),
      memories: [{ sequence, mask: places }],
      lengths: isMasked ? rowLengths : undefined,
    })
    return [...layer.outputs, ...layer.finals][wanted]!
  }

describe('a decoder over a remembered sequence', () => {
  it.each([
    ['luong', luong, 1, false],
    ['luong', luong, 0, true],
    ['bahdanau', bahdanau, 0, false],
    ['bahdanau', bahdanau, 1, true],
  ] as const)('%s agrees with finite differences', (_name, step, wanted, isMasked) => {
    const given = operands(step)
    const fixed = [given.length - 2, given.length - 1]
    expect(gradientError(given, decoder(step, wanted, isMasked), fixed)).toBeLessThan(1e-7)
  })

  it.each([
    ['luong', luong],
    ['bahdanau', bahdanau],
  ] as const)('%s reads nothing that stands in the padding', (_name, step) => {
    const given = operands(step)
    const spoilt = given.map((each, i) =>
      i === given.length - 3 ? { ...each, data: each.data.map((x, j) => (j >= 2 && j < 4 ? NaN : x)) } : each,
    )
    const [left, right] = [given, spoilt].map((own) => {
      const data = own.map((each, i) =>
        i === own.length - 1 ? { ...each, data: [1, 1, 0, 0, 0, 1, 0, 0] } : each,
      )
      return value(data, decoder(step, 0, false))
    })
    expect(right).toEqual(left)
  })

  it('gives no weight where all is padding', () => {
    const given = operands(luong)
    const empty = given.map((each, i) =>
      i === given.length - 1 ? { ...each, data: Array(8).fill(0) } : each,
    )
    const weights = decoder(withTraces(luong, ['context_weights', 'context']), 1, false)
    expect(value(empty, weights)).toEqual(Array(16).fill(0))
    expect(gradientError(empty, decoder(luong, 0, false), [given.length - 2, given.length - 1])).toBeLessThan(
      1e-7,
    )
  })
})

describe('a step in a window', () => {
  it('names what it reads of its memories', () => {
    expect(memoryReads(bahdanau)).toEqual([
      { input: 'M', memory: 0, shape: [4, 2], transpose: false },
      { input: 'U^T @ M', memory: 0, shape: [4, 2], matrix: 1, transpose: true },
    ])
  })

  it('takes memories that were made before', () => {
    const build = new Builder(numbers)
    const leaf = (name: string, type: Type): number => build.leaf('input', name, type)
    const row = (...shape: number[]): Type => ({ extent: 'row', shape })
    const x = leaf('x', { extent: 'step', shape: [2] })
    const h = leaf('h', row(3))
    const parameters = bahdanau.parameters.map(({ name, node }) => leaf(name, bahdanau.nodes[node]!.type))
    const places = leaf('mask', row(4))
    const reads = new Map(
      memoryReads(bahdanau).map(({ input, shape }) => [input, leaf(input, row(...shape))]),
    )
    const { outputs } = addLayer(build, bahdanau, {
      sequences: [x],
      initial: [h],
      parameters,
      memories: [{ reads, mask: places }],
    })
    const given = new Map(
      build.nodes.flatMap(({ op, type }, node) => {
        const { data } = operand(type, node)
        return op === 'input'
          ? [
              [
                node,
                valueOf(type, 1, rows, data.slice(0, data.length / (type.extent === 'step' ? steps : 1))),
              ] as const,
            ]
          : []
      }),
    )
    given.set(places, valueOf(row(4), 1, rows, [1, 1, 1, 1, 1, 1, 1, 1]))
    const results = interpret({ nodes: build.nodes }, given, { steps: 1, rows })
    expect(results[outputs[0]!]!.data.every(Number.isFinite)).toBe(true)
  })
})
