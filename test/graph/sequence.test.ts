import { describe, expect, it } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { compile } from '../../src/equations/index.ts'
import type { Builder, StepGraph, Type } from '../../src/graph/index.ts'
import { type Operand, type Write, gradientError, value } from './differences.ts'

const step = (...shape: number[]): Type => ({ extent: 'step', shape })
const row = (...shape: number[]): Type => ({ extent: 'row', shape })
const lengths = (...data: number[]): Operand => ({ type: row(), data })

function operand(type: Type, seed: number): Operand {
  const copies = { once: 1, row: 2, step: 4 }[type.extent]
  const length = type.shape.reduce((count, size) => count * size, copies)
  return { type, data: Array.from({ length }, (_unused, i) => 0.8 * Math.cos(2.3 * i + seed)) }
}

describe('reverse', () => {
  const sequence = { type: step(1), data: [1, 2, 3, 4] }
  const reverse: Write = (build, operands) => build.add('reverse', operands)

  it('turns whole rows round', () => {
    expect(value([sequence], reverse)).toEqual([3, 4, 1, 2])
  })

  it('turns each row round within its length', () => {
    expect(value([sequence, lengths(2, 1)], reverse)).toEqual([3, 2, 1, 4])
    expect(value([sequence, lengths(0, 2)], reverse)).toEqual([1, 4, 3, 2])
  })

  it('turns tokens round', () => {
    expect(value([{ type: step(), data: [5, 6, 7, 8] }, lengths(2, 0)], reverse)).toEqual([7, 6, 5, 8])
  })

  it('is its own inverse', () => {
    const twice: Write = (build, [x, n]) => build.add('reverse', [build.add('reverse', [x!, n!]), n!])
    for (const n of [lengths(0, 1), lengths(1, 2), lengths(2, 2)])
      expect(value([sequence, n], twice)).toEqual(sequence.data)
  })
})

const stepOf = (text: string): StepGraph => compile(text, { name: 'cell' }).graph({ input: 2, hidden: 3 })

/** A scan over a sequence, reversed where `turned`, and one of its results. */
function scanOf(build: Builder, cell: StepGraph, inputs: readonly number[], index: number, turned: boolean) {
  const length = inputs.at(-1)!
  const first = turned ? build.add('reverse', [inputs[0]!, length]) : inputs[0]!
  const scan = build.add('scan', [first, ...inputs.slice(1)], { step: cell, masked: true })
  return build.add('pick', [scan], { index })
}

function operandsOf(cell: StepGraph, length: Operand): readonly Operand[] {
  const shape = (node: number): readonly number[] => cell.nodes[node]!.type.shape
  const types = [
    ...cell.inputs.map(({ node }) => step(...shape(node))),
    ...cell.states.map(({ previous }) => row(...shape(previous))),
    ...cell.parameters.map(({ node }) => cell.nodes[node]!.type),
  ]
  return [...types.map(operand), length]
}

describe('the derivative of a masked scan agrees with finite differences', () => {
  const cells = ['lstm', 'gru', 'rnn'].map((name) => library.find((record) => record.name === name)!)
  const last = "output y, h\n v = abs(h)\n h' = W @ x + a * v\n y = h' * q"
  const texts = [
    ...cells.map(({ name, equations }) => [name, equations] as const),
    ['a small cell', last] as const,
  ]
  it.each(texts)('%s', (_name, text) => {
    const cell = stepOf(text)
    for (const length of [lengths(2, 1), lengths(0, 2)]) {
      const operands = operandsOf(cell, length)
      for (let index = 0; index < cell.outputs.length + cell.states.length; index++) {
        for (const turned of [false, true]) {
          const write: Write = (build, inputs) => scanOf(build, cell, inputs, index, turned)
          expect(gradientError(operands, write, [operands.length - 1])).toBeLessThan(1e-7)
        }
      }
    }
  })
})

describe('a masked scan', () => {
  const sum = compile("h' = h + W @ x\ny = h' * 10\noutput y", { name: 'sum' }).graph({ input: 1, hidden: 1 })
  const nothing = Number.NaN
  const operands = [
    { type: step(1), data: [1, 2, 3, nothing] },
    { type: row(1), data: [100, 200] },
    { type: { extent: 'once', shape: [1, 1] } as const, data: [1] },
    lengths(2, 1),
  ]

  it('gives zeros after the length of a row, whatever stands there', () => {
    expect(value(operands, (build, inputs) => scanOf(build, sum, inputs, 0, false))).toEqual([
      1010, 2020, 1040, 0,
    ])
  })

  it('keeps states from there on', () => {
    expect(value(operands, (build, inputs) => scanOf(build, sum, inputs, 1, false))).toEqual([104, 202])
    const none = [...operands.slice(0, 3), lengths(0, 0)]
    expect(value(none, (build, inputs) => scanOf(build, sum, inputs, 1, false))).toEqual([100, 200])
  })
})
