import { describe, expect, it } from 'vitest'
import { Unsupported } from '../../src/core/errors.ts'
import { compile } from '../../src/equations/index.ts'
import { Builder, type StepGraph, numbers, printStep } from '../../src/graph/index.ts'
import { type Partition, partition } from '../../src/plan/partition.ts'
import { namedCells, programOf, shapes } from './cases.ts'
import { stackProgram } from './windows.ts'

function cut(...layers: readonly [string, Readonly<Record<string, number>>][]): Partition {
  const steps = layers.map(([text, sizes]) => compile(text, { name: 'cell' }).graph(sizes))
  return partition(stackProgram(steps, { rows: 2, steps: 2 }).graph)
}

/** The cut bodies of the scans. */
function bodies({ graph }: Partition): StepGraph[] {
  return graph.nodes.flatMap(({ op, attributes }) => (op === 'scan' ? [attributes.step as StepGraph] : []))
}

/** Parts of a named value as `[rows, columns]` ranges. */
function ranges(parts: Partition['parameters'], name: string): string[] {
  return parts
    .get(name)!
    .map(({ row, rows, column, columns }) => `${row}:${row + rows} ${column}:${column + columns}`)
}

describe('partition', () => {
  it.each(namedCells)('leaves no slices and concatenations in %s', (_name, cell) => {
    const { graph } = partition(programOf(cell, shapes[0]).graph)
    const all = [...graph.nodes, ...bodies({ graph } as Partition).flatMap(({ nodes }) => nodes)]
    expect(all.filter(({ op }) => ['slice', 'concat', 'place', 'block'].includes(op))).toEqual([])
  })

  it('cuts a matrix where its operand is put together', () => {
    const found = cut(["h' = tanh(W @ [h, x] + b)", { input: 2, hidden: 3 }])
    expect(printStep(bodies(found)[0]!)).toMatchInlineSnapshot(`
      "%0 x [B,2] = input()
      %1 h [B,3] = state()
      %2 W[0:3,0:3] [3,3] = parameter()
      %3 W[0:3,3:5] [3,2] = parameter()
      %4 [B,3] = product(%2, %1)
      %5 [B,3] = product(%3, %0)
      %6 [B,3] = add(%4, %5)
      %7 b [3] = parameter()
      %8 [B,3] = spread(%7, extent: row)
      %9 [B,3] = add(%6, %8)
      %10 h [B,3] = tanh(%9)
      state h' = %10
      output h = %10"
    `)
    expect(ranges(found.parameters, 'W')).toEqual(['0:3 0:3', '0:3 3:5'])
    expect(ranges(found.parameters, 'b')).toEqual(['0:3 0:1'])
    expect(found.graph.parameters.map(({ name }) => name)).toEqual(['W[0:3,0:3]', 'W[0:3,3:5]', 'b'])
  })

  it('cuts a matrix and a vector where their sum is taken apart', () => {
    const text = "g = W @ [h, x] + b\nh' = block(g, 0, 2) * tanh(block(g, 1, 2))"
    const found = cut([text, { input: 2, hidden: 3 }])
    expect(ranges(found.parameters, 'W')).toEqual(['0:3 0:3', '0:3 3:5', '3:6 0:3', '3:6 3:5'])
    expect(ranges(found.parameters, 'b')).toEqual(['0:3 0:1', '3:6 0:1'])
  })

  it('cuts states alike before and after, and what reads them', () => {
    const text = "state c: 2 * hidden\nc' = [tanh(W @ c), block(c, 0, 2)] + b\nh = block(c', 1, 2) + U @ x"
    const found = cut([text, { input: 2, hidden: 3 }])
    const [body] = bodies(found)
    expect(body!.states.map(({ name }) => name)).toEqual(['c[0:3]', 'c[3:6]'])
    expect(ranges(found.inputs, 'c0')).toEqual(['0:3 0:1', '3:6 0:1'])
    expect(ranges(found.outputs, 'c next')).toEqual(['0:3 0:1', '3:6 0:1'])
    expect(ranges(found.parameters, 'W')).toEqual(['0:3 0:3', '0:3 3:6'])
  })

  it('gives each result a node of its own', () => {
    const states = 'state a: 2 * hidden\nstate b: 2 * hidden'
    const text = `${states}\nmatrix W: [hidden, input]\nmatrix U: [hidden, input]\nu = tanh(W @ x)\nv = U @ x\na' = [u, v]\nb' = [v, u]\nh = block(b, 1, 2) + block(a, 0, 2)`
    const [body] = bodies(cut([text, { input: 2, hidden: 3 }]))
    const next = body!.states.map((state) => state.next)
    expect(new Set(next).size).toBe(4)
    const [copied] = bodies(
      cut(["output y, z\nvector b: hidden\ny = b\nz = x\ns' = 1 + s * b", { input: 2, hidden: 3 }]),
    )
    for (const { node } of copied!.outputs) expect(copied!.nodes[node]!.op).toBe('copy')
  })

  it('takes a cut through all layers and the input', () => {
    const found = cut(
      ["h' = h + W @ [x, h]\ny = [x, h']\noutput y", { input: 4, hidden: 3 }],
      ["h' = tanh(h + block(x, 1, 7)) * a", { input: 7, hidden: 1 }],
    )
    expect(ranges(found.inputs, 'x')).toEqual(['0:1 0:1', '1:2 0:1', '2:4 0:1'])
    expect(ranges(found.outputs, '0.y')).toEqual(['0:1 0:1', '1:2 0:1', '2:4 0:1', '4:7 0:1'])
    expect(ranges(found.parameters, '0.W')).toEqual(['0:3 0:1', '0:3 1:2', '0:3 2:4', '0:3 4:7'])
  })

  it('shifts dropout masks and cuts tables of embeddings', () => {
    const build = new Builder(numbers)
    const tokens = build.leaf('input', 'tokens', { extent: 'step', shape: [] })
    const table = build.leaf('parameter', 'E', { extent: 'once', shape: [7, 5] })
    const x = build.add('dropout', [build.add('gather', [table, tokens])], { rate: 0.5, stream: 2 })
    const y = build.add('slice', [x], { offset: 1, size: 3 })
    const found = partition({
      nodes: build.nodes,
      inputs: [{ name: 'tokens', node: tokens }],
      parameters: [{ name: 'E', node: table }],
      outputs: [{ name: 'y', node: y }],
    })
    expect(ranges(found.parameters, 'E')).toEqual(['0:7 0:1', '0:7 1:4', '0:7 4:5'])
    const masks = found.graph.nodes.filter(({ op }) => op === 'dropout')
    expect(masks.map(({ attributes }) => attributes.offset ?? 0)).toEqual([0, 1, 4])
  })

  it('refuses to cut what must be whole', () => {
    const build = new Builder(numbers)
    const logits = build.leaf('input', 'x', { extent: 'step', shape: [4] })
    const targets = build.leaf('input', 'targets', { extent: 'step', shape: [] })
    const loss = build.add('cross_entropy', [logits, targets])
    const part = build.add('slice', [logits], { offset: 0, size: 2 })
    const ports = (names: Record<string, number>) =>
      Object.entries(names).map(([name, node]) => ({ name, node }))
    const graph = {
      nodes: build.nodes,
      inputs: ports({ x: logits, targets }),
      parameters: [],
      outputs: ports({ loss, part }),
    }
    expect(() => partition(graph)).toThrow(Unsupported)
    expect(() => partition(graph)).toThrow('cross_entropy needs whole')
  })
})
