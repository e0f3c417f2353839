import { describe, expect, test } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { Source, canonicalText, compile, printCell, readCell } from '../../src/equations/index.ts'

const raw = String.raw

type Renaming = Readonly<Record<string, string>>

/** `W_f` is `Wf` in the library, and so on for the letters given. */
function parameters(letters: string): Renaming {
  return Object.fromEntries(
    [...letters].flatMap((letter) => ['W', 'b'].map((name) => [`${name}_${letter}`, `${name}${letter}`])),
  )
}

/** Checks that equations are a cell of the library, up to the names given. */
function checkSame(text: string, name: string, renaming: Renaming = {}): void {
  const { equations } = library.find((record) => record.name === name)!
  expect(canonicalText(compile(text).step, renaming)).toBe(canonicalText(compile(equations).step))
}

describe('the LSTM of the notes', () => {
  const lstm = (accent: string): string => raw`
    f_t = \sigma (W_f \cdot [h_{t-1}, x_t] + b_f)
    i_t = \sigma(W_i \cdot [h_{t-1}, x_t] + b_i)
    ${accent}_t = \tanh(W_C \cdot [h_{t-1}, x_t] + b_C)
    C_t = f_t * C_{t-1} + i_t * ${accent}_t
    o_t = \sigma (W_o [h_{t-1}, x_t] + b_o)
    h_t = o_t * \tanh (C_t)`
  const names = { ...parameters('fio'), W_C: 'Wg', b_C: 'bg', C: 'c' }

  test.each([
    raw`\tilde{C}`,
    raw`\hat{C}`,
    raw`\widetilde C`,
    'C̃',
    'Ĉ',
    raw`\bar{\mathbf{C}}`,
    raw`{\tilde C}`,
  ])('with %s', (accent) => checkSame(lstm(accent), 'lstm', names))

  test('in an environment, with dollars, in Unicode', () => {
    const lines = lstm(raw`\tilde{C}`)
      .trim()
      .split('\n')
    const aligned = lines
      .map((line) => line.replace('=', '&=').replace('* ', raw`\odot `))
      .join(` ${raw`\\[2pt]`}\n`)
    checkSame(raw`\begin{align*}` + aligned + raw`\end{align*}`, 'lstm', names)
    checkSame(lines.map((line) => `$$ ${line.trim()}, $$`).join('\n'), 'lstm', names)
    checkSame(
      `fₜ = σ(W_f·[hₜ₋₁, xₜ] + b_f)
       iₜ = σ(Wᵢ·[hₜ₋₁, xₜ] + bᵢ)
       C̃ₜ = tanh(W_C·[hₜ₋₁, xₜ] + b_C)
       Cₜ = fₜ ⊙ Cₜ₋₁ + iₜ ⊙ C̃ₜ
       oₜ = σ(Wₒ [hₜ₋₁; xₜ] + bₒ)
       hₜ = oₜ ∘ tanh(Cₜ)`,
      'lstm',
      names,
    )
  })

  test('with coupled gates', () => {
    checkSame(
      raw`f_t = \sigma (W_f \cdot [h_{t-1}, x_t] + b_f)
          \tilde{C}_t = \tanh(W_C \cdot [h_{t-1}, x_t] + b_C)
          C_t = f_t * C_{t-1} + (1 - f_t) * \tilde{C}_t
          o_t = \sigma (W_o [h_{t-1}, x_t] + b_o)
          h_t = o_t * \tanh (C_t)`,
      'coupled_lstm',
      names,
    )
  })

  test('traces have the left-hand names', () => {
    expect(
      compile(lstm(raw`\tilde{C}`))
        .step.traces.map(({ name }) => name)
        .join(' '),
    ).toBe('f i C_tilde C o h')
  })
})

describe('the plain network', () => {
  test.each([
    ['tanh', 'rnn'],
    ['relu', 'rnn_relu'],
  ])('with f = %s', (name, cell) => {
    checkSame(`fun f = ${name}\ns_t = f(Ux_t+Ws_{t-1}+b)`, cell, { s: 'h' })
    checkSame(`fun f = ${name}\nsₜ = f(Uxₜ+Wsₜ₋₁+b)`, cell, { s: 'h' })
  })

  test.each([
    ['o_t = V s_t', "o = V @ s'"],
    ['o_t = g(V s_t + c)', "o = g(V @ s' + c)"],
  ])('with the read-out %s', (readOut, wanted) => {
    const headers = 'output s, o: classes\nfun f = tanh\nfun g = sigmoid\n'
    const cell = compile(`${headers}s_t = f(Ux_t+Ws_{t-1}+b)\n${readOut}`)
    expect(canonicalText(cell.step)).toBe(
      canonicalText(compile(`${headers}s' = f(U @ x + W @ s + b)\n${wanted}`).step),
    )
    expect(cell.sizes).toEqual(['input', 'hidden', 'classes'])
    expect(
      cell.step.outputs.map(({ name, node }) => [name, cell.step.nodes[node]!.type.shape.join()]),
    ).toEqual([
      ['s', 'hidden'],
      ['o', 'classes'],
    ])
  })

  test('with the read-out as its only output', () => {
    const { step } = compile('output o: classes; fun f = relu\ns_t = f(Ux_t+Ws_{t-1}+b)\no_t = V s_t')
    expect(step.outputs.map(({ name, node }) => [name, String(step.nodes[node]!.type.shape)])).toEqual([
      ['o', 'classes'],
    ])
  })

  test('over memory and event', () => {
    checkSame('M_t = tanh(W[M_{t-1},E_t]+b)', 'memory_rnn')
    checkSame(
      raw`\mathbf{M}_t = \tanh\left(\mathbf{W}\begin{bmatrix} M_{t-1} \\ E_t \end{bmatrix} + b\right)`,
      'memory_rnn',
    )
  })
})

describe('the LSTM as four gates', () => {
  const fourGates = (seen: string): string => raw`
    input E; state LTM, STM; output STM
    learn      N_t = \tanh(W_n[STM_{t-1}, E_t] + b_n)            i_t = \sigma(W_i${seen} + b_i)
    forget     f_t = \sigma(W_f${seen} + b_f)
    remember   LTM_t = LTM_{t-1} \cdot f_t + N_t \cdot i_t
    use        U_t = \tanh(W_u (LTM_{t-1} \cdot f_t) + b_u)      V_t = \sigma(W_v${seen} + b_v)      STM_t = U_t \cdot V_t`

  test('without and with peepholes', () => {
    const names = parameters('nifuv')
    checkSame(fourGates('[STM_{t-1}, E_t]'), 'four_gate_lstm', names)
    checkSame(fourGates('[LTM_{t-1}, STM_{t-1}, E_t]'), 'four_gate_peephole_lstm', names)
  })

  test('its labels stand in its traces', () => {
    expect(
      compile(fourGates('[STM_{t-1}, E_t]'))
        .step.traces.map(({ name }) => name)
        .join(' '),
    ).toBe('learn.N learn.i forget.f remember.LTM use.U use.V use.STM')
  })
})

test('the GRU as an update and a combine gate over one working memory', () => {
  checkSame(
    raw`update:  u_t = \sigma(W_u[M_{t-1}, E_t] + b_u)
        combine: c_t = \sigma(W_c[M_{t-1}, E_t] + b_c)
        N_t = \tanh(W_n[c_t \cdot M_{t-1}, E_t] + b_n)
        M_t = (1 - u_t) \cdot N_t + u_t \cdot M_{t-1}`,
    'gru_reset_before',
    { E: 'x', M: 'h', W_u: 'Wz', b_u: 'bz', W_c: 'Wr', b_c: 'br', W_n: 'Wn', b_n: 'bn' },
  )
})

describe('what a text means in the plain spelling', () => {
  /** Each line beside what it is, in a cell with the states h and c, the local f, and the input x. */
  test.each([
    ['U x_t', 'U @ x'],
    ['Ux_t', 'U @ x'],
    ['U · x_t', 'U @ x'],
    [raw`U \times x_t`, 'U @ x'],
    ['U @ x_t', 'U @ x'],
    ['b x_t', 'b * x'],
    ['bx_t', 'b * x'],
    ['W_xx_t', 'W_x @ x'],
    ['W_hh_{t-1}', 'W_h @ h'],
    [raw`W_{hh}h_{t-1}`, 'W_hh @ h'],
    ['Wₕₕhₜ₋₁', 'W_hh @ h'],
    ['f_tC_{t-1}', 'f * C'],
    ['f_tW_hh_{t-1}', 'f * (W_h @ h)'],
    ['f_t C_{t-1} h_{t-1}', 'f * C * h'],
    ['W h_{t-1} f_t', '(W @ h) * f'],
    ['-W h_{t-1} f_t', '(-W @ h) * f'],
    ['f_t W h_{t-1}', 'f * (W @ h)'],
    ['f_t ⊙ W h_{t-1}', 'f * (W @ h)'],
    ['2 W h_{t-1}', '2 * (W @ h)'],
    ['2x_t', '2 * x'],
    ['W (V x_t)', 'W @ V @ x'],
    ['W (f_t h_{t-1} + b)', 'W @ (f * h + b)'],
    ['W^T h_{t-1}', 'W^T @ h'],
    [raw`W^{\top} h_{t-1} + W_f^\intercal h_{t-1}`, 'W^T @ h + W_f^T @ h'],
    ['Wᵀ·h_{t-1}', 'W^T @ h'],
    [raw`W^{\mathsf{T}} [h_{t-1}]`, 'W^T @ [h]'],
    ['(1 - f_t) C_{t-1}', '(1 - f) * C'],
    ['(1 - f_t)(x_t + b)', '(1 - f) * (x + b)'],
    ['W[h_{t-1}, x_t]', 'W @ [h, x]'],
    [raw`\frac{f_t}{1 + h_{t-1}} b`, 'f / (1 + h) * b'],
    [raw`\frac{1}{2} W h_{t-1}`, '1 / 2 * (W @ h)'],
    [raw`\sqrt{f_t}^2`, 'sqrt(f)^2'],
    ['h_{t-1}^2 + h_{t-1}^{-1} + hₜ₋₁⁻²', 'h^2 + h^-1 + h^-2'],
    ['x_t^{1 + 1}', 'x^(1 + 1)'],
    [raw`\max\left(0, x_t\right) + \min\{1, x_t\}`, 'max(0, x) + min(1, x)'],
    [raw`\operatorname{ReLU}(x_t) + ReLU(x_t) + \relu(x_t)`, 'relu(x) + relu(x) + relu(x)'],
    [raw`\operatorname{leaky\_relu}\bigl(x_t\bigr)`, 'leaky_relu(x)'],
    [raw`\ln(x_t) + \exp(x_t)`, 'log(x) + exp(x)'],
    [raw`\beta x_t + βx_t + \varphi_1`, 'beta * x + beta * x + phi_1'],
    [raw`W_{\text{in}} x_t + W_\mathrm{in} x_t`, 'W_in @ x + W_in @ x'],
    [raw`W_{\tilde{C}} x_t + b_{C,\beta}`, 'W_C_tilde @ x + b_C_beta'],
    [raw`W_{x h} x_t`, 'W_xh @ x'],
    [raw`W _ { x h } x _ { t } + h _ { t - 1 }`, 'W_xh @ x + h'],
    [raw`\mathbf{W}\mathbf{x}_t + \boldsymbol{b}`, 'W @ x + b'],
    [raw`{Uq}_f x_t`, 'Uq_f @ x'],
    [raw`𝐖 𝑥_t`, 'W @ x'],
    [raw`\tilde{f_t} + f_{t}`, 'f_tilde + f'],
    ['x_t - 1', 'x - 1'],
    ['x_t, ', 'x'],
    ['x_t.', 'x'],
    [raw`x_t \qquad \nonumber \label{eq:one} % the input`, 'x'],
    [raw`x_t \tag{1} # the input`, 'x'],
  ])('%s', (written, wanted) => {
    const text = raw`f_t = h_{t-1}; \tilde{f}_t = f_t; C_t = C_{t-1}
      h_t = ${written}
      o_t = x_t f_t h_{t-1}`
    const { syntax } = readCell(new Source(`output h, o\n${text}`))
    expect(printCell(syntax).split('\n')[5]).toBe(`h' = ${wanted}`)
  })

  test('whole names go before cuts', () => {
    const { source } = compile('Ux_t = x_t\nh_t = Ux_t + V x_t + h_{t-1}')
    expect(source).toBe("Ux = x\nh' = Ux + V @ x + h\n")
  })

  test('a local may be read above and below its equation only once it is defined, a state at both times', () => {
    expect(compile('C_t = C_{t-1} + x_t\nh_t = C_t - C_{t-1}').source).toBe("C' = C + x\nh = C' - C\n")
  })

  test('equations go on over lines and stand side by side', () => {
    const text = raw`
      f_t &= \sigma(W x_t \\
          &\quad + b), \qquad i_t = 1 - f_t \\
      h_t &= f_t h_{t-1}
           + i_t
             x_t`
    expect(() => compile(text)).toThrow('expected "=" after "x"')
    expect(compile(text.replace('+ i_t\n', '+ i_t \\odot\n')).source).toBe(
      "f = sigmoid(W @ x + b)\ni = 1 - f\nh' = f * h + i * x\n",
    )
  })

  test('an equals sign may say that it defines', () => {
    const text = raw`a_t := W x_t; b_t ← a_t; c_t \coloneqq b_t; h_t \leftarrow c_t h_{t-1}`
    expect(compile(text).source).toBe("a = W @ x\nb = a\nc = b\nh' = c * h\n")
  })

  test('output and input may be labels, const may not', () => {
    const { source, step } = compile('input i_t = σ(W x_t)\noutput: o_t = σ(V x_t)\nh_t = i_t h_{t-1} + o_t')
    expect(source).toBe("input: i = sigmoid(W @ x)\noutput: o = sigmoid(V @ x)\nh' = i * h + o\n")
    expect(step.traces.map(({ name }) => name)).toEqual(['input.i', 'output.o', 'h'])
  })
})

describe('what the headers leave open', () => {
  const ports = (text: string): string => {
    const { inputs, outputs, states } = compile(text).step
    return [inputs, states, outputs].map((list) => list.map(({ name }) => name).join(',')).join(' ')
  }

  test('the input is x, or the only variable without an equation', () => {
    expect(ports('h_t = h_{t-1} + Ux_t')).toBe('x h h')
    expect(ports('h_t = h_{t-1} + U E_t')).toBe('E h h')
    expect(ports(raw`h_t = h_{t-1} + U \mathrm{event}_t`)).toBe('event h h')
    expect(ports('x_t = x_{t-1} + U E_t\nh_t = x_t')).toBe('E x h')
    expect(ports('input e\nx_t = x_{t-1} + U e_t\nh_t = x_t')).toBe('e x h')
  })

  test('the output is h, or the only state or value that nothing reads', () => {
    expect(ports('s_t = s_{t-1} + U x_t\nh_t = V s_t + 0 s_t')).toBe('x s h')
    expect(ports('z_t = σ(U x_t)\ns_t = z_t s_{t-1} + z_t')).toBe('x s s')
    expect(ports('z_t = b x_t')).toBe('x  z')
  })
})
