import { describe, expect, test } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { type Cell, Source, cellText, compile, printCell, readCell } from '../../src/equations/index.ts'
import { printStep } from '../../src/graph/index.ts'
import { fittingCell } from './random-cells.ts'
import { anyCell, withoutPlaces } from './trees.ts'

/** Everything in the graph of a cell that has a name or a meaning. */
function graphOf({ step, sizes }: Cell): string {
  const traces = step.traces.map(({ name, node }) => `${name} = %${node}`)
  return [printStep(step), ...traces, sizes.join(', ')].join('\n')
}

const read = (text: string) => readCell(new Source(text)).syntax

describe('printing and reading', () => {
  test('is the identity on random trees', () => {
    const stream = new Stream(2, 1)
    for (let i = 0; i < 400; i++) {
      const tree = anyCell(stream)
      const text = printCell(tree)
      expect({ text, tree: withoutPlaces(read(text)) }).toEqual({ text, tree: withoutPlaces(tree) })
    }
  })

  test('in any spelling keeps the graph of random cells', () => {
    const stream = new Stream(3, 1)
    for (let i = 0; i < 150; i++) {
      const cell = compile(fittingCell(stream))
      expect(compile(cell.source).source).toBe(cell.source)
      for (const spelling of ['latex', 'unicode'] as const) {
        const text = cellText(cell, spelling)
        const again = compile(text)
        expect({ text, graph: graphOf(again) }).toEqual({ text, graph: graphOf(cell) })
        expect(cellText(again, spelling)).toBe(text)
      }
    }
  })

  test.each(library.map((record) => [record.name, record.equations]))('%s', (_name, equations) => {
    const tree = read(equations)
    const text = printCell(tree)
    expect(withoutPlaces(read(text))).toEqual(withoutPlaces(tree))
    expect(printCell(read(text))).toBe(text)
  })
})

describe('the cells of the library in the textbook’s spelling', () => {
  test.each(library.map((record) => [record.name, record.equations]))('%s reads back', (_name, equations) => {
    const cell = compile(equations)
    for (const spelling of ['latex', 'unicode', 'plain'] as const)
      expect(graphOf(compile(cellText(cell, spelling)))).toBe(graphOf(cell))
  })

  test('names, functions and quotients', () => {
    const cell = compile(String.raw`
      input E; state c: 2 * hidden = learned; output h, o: p; fun phi = tanh; const beta = -1 / 2
      matrix V_C_tilde: [p, 2 * hidden]
      gate: f = sigmoid(W_f @ [h, E] + b_f)
      C_tilde = phi(u^T @ -f) / (1 + sqrt(f)) * leaky_relu(2 * B)
      c' = c * beta^2 + [C_tilde, h]^(1 + beta)
      h' = W @ (V_C_tilde @ c') + (1 - f) * max(h, 0) - LTM_1 * sigma
      o = (R @ h') * b_out + (W_q @ B)^0.5 / 2`)
    const headers = String.raw`input E
state c: 2 * hidden = learned
output h
output o: p
const beta = -1 / 2
fun phi = tanh
matrix V_C_tilde: [p, 2 * hidden]
matrix u
vector B
vector sigma
`
    expect(cellText(cell, 'latex')).toBe(
      String.raw`${headers}\begin{align*}
\text{gate}:\quad f_t &= \operatorname{sigmoid}(W_f [h_{t-1}, E_t] + b_f) \\
\tilde{C}_t &= \frac{\phi(u^\top (-f_t))}{1 + \sqrt{f_t}} \odot \operatorname{leaky\_relu}(2 \cdot B) \\
c_t &= c_{t-1} \odot \beta^{2} + [\tilde{C}_t, h_{t-1}]^{1 + \beta} \\
h_t &= W (V_{\tilde{C}} c_t) + (1 - f_t) \odot \max(h_{t-1}, 0) - \mathit{LTM}_1 \odot \sigma \\
o_t &= (R h_t) \odot b_{out} + \frac{(W_q B)^{0.5}}{2}
\end{align*}
`,
    )
    expect(cellText(cell, 'unicode')).toBe(`${headers}gate: fₜ = sigmoid(W_f·[hₜ₋₁, Eₜ] + b_f)
C̃ₜ = φ(uᵀ·(-fₜ)) / (1 + sqrt(fₜ)) ⊙ leaky_relu(2·B)
cₜ = cₜ₋₁ ⊙ β² + [C̃ₜ, hₜ₋₁]^(1 + β)
hₜ = W·(V_{C,tilde}·cₜ) + (1 - fₜ) ⊙ max(hₜ₋₁, 0) - LTM₁ ⊙ σ
oₜ = (R·hₜ) ⊙ bₒᵤₜ + (W_q·B)^0.5 / 2
`)
  })
})

test('canonical text has the fewest brackets and no defaults', () => {
  const text = `
    input x; output h   # the defaults
    state c = 0
    a = ((W @ (h))) + ((b)) - (x - (x - 2.50))
    c' = (-a)^2 * (a / (c * c)) * (U_{hx} @ c) − -(c ^ (-2) ^ 3)
    h' = [a;
          c'] ⊙ sigmoid(V^T @ -(W @ h)) + (beta ·
          c)
    const beta = (1)`
  expect(printCell(read(text))).toBe(`const beta = 1
a = W @ h + b - (x - (x - 2.5))
c' = (-a)^2 * (a / (c * c)) * (U_hx @ c) - -c^(-2)^3
h' = [a, c'] * sigmoid(V^T @ -W @ h) + beta * c
`)
})
