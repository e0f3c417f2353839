import { describe, expect, test } from 'vitest'
import { Size, compile } from '../../src/equations/index.ts'
import { type StepGraph, numbers, operation } from '../../src/graph/index.ts'

function shapes(text: string): Record<string, string> {
  const { parameters, nodes } = compile(text).step
  return Object.fromEntries(parameters.map(({ name, node }) => [name, nodes[node]!.type.shape.join(' x ')]))
}

describe('sizes', () => {
  test('print as linear forms', () => {
    const [hidden, input] = [Size.named('hidden'), Size.named('input')]
    expect(String(hidden.plus(input).plus(Size.named('p')))).toBe('input + hidden + p')
    expect(String(hidden.times({ over: 4, under: 1 }))).toBe('4*hidden')
    expect(String(hidden.times({ over: 3, under: 2 }).minus(Size.of(1)))).toBe('3*hidden/2 - 1')
    expect(String(Size.of(2).minus(hidden))).toBe('-hidden + 2')
    expect(String(hidden.minus(hidden))).toBe('0')
    expect(String(Size.of(64))).toBe('64')
  })

  test('follow from how parameters are used', () => {
    expect(shapes("h' = tanh(U @ x + W @ h + b)")).toEqual({
      U: 'hidden x input',
      W: 'hidden x hidden',
      b: 'hidden',
    })
    expect(shapes("h' = W @ [x, h, x * p, 2 * h] + u * h")).toEqual({
      p: 'input',
      W: 'hidden x 2*input + 2*hidden',
      u: 'hidden',
    })
    expect(shapes("state h: projection\nc' = c + W @ [h, x]\nh' = R @ c' + 0 * h")).toEqual({
      W: 'hidden x input + projection',
      R: 'projection x hidden',
    })
  })

  test('are found backwards, through parts and concatenations', () => {
    expect(shapes("a = norm(W @ x, g, k) + b\nh' = h * block(a, 0, 4) + block(a, 3, 4)")).toEqual({
      W: '4*hidden x input',
      g: '4*hidden',
      k: '4*hidden',
      b: '4*hidden',
    })
    expect(shapes("state s: 2 * hidden + input\ns' = s + [V @ h, x]\nh' = h + 0 * x")).toMatchObject({
      V: '2*hidden x hidden',
    })
    expect(
      shapes("state s: hidden\ns' = s + [V @ h, block(h, 0, 4), b]\nvector b: 3\nh' = h + U @ x"),
    ).toMatchObject({
      V: '3*hidden/4 - 3 x hidden',
      b: '3',
    })
    expect(shapes("a = V @ (U @ [h, x])\nh' = a + h\nmatrix U: [rank, input + hidden]")).toEqual({
      U: 'rank x input + hidden',
      V: 'hidden x rank',
    })
  })

  test('which hold for some values only become constraints', () => {
    const text = (equations: string): string[] =>
      compile(equations).constraints.map(
        ({ left, right, reason }) => `${String(left)} = ${String(right)}, ${reason}`,
      )
    expect(text("r = sigmoid(x + W @ h)\nh' = r * h")).toEqual([
      'input = hidden, line 2: `r` (line 1) with `h` (line 2)',
    ])
    expect(text("h' = W @ h + b + [x, x]\nstate h: 8")).toEqual([
      '8 = 2*input, line 1: the state h with `W @ h + b + [x, x]` (line 1)',
    ])
    expect(text("h' = h + x + block([h, h], 0, 2)")).toEqual([
      'hidden = input, line 1: `h` (line 1) with `x` (line 1)',
    ])
  })
})

describe('the graph for given sizes', () => {
  const cell = compile(
    "a = W @ x + b\nc' = c * block(a, 0, 2) + block(a, 1, 2)\nh' = c' + 1 * h\ne' = 1 + 0 * e; d' = 2; o = d",
    { name: 'two' },
  )

  test('has numbers for sizes and slices for parts', () => {
    const graph = cell.graph({ input: 3, hidden: 5 })
    const found = graph.nodes.filter(({ op }) => op === 'slice' || op === 'spread' || op === 'parameter')
    expect(found.map(({ op, type, attributes }) => [op, type.shape, attributes])).toEqual([
      ['parameter', [10, 3], { name: 'W' }],
      ['parameter', [10], { name: 'b' }],
      ['slice', [5], { offset: 0, size: 5 }],
      ['slice', [5], { offset: 5, size: 5 }],
      ['spread', [5], { size: 5, extent: 'row' }],
    ])
    expect(checkTypes(graph)).toBe(graph.nodes.length)
  })

  test('takes sizes that nothing but an equality names', () => {
    const square = compile('output y: hidden\ny = x * x', { name: 'square' })
    expect(square.sizes).toEqual(['input', 'hidden'])
    expect(square.graph({ input: 3, hidden: 3 }).outputs).toHaveLength(1)
    expect(() => square.graph({ input: 3, hidden: 4 })).toThrow('hidden')
  })

  test('is made once for the same sizes', () => {
    expect(cell.graph({ input: 3, hidden: 5 })).toBe(cell.graph({ hidden: 5, input: 3 }))
    expect(cell.graph({ input: 3, hidden: 5 })).not.toBe(cell.graph({ input: 3, hidden: 6 }))
  })

  test.each<[Record<string, number>, string]>([
    [{ input: 3 }, 'The cell "two" needs the size "hidden"; its sizes are input, hidden.'],
    [{ input: 3, hidden: 4, memory: 2 }, 'The cell "two" has no size "memory"; its sizes are input, hidden.'],
    [{ input: 3, hidden: 0 }, 'The cell "two" needs a whole number above zero as its size "hidden", not 0.'],
    [
      { input: 3, hidden: 1.5 },
      'The cell "two" needs a whole number above zero as its size "hidden", not 1.5.',
    ],
    [
      { input: NaN, hidden: 1 },
      'The cell "two" needs a whole number above zero as its size "input", not NaN.',
    ],
  ])('refuses %j', (sizes, message) => {
    expect(() => cell.graph(sizes)).toThrow(message)
  })

  test('refuses sizes against a constraint and parts that are not whole', () => {
    const raw = compile("h' = x + W @ h", { name: 'raw' })
    expect(raw.graph({ input: 4, hidden: 4 }).nodes[0]!.type.shape).toEqual([4])
    expect(() => raw.graph({ input: 3, hidden: 4 })).toThrow(
      'The cell "raw" needs hidden = input (line 1: the state h with `x + W @ h` (line 1)), but input is 3, hidden is 4.',
    )
    const parts = compile("h' = x + h + V @ block(h, 0, 4)", { name: 'parts' })
    expect(() => parts.graph({ input: 6, hidden: 6 })).toThrow(
      'The cell "parts" has a value of size hidden/4, which must be a whole number above zero but is 1.5 where input is 6, hidden is 6.',
    )
  })
})

/** Checks the type of every node against the shape rule of its operation. */
function checkTypes({ nodes }: StepGraph): number {
  for (const { op, inputs, attributes, type } of nodes) {
    if (['input', 'state', 'parameter'].includes(op)) continue
    const wanted = operation(op).type(
      inputs.map((input) => nodes[input]!.type),
      attributes,
      numbers,
    )
    expect({ op, type: wanted }).toEqual({ op, type })
  }
  return nodes.length
}
