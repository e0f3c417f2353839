import { describe, expect, test } from 'vitest'
import { type Mistake, expectMistake, mistake } from './mistakes.ts'

const raw = String.raw

const mistakes: readonly Mistake[] = [
  [raw`h_t = \tanh|(W h_{t-1} + U x_t`, 'equation-bracket', 'never closed; a ")" is missing'],
  [raw`h_t = \tanh(W_|{a h_{t-1})`, 'equation-bracket', 'this "{" is never closed'],
  [raw`h_t = |tahn(W h_{t-1} + U x_t)`, 'equation-function', 'Did you mean "tanh"?'],
  [
    raw`h_t = |Tanh(W h_{t-1} + U x_t)`,
    'equation-function',
    'A matrix of this name needs a header: matrix Tanh',
  ],
  ['s_t = |f(Ux_t+Ws_{t-1}+b)', 'equation-function', 'name it in a header: fun f = tanh'],
  [
    raw`C_t = x_t; h_t = |\tanh C_t + h_{t-1}`,
    'equation-function',
    'give it an argument in brackets: tanh(…)',
  ],
  [raw`h_t = |\sigma W x_t + h_{t-1}`, 'equation-function', 'give it an argument in brackets'],
  [
    'h_t = tanh(W_f |cdot x_t) + h_{t-1}',
    'equation-spelling',
    'lost its backslash; in JavaScript write the text as String.raw`…`',
  ],
  ['h_t = x_t + h_{t-1} + |hat{C}', 'equation-spelling', 'lost its backslash'],
  [
    'h_t = W h_{t-1} + U x_t + |E_t',
    'equation-undefined',
    '"E_t" has no equation (those that have one, and the input: x, h)',
  ],
  ['h_t = W |H_{t-1} + U x_t', 'equation-undefined', '"H_{t-1}" has no equation'],
  ['h_t = U x_t + |Ws_{t-1}', 'equation-undefined', 'it cannot be cut into a parameter and one of these'],
  [
    's_t = U x_t + W1|s_t',
    'equation-order',
    '"s_t" is read above its definition in line 1; move the equation down, or read s_{t-1}',
  ],
  [
    'h_t = W |h_{t-2} + U x_t',
    'equation-time',
    'keep the older value in a state of its own, as in p_t = h_{t-1}, and read p_{t-1}',
  ],
  ['|h_{t+1} = W h_t + U x_t', 'equation-time', 'looks ahead; write the new value with the index t'],
  [
    'h_t = W h_{t-1} + U |x_{t-1} + V x_t',
    'equation-time',
    'keep it in a state, as in p_t = x_t, and read p_{t-1}',
  ],
  [
    'h_t = W |h + U x_t',
    'equation-time',
    '"h" changes with time, so it needs an index: read h_t, or read h_{t-1} for the step before',
  ],
  ['|h = W h_{t-1} + U x_t', 'equation-time', 'write h_t on the left-hand side'],
  ['|h_{t-1} = W h_{t-1} + U x_t', 'equation-time', 'write "h" with the index t on the left-hand side'],
  ['input |x_t\nh_t = W h_{t-1} + U x_t', 'equation-time', 'a header names "x" without its time index'],
  ['const b = 1\nh_t = W h_{t-1} + x_t + |b_t', 'equation-time', 'leave its time index out'],
  ['h_t = W |h_{t-1,f} + x_t', 'equation-syntax', 'the time index is the last subscript'],
  [
    'h_t = W |h_t-1 + x_t',
    'equation-ambiguous',
    'two readings: h_{t-1}, or h_t - 1; write the braces or the spaces',
  ],
  ['h_t = W h|_(t-1) + x_t', 'equation-syntax', 'braces hold a longer one, as in h_{t-1}'],
  [
    'h_t = |f_t ⊙ h_{t-1}\nf_t = W x_t',
    'equation-order',
    '"f_t" is read above its definition in line 2; move the equation down, or read f_{t-1}',
  ],
  [
    'C_t = W C_{t-1} + |h_t\nh_t = C_t + h_{t-1} + x_t',
    'equation-order',
    'write h_{t-1} for the previous value',
  ],
  [
    'hₜ = |fₜ ⊙ hₜ₋₁\nfₜ = W·xₜ',
    'equation-order',
    '"fₜ" is read above its definition in line 2; move the equation down, or read fₜ₋₁',
  ],
  ['f_t = x_t\n|f_t = h_{t-1}\nh_t = f_t', 'equation-duplicate', '"f" is defined in line 1 already'],
  ['state |c\nh_t = h_{t-1} + x_t', 'equation-state', 'the state "c" has no equation c_t = …'],
  [
    'state h\nstate |c\nc_t = x_t\nh_t = h_{t-1} + c_t',
    'equation-state',
    'no equation reads the state "c", which line 3 defines, at t-1',
  ],
  [
    'h_t = W |U x_t + h_{t-1}',
    'equation-matrix',
    'left of a matrix product stands one parameter; write W (U …) with brackets',
  ],
  ['h_t = W h_{t-1} + x_t; a_t = |W ⊙ h_t', 'equation-matrix', '"W" is a vector here and a matrix in line 1'],
  [
    'h_t = x_t |W + h_{t-1}',
    'equation-matrix',
    'a matrix stands left of its vector, as in W x_t. If it is a vector, declare it: vector W',
  ],
  [
    'h_t = |v^T x_t + h_{t-1}',
    'equation-matrix',
    '"v" is a vector here, as it begins with a small letter; declare it: matrix v',
  ],
  ['h_t = h_{t-1} |@ x_t', 'equation-syntax', 'left of "@" stands one parameter name'],
  [
    raw`h_t = U x_t |\odot h_{t-1}`,
    'equation-ambiguous',
    raw`two readings: (U x_t) \odot h_{t-1}, or U (x_t \odot h_{t-1}); add the brackets`,
  ],
  ['h_t = U · x_t |h_{t-1}', 'equation-ambiguous', raw`(U x_t) \odot h_{t-1}, or U (x_t \odot h_{t-1})`],
  ['hₜ = b U·xₜ |⊙ hₜ₋₁', 'equation-ambiguous', 'two readings: (U·xₜ) ⊙ hₜ₋₁, or U·(xₜ ⊙ hₜ₋₁)'],
  [
    'h_t = x_t / h_{t-1} |b',
    'equation-ambiguous',
    raw`two readings: \frac{x_t}{h_{t-1}} \odot b, or \frac{x_t}{h_{t-1} \odot b}`,
  ],
  [
    'a_t = x_t\naa_t = x_t\nh_t = |baa_t + h_{t-1}',
    'equation-ambiguous',
    'two readings: b aa_t, or ba a_t; put a space between the names, or declare one',
  ],
  ['f_t = x_t; h_t = |f_tb + h_{t-1}', 'equation-ambiguous', 'two readings: f_tb, or f_t b'],
  ['h_t = x_t |2 + h_{t-1}', 'equation-syntax', 'expected an operator or the end of the line, but found "2"'],
  ['h_t = |{x_t + h_{t-1}} b', 'equation-syntax', 'braces do not show when they are printed'],
  ['h_t = a_t |= x_t', 'equation-syntax', 'an equation has one "=", behind one name with the index t'],
  ['W |h_t = x_t + h_{t-1}', 'equation-syntax', 'expected "=" after "W"'],
  ['|2h_t = x_t', 'equation-syntax', 'expected an equation'],
  ['const |b_t = 2\nh_t = h_{t-1} + x_t + b', 'equation-time', 'a header names "b" without its time index'],
  [raw`h_t = W \mathbf|{a + b} + x_t`, 'equation-syntax', 'expected one name in the braces, as in {LTM}'],
  [raw`h_t = h_{t-1} + \tilde |+ x_t`, 'equation-syntax', 'expected one name behind "\\tilde"'],
  ['h^{(l)}|_t = W h_{t-1}', 'equation-layer', 'a cell is one layer, and a model stacks them'],
  [
    'h_t = W h_{t-1}|^{(l)} + U x_t',
    'equation-layer',
    '"l" above h_{t-1} is no exponent. If it counts layers, leave it out',
  ],
  ['h_t = W h_{t-1}|^{(1)} + U x_t', 'equation-layer', '"1" above h_{t-1}'],
  ['h_t = W h_{t-1}|^l + U x_t', 'equation-layer', 'a model stacks them'],
  [
    'h_t = W h_{t-1} + U x_t^{-|}',
    'equation-syntax',
    'expected a name, a number or a bracket, but found "}"',
  ],
  ['h_t = W h_{t-1} + U x_t|⁻', 'equation-syntax', 'expected a number as the exponent'],
  [
    'h_t = x_t^|T W + h_{t-1}',
    'equation-syntax',
    'a transposed matrix stands only left of a product: W^T @ h',
  ],
  [
    's_t = W s_{t-1} + U x_t\n|o_t = V s_t',
    'equation-output',
    'the output could be s or o; name it with a line such as "output s"',
  ],
  ['output s, o\ns_t = W s_{t-1} + U x_t\no_t = |V s_t', 'equation-open-size', 'such as: output o: p'],
  ['output |q\nh_t = W h_{t-1} + U x_t', 'equation-output', 'add an equation q_t = …'],
  [
    'h_t = W h_{t-1} + E_t + |F_t',
    'equation-input',
    'no equation defines "E" and "F", and a cell has one input',
  ],
  ['|x_t = h_{t-1}; h_t = x_t', 'equation-input', 'none is the input'],
  ['|h_t = W h_{t-1} + b', 'equation-input', 'the input "x" is never read'],
  [
    'h_t = W [h_{t-1}, x_t] + b; a_t = x_t |⊙ [x_t, x_t]',
    'equation-sizes',
    '`x_t` (line 1) has size input, but `[x_t, x_t]` (line 1) has size 2*input',
  ],
]

describe('a mistake in a textbook cell is shown where it is', () => {
  test.each(mistakes)('%s', (marked, code, message) => expectMistake(marked, code, message))
})

test('details show the line of the LaTeX and a caret', () => {
  const error = mistake(raw`f_t &= \sigma(W [h_{t-1}, x_t]) \\ h_t &= f_t \odot \tahn(U x_t)`)
  expect(error.details).toBe(
    [
      'line 1, column 53: unknown command "\\tahn". Did you mean "\\tanh"?',
      raw`  1 | f_t &= \sigma(W [h_{t-1}, x_t]) \\ h_t &= f_t \odot \tahn(U x_t)`,
      '    |                                                     ^',
    ].join('\n'),
  )
})
