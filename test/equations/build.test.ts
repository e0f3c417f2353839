import { describe, expect, test } from 'vitest'
import { compile } from '../../src/equations/index.ts'
import { interpret, printStep, valueOf } from '../../src/graph/all.ts'

/** Nodes of a cell as text, leaves left out. */
function lines(text: string): string[] {
  return printStep(compile(text).step)
    .split('\n')
    .filter((line) => !/ = (input|state|parameter)\(\)/.test(line))
}

/** Value of the first output for one row: `leaves` gives inputs, states and parameters by name. */
function output(
  text: string,
  sizes: Readonly<Record<string, number>>,
  leaves: Readonly<Record<string, readonly number[]>>,
): number[] {
  const step = compile(text).graph(sizes)
  const values = new Map(
    step.nodes.flatMap(({ op, type, attributes }, id) => {
      const leaf = ['input', 'state', 'parameter'].includes(op)
        ? leaves[attributes.name as string]
        : undefined
      return leaf ? [[id, valueOf(type, 1, 1, leaf)]] : []
    }),
  )
  return [...interpret(step, values, { steps: 1, rows: 1 })[step.outputs[0]!.node]!.data]
}

test('the LSTM of the design', () => {
  const cell = compile(
    `
    f  = sigmoid(Wf @ [h, x] + bf)      # forget gate
    i  = sigmoid(Wi @ [h, x] + bi)      % input gate
    g  = tanh(Wg @ [h, x] + bg)
    c' = f * c + i * g
    o  = sigmoid(Wo @ [h, x] + bo)
    h' = o * tanh(c')`,
    { name: 'lstm' },
  )
  expect(cell.step.name).toBe('lstm')
  expect(printStep(cell.step).split('\n').slice(0, 9)).toEqual([
    '%0 x [B,input] = input()',
    '%1 c [B,hidden] = state()',
    '%2 h [B,hidden] = state()',
    '%3 Wf [hidden,input + hidden] = parameter()',
    '%4 [B,input + hidden] = concat(%2, %0)',
    '%5 [B,hidden] = product(%3, %4)',
    '%6 bf [hidden] = parameter()',
    '%7 [B,hidden] = add(%5, %6)',
    '%8 f [B,hidden] = sigmoid(%7)',
  ])
  expect(cell.step.traces.map(({ name }) => name)).toEqual(['f', 'i', 'g', 'c', 'o', 'h'])
  expect(cell.step.states.map(({ name, initial }) => [name, initial])).toEqual([
    ['c', 'zero'],
    ['h', 'zero'],
  ])
  expect(cell.step.parameters.map(({ name }) => name).join(' ')).toBe('Wf bf Wi bi Wg bg Wo bo')
  const h = cell.step.states[1]!
  expect(cell.step.outputs).toEqual([{ name: 'h', node: h.next }])
  expect(cell.sizes).toEqual(['input', 'hidden'])
  expect(cell.constraints).toEqual([])
})

describe('every new value of a state is a node of its own', () => {
  test('a leaf, another state and a single number', () => {
    expect(
      lines("a' = x + 0 * a\nb' = a'\nc' = c + 0\nd' = x\ne' = 1\nf = a + b + c + d + e\nh = f"),
    ).toEqual([
      '%6 [] = constant(value: 0)',
      '%7 [B,hidden] = mul(%6, %1)',
      '%8 a [B,input] = add(%0, %7)',
      '%9 b [B,input] = copy(%8)',
      '%10 c [B,hidden] = add(%3, %6)',
      '%11 d [B,input] = copy(%0)',
      '%12 [] = constant(value: 1)',
      '%13 e [B,hidden] = spread(%12, extent: row)',
      '%14 [B,hidden] = add(%1, %2)',
      '%15 [B,hidden] = add(%14, %3)',
      '%16 [B,hidden] = add(%15, %4)',
      '%17 f [B,hidden] = add(%16, %5)',
      "state a' = %8",
      "state b' = %9",
      "state c' = %10",
      "state d' = %11",
      "state e' = %13",
      'output h = %17',
    ])
  })

  test('an output that is an input or a parameter', () => {
    expect(lines("output o, p\no = x; p = b\nh' = h + x + b").slice(1)).toEqual([
      '%4 h [B,hidden] = add(%3, %2)',
      '%5 o [B,input] = copy(%0)',
      '%6 p [B,hidden] = spread(%2, extent: row)',
      "state h' = %4",
      'output o = %5',
      'output p = %6',
    ])
  })
})

describe('numbers', () => {
  const sizes = { input: 2, hidden: 2 }
  const leaves = {
    x: [1, -3],
    h: [0.5, 2],
    W: [1, 2, 3, 4],
    w: [1, 2, 3, 4],
    b: [10, 20],
    B: [10, 20],
    g: [2, 3],
  }

  test.each([
    ["h' = W @ x + h", [-4.5, -7]],
    ["h' = W^T @ x + h", [-7.5, -8]],
    ["h' = Wᵀ·x + h", [-7.5, -8]],
    ["h' = W · x + h · b", [0, 31]],
    ["h' = -W @ -h + x", [5.5, 6.5]],
    ["h' = 1 - x - h - 2", [-2.5, 0]],
    ["h' = x / h / 2", [1, -0.75]],
    ["h' = -h^2 + x", [0.75, -7]],
    ["h' = h^-1 + x * 2^3^0", [4, -5.5]],
    ["h' = max(x, 0) + min(h, b)", [1.5, 2]],
    ["h' = clip(x, -2, 0.5) + h", [1, 0]],
    ["const lo = -2, hi = lo + 3 / 2\nh' = clip(x, lo, hi) + h", [0, 0]],
    ["fun phi = relu; h' = phi(x) + h", [1.5, 2]],
    ["h' = identity(x) ⊙ h − 1", [-0.5, -7]],
    ["h' = block([x, h], 1, 2) + 0 * x", [0.5, 2]],
    ["h' = abs(x) + sqrt(h * h)", [1.5, 5]],
    ["h' = leaky_relu(x) + h", [1.5, 1.97]],
    ["h' = hard_sigmoid(x) + softsign(h)", [0.7 + 0.5 / 1.5, 2 / 3]],
    ["i = 1\nh' = i * x + h", [1.5, -1]],
    ["vector B; h' = B · x + h", [10.5, -58]],
    ["matrix w; h' = w · x + h", [-4.5, -7]],
  ])('%s', (text, wanted) => {
    output(text, sizes, leaves).forEach((got, index) => expect(got).toBeCloseTo(wanted[index]!, 12))
  })

  test('σ and softplus, log_sigmoid, elu', () => {
    const logistic = (a: number) => 1 / (1 + Math.exp(-a))
    const [a, b] = output("h' = σ(x) + softplus(h)", sizes, leaves) as [number, number]
    expect(a).toBeCloseTo(logistic(1) + Math.log1p(Math.exp(0.5)), 12)
    expect(b).toBeCloseTo(logistic(-3) + Math.log1p(Math.exp(2)), 12)
    const [c, d] = output("h' = log_sigmoid(x) + elu(x) * h", sizes, leaves) as [number, number]
    expect(c).toBeCloseTo(Math.log(logistic(1)) + 0.5, 12)
    expect(d).toBeCloseTo(Math.log(logistic(-3)) + Math.expm1(-3) * 2, 12)
  })

  test('norm has biased variance and eps 1e-5, or the constant eps', () => {
    const normed = (eps: number) => [2 * (2 / Math.sqrt(4 + eps)) + 10, 3 * (-2 / Math.sqrt(4 + eps)) + 20]
    output("h' = norm(x, g, b) + 0 * h", sizes, leaves).forEach((got, i) =>
      expect(got).toBeCloseTo(normed(1e-5)[i]!, 12),
    )
    output("const eps = 0.5; h' = norm(x, g, b) + 0 * h", sizes, leaves).forEach((got, i) =>
      expect(got).toBeCloseTo(normed(0.5)[i]!, 12),
    )
  })

  test('a primed name is the new value, a bare one the previous', () => {
    expect(
      output("c' = c + x\nh' = c' * 100 + c + h * 0", sizes, { x: [1, 2], c: [3, 4], h: [0, 0] }),
    ).toEqual([403, 604])
  })
})

describe('statements', () => {
  test('end at lines and semicolons, and go on inside brackets, after an operator and before one', () => {
    const one = compile("a = U @ x + h; h' = tanh(a) + V @ [x; h]")
    const other = compile(`
      a = U @ x
        + h
      h' = tanh(
             a
           ) +
           V @ [x,
            h]`)
    expect(other.source).toBe(one.source)
    expect(one.source).toBe("a = U @ x + h\nh' = tanh(a) + V @ [x, h]\n")
  })

  test('$, & and \\\\ are skipped, W_{f} is W_f, line ends may be CRLF', () => {
    expect(compile("$a &= W_{f} @ x + h$ \\\\\r\nh' &= a").source).toBe("a = W_f @ x + h\nh' = a\n")
  })

  test('names of headers may name values too', () => {
    expect(compile("state = U @ x\nsize' = state + size\nh = size'").source).toContain("size' = state + size")
  })
})

test('headers', () => {
  const cell = compile(`
    input E
    state LTM: 2 * hidden = learned
    state STM
    output STM, score: classes
    const beta = 1 / 4
    fun phi = tanh
    LTM' = LTM * phi(R @ STM)
    STM' = beta * STM + block(LTM', 0, 2) + U @ E
    score = V @ STM'`)
  expect(cell.sizes).toEqual(['input', 'hidden', 'classes'])
  expect(cell.step.inputs).toEqual([{ name: 'E', node: 0 }])
  expect(cell.step.states.map(({ name, initial }) => `${name} ${initial}`)).toEqual([
    'LTM learned',
    'STM zero',
  ])
  expect(cell.step.outputs.map(({ name }) => name)).toEqual(['STM', 'score'])
  const shapes = Object.fromEntries(
    cell.step.parameters.map(({ name, node }) => [name, cell.step.nodes[node]!.type.shape.join(' x ')]),
  )
  expect(shapes).toEqual({ R: '2*hidden x hidden', U: 'hidden x input', V: 'classes x hidden' })
})
