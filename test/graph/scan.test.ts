import { describe, expect, it } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { compile } from '../../src/equations/index.ts'
import { Builder, type StepGraph, type Type, interpret, numbers, valueOf } from '../../src/graph/all.ts'
import { type Operand, gradientError } from './differences.ts'

const rows = 2
const steps = 2

function operand(type: Type, seed: number): Operand {
  const copies = { once: 1, row: rows, step: steps * rows }[type.extent]
  const length = type.shape.reduce((count, size) => count * size, copies)
  return { type, data: Array.from({ length }, (_unused, i) => 0.8 * Math.cos(2.3 * i + seed)) }
}

/** Operands of a scan: a sequence for each input, an initial value for each state, the parameters. */
function operands(step: StepGraph): Operand[] {
  const shape = (node: number): readonly number[] => step.nodes[node]!.type.shape
  const types: Type[] = [
    ...step.inputs.map(({ node }): Type => ({ extent: 'step', shape: shape(node) })),
    ...step.states.map(({ previous }): Type => ({ extent: 'row', shape: shape(previous) })),
    ...step.parameters.map(({ node }) => step.nodes[node]!.type),
  ]
  return types.map((type, i) => operand(type, i))
}

const odd = `
  output y, h
  v = tanh(U^T @ h + W @ x) / (1 + abs(h))
  h' = norm(v, g, b) + max(h, a)
  y = block([h', x, h], 0, 2) * q`

const sizes: Readonly<Record<string, number>> = { input: 2, hidden: 3, projection: 2 }

function stepOf(text: string): StepGraph {
  const cell = compile(text, { name: 'cell' })
  return cell.graph(Object.fromEntries(cell.sizes.map((name) => [name, sizes[name]!])))
}

describe('the derivative of a scan agrees with finite differences', () => {
  const cells = Object.fromEntries(library.map(({ name, equations }) => [name, equations]))
  it.each(Object.entries({ ...cells, 'an odd cell': odd }))('%s', (_name, text) => {
    const step = stepOf(text)
    const results = step.outputs.length + step.states.length
    for (let index = 0; index < results; index++) {
      const error = gradientError(operands(step), (build, inputs) =>
        build.add('pick', [build.add('scan', inputs, { step })], { index }),
      )
      expect(error).toBeLessThan(1e-7)
    }
  })

  it('for several final states at once', () => {
    const step = stepOf(library.find(({ name }) => name === 'lstm')!.equations)
    const error = gradientError(operands(step), (build, inputs) => {
      const scan = build.add('scan', inputs, { step })
      const pick = (index: number): number => build.add('pick', [scan], { index })
      return build.add('sub', [build.add('mul', [pick(1), pick(2)]), pick(1)])
    })
    expect(error).toBeLessThan(1e-7)
  })
})

describe('a scan', () => {
  const sum = compile("h' = h + W @ x\ny = h * 10\noutput y", { name: 'sum' }).graph({ input: 1, hidden: 1 })
  const type = { sequence: { extent: 'step', shape: [1] }, state: { extent: 'row', shape: [1] } } as const

  it('feeds each new state to the next step', () => {
    const build = new Builder(numbers)
    const x = build.leaf('input', 'x', type.sequence)
    const h = build.leaf('input', 'h', type.state)
    const w = build.leaf('parameter', 'W', { extent: 'once', shape: [1, 1] })
    const scan = build.add('scan', [x, h, w], { step: sum })
    const [y, final] = [0, 1].map((index) => build.add('pick', [scan], { index })) as [number, number]
    const call = { steps: 3, rows: 2 }
    const leaves = new Map([
      [x, valueOf(type.sequence, 3, 2, [1, 10, 2, 20, 3, 30])],
      [h, valueOf(type.state, 3, 2, [100, 200])],
      [w, valueOf({ extent: 'once', shape: [1, 1] }, 3, 2, [2])],
    ])
    const values = interpret({ nodes: build.nodes }, leaves, call)
    expect([...values[y]!.data]).toEqual([1000, 2000, 1020, 2200, 1060, 2600])
    expect([...values[final]!.data]).toEqual([112, 320])
    expect(build.type(y)).toEqual({ extent: 'step', shape: [1] })
    expect(build.type(final)).toEqual({ extent: 'row', shape: [1] })
  })
})
