import { describe, expect, it } from 'vitest'
import { compile } from '../../src/equations/index.ts'
import { type StepGraph, printGraph } from '../../src/graph/index.ts'
import { partition } from '../../src/plan/partition.ts'
import { type StepProgram, stepProgram } from '../../src/plan/step.ts'
import { biases, terms } from '../../src/plan/stack.ts'
import { sized } from './cases.ts'
import { stackProgram } from './windows.ts'

const all = { outputs: [true], inputs: [true] }

/** The program of a cell as it stands in a window, cut. */
function program(
  text: string,
  request?: Parameters<typeof stepProgram>[1],
  sizes = { input: 2, hidden: 3 },
): StepProgram {
  const window = stackProgram([sized(compile(text, { name: 'cell' }), sizes)], { rows: 2, steps: 2 })
  const scan = partition(window.graph).graph.nodes.find(({ op }) => op === 'scan')!
  return stepProgram(scan.attributes.step as StepGraph, request)
}

function sums({ nodes }: StepProgram): number[] {
  return nodes.flatMap(({ op }, id) => (op === 'accumulate' ? [id] : []))
}

describe('stepProgram', () => {
  it('puts all products of a sum, and the biases beside them, into one node', () => {
    const made = program("h' = tanh(W @ h + b + (U @ x + d) + V @ h)")
    const [sum, ...others] = sums(made)
    expect(others).toEqual([])
    expect(terms(made, sum!)).toHaveLength(3)
    expect(biases(made, sum!)).toHaveLength(2)
    expect(made.nodes.filter(({ op }) => op === 'add')).toEqual([])
  })

  it('leaves a product alone that something else reads too', () => {
    const made = program("u = W @ h\nh' = tanh(u + U @ x) + u")
    expect(sums(made).map((id) => terms(made, id).length)).toEqual([1, 1])
  })

  it('keeps what is no product out of the sum', () => {
    const made = program("h' = tanh(W @ h + h + U @ x)")
    expect(printGraph({ nodes: made.nodes })).toMatchInlineSnapshot(`
      "%0 x [B,2] = input()
      %1 h [B,3] = state()
      %2 W [3,3] = parameter()
      %3 U [3,2] = parameter()
      %4 [B,3] = accumulate(%2, %1, %3, %0, count: 2, transposes: nn)
      %5 [B,3] = add(%4, %1)
      %6 h [B,3] = tanh(%5)"
    `)
  })

  it('has no derivative unless asked', () => {
    const made = program("h' = tanh(W @ h + U @ x)")
    expect(made.forward).toBe(made.nodes.length)
    expect(made.matrices).toEqual([])
    expect(made.states[0]!.carries).toEqual([])
  })

  it('splits the gradient of a state into products and the rest', () => {
    const made = program("z = sigmoid(W @ h + U @ x)\nh' = z * h", all)
    const [{ carries }] = made.states as [StepProgram['states'][number]]
    expect(carries.map(({ leaf }) => made.nodes[leaf]!.name)).toEqual(['d next h by products', 'd next h'])
    expect(made.nodes[carries[0]!.source!]!.op).toBe('accumulate')
    expect(made.nodes[carries[1]!.source!]!.op).toBe('mul')
  })

  it('passes no gradient on through a state that is not read', () => {
    const made = program("unused = c\nc' = U @ x\nq' = q + c'\nh = q'", all)
    expect(
      made.states.map(({ name, carries }) => [name, carries.map(({ source }) => source !== undefined)]),
    ).toEqual([
      ['c', [false]],
      ['q', [true]],
    ])
  })

  it('drops what only unwanted gradients need', () => {
    const text =
      "output y, z\nh' = tanh(W @ h + U @ x)\ny = h'\nz = (V @ exp(h)) * b\nmatrix V: [hidden, hidden]"
    const made = program(text, { outputs: [true, false], inputs: [false] })
    const [, z] = made.seeds
    expect(z).toBeUndefined()
    expect(made.inputGradients).toEqual([undefined])
    const named = (id: number): string => made.nodes[id]!.name!
    expect(made.matrices.map(({ parameter }) => named(parameter))).toEqual(['W', 'U'])
    expect(made.vectors).toEqual([])
  })

  it('sums the gradient of a transposed matrix the other way round', () => {
    const made = program("matrix W: [hidden, hidden]\nh' = tanh(W^T @ h + W @ x)", all, {
      input: 3,
      hidden: 3,
    })
    const flags = made.matrices.map(({ transposed, operand }) => `${made.nodes[operand]!.name} ${transposed}`)
    expect(flags.toSorted((a, b) => a.localeCompare(b))).toEqual(['h true', 'x false'])
  })

  it('computes with constants beforehand', () => {
    const made = program("h' = h * (1 - 0.25) + 0 * U @ x", all)
    const values = made.nodes.flatMap(({ op, attributes }) => (op === 'constant' ? [attributes.value] : []))
    expect(values).toContain(0.75)
  })
})
