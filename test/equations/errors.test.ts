import { describe, expect, test } from 'vitest'
import { library } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { EquationError, compile } from '../../src/equations/index.ts'
import { type Mistake, expectMistake, mistake, thrown } from './mistakes.ts'
import { SluiceError } from '../../src/core/errors.ts'

const rest = "\nh' = tanh(U @ x + W @ h)"

const mistakes: readonly Mistake[] = [
  [
    "h' = tanh(W @ h + U @ x |x)",
    'equation-syntax',
    'expected an operator, ")" or "," after this part, but found "x"',
  ],
  [
    "h' = W |h + U @ x",
    'equation-syntax',
    'write W @ h for a matrix product, a * b for a product of entries',
  ],
  ["h' = |", 'equation-syntax', 'expected a name, a number or a bracket, but found the end of the line'],
  ["a = h +|\nh' = a + U @ x", 'equation-syntax', 'found the end of the line'],
  ["h' = a + |* b", 'equation-syntax', 'but found "*"'],
  ["h' |+ 3 = x", 'equation-syntax', 'expected "=" after "h\'"'],
  ['|3 = x', 'equation-syntax', 'expected an equation'],
  ["h' = a |= b", 'equation-syntax', 'an equation has one "="'],
  ["h' = h'|'", 'equation-syntax', 'more than one prime'],
  ["h' = h |? x", 'equation-syntax', 'unexpected character "?"'],
  ["h' = h |_ x", 'equation-syntax', 'a subscript follows its name directly'],
  ["h' = |W_{a b!} @ h", 'equation-syntax', 'letters and digits'],
  ['|', 'equation-syntax', 'found none'],
  [
    "h' = |c_t + x",
    'equation-spelling',
    "a time index, but line 1 has a prime: write h' and h, or h_t and h_{t-1}",
  ],
  ["h' = |h_{t-1} + x", 'equation-spelling', 'not both in one cell'],
  ["h' = |W_{x,t} @ x", 'equation-spelling', 'a time index'],
  ["h_t = h|' + x", 'equation-spelling', 'a prime, but line 1 has a time index'],
  ["h' = |\\foo(x)", 'equation-syntax', 'unknown command "\\foo"'],
  ["h' = h + |\\time x", 'equation-syntax', 'Did you mean "\\times"?'],
  ["h' = h + x |\\", 'equation-syntax', 'unexpected character "\\"'],
  ["h' = h · |W + x", 'equation-matrix', '"W" is a matrix here, as it begins with a capital letter'],
  ["h' = hidden |@ x + h", 'equation-syntax', '"hidden" is a size, not a value'],
  ["h' = tanh |@ x + h", 'equation-function', '"tanh" is a function'],
  ['h = tanh(W @ h|(t-1) + x)', 'equation-spelling', 'write h_t and h_{t-1}'],
  ["h' = |{h + x} * b", 'equation-syntax', 'braces do not show when they are printed; write ( ) instead'],
  ["h' = h + x^{2|)", 'equation-bracket', 'expected "}", which closes "{" in line 1, but found ")"'],
  ["h' = h + \\frac |x", 'equation-syntax', 'expected "{" around this part, as in \\frac{a}{b}'],
  ["h' = tanh|(W @ h + U @ x", 'equation-bracket', 'never closed; a ")" is missing'],
  ['g = tanh|(W @ h + b\ni = sigmoid(U @ x)', 'equation-bracket', 'never closed'],
  ["h' = [h, x|)", 'equation-bracket', 'expected "]", which closes "[" in line 1, but found ")"'],
  ["h' = h + x|)", 'equation-bracket', '")" closes nothing'],
  ["h' = |sigmod(W @ h) + U @ x", 'equation-function', 'unknown function "sigmod". Did you mean "sigmoid"?'],
  ["h' = |tahn(W @ h) + U @ x", 'equation-function', 'Did you mean "tanh"?'],
  ["h' = |h(W @ x)", 'equation-function', 'write h * (…)'],
  ["h' = |frobnicate(W @ x)", 'equation-function', 'A matrix product is written W @ (…)'],
  ["h' = |max(h, x, 2)", 'equation-function', 'max takes 2 arguments, not 3'],
  ["h' = |tanh(h, x)", 'equation-function', 'tanh takes 1 argument, not 2'],
  ["h' = |tanh + x", 'equation-function', 'give it an argument: tanh(…)'],
  [`fun phi = |tahn${rest}`, 'equation-function', 'Did you mean "tanh"?'],
  ["h' = W @ h |* r + U @ x", 'equation-ambiguous', '(W @ h) * r, or W @ (h * r)'],
  ["h' = -W @ h |/ 2 + U @ x", 'equation-ambiguous', '(W @ h) / 2, or W @ (h / 2)'],
  [`state c, |h: p${rest}`, 'equation-ambiguous', 'could be meant for "h" alone or for c, h'],
  [`state c, |h = learned${rest}`, 'equation-ambiguous', 'declare each state on a line of its own'],
  ["h' = (W + U) |@ h", 'equation-syntax', 'left of "@" stands one parameter name'],
  ["h' = W^|T * h", 'equation-syntax', 'a transposed matrix stands only left of a product: W^T @ h'],
  ["h' = h |@ x", 'equation-matrix', '"h" is no parameter; left of "@" stands a matrix of parameters'],
  ["h' = U @ x + b + b |@ h", 'equation-matrix', '"b" is a matrix here and a vector in line 1'],
  ["h' = U @ x + W @ h\nf = |U * h", 'equation-matrix', '"U" is a vector here and a matrix in line 1'],
  [`matrix u${rest} + |u`, 'equation-matrix', '"u" is a vector here and a matrix in line 1'],
  [`vector P${rest} + P |@ h`, 'equation-matrix', '"P" is a matrix here and a vector in line 1'],
  ["f = U @ x + W @ h\n|f = h\nh' = f", 'equation-duplicate', '"f" is defined in line 1 already'],
  ["h = U @ x\n|h' = h", 'equation-duplicate', '"h" is defined in line 1 already'],
  ["const f = 1\n|f = U @ x\nh' = f * h", 'equation-duplicate', '"f" is a constant already (line 1)'],
  ["h' = h + x\n|max = 3", 'equation-duplicate', '"max" is a function of the language'],
  ["h' = h + x\n|hidden = 3", 'equation-duplicate', '"hidden" is the name of a size'],
  [`output h, |h${rest}`, 'equation-duplicate', '"h" is declared twice'],
  [`input E\ninput |F${rest}`, 'equation-duplicate', 'a cell has one input'],
  [
    "o = V @ |c' + x\nc' = c + o\nh = o",
    'equation-order',
    "c' is read above its definition in line 2; write c for the previous value",
  ],
  ["h' = |h' + x + h", 'equation-order', 'above its definition in line 1'],
  ["h' = |c' + x + h", 'equation-order', "no equation c' = … defines it"],
  ["f = U @ x\nh' = h * |f'", 'equation-order', '"f" is no state; read it without the prime'],
  ["h' = h * |f\nf = U @ x", 'equation-order', '"f" is read above its definition in line 2'],
  ["h' = h + x\n|c' = U @ x", 'equation-state', 'the previous value of the state "c" is never read'],
  [`state |c${rest}`, 'equation-state', `the state "c" has no equation c' = …`],
  ["state |c\nc = U @ x\nh' = h * c", 'equation-state', "write c' on the left-hand side in line 2"],
  ["|h' = W @ h + b", 'equation-input', 'the input "x" is never read'],
  [`input |E${rest}`, 'equation-input', 'the input "E" is never read'],
  ["y' = y + x|", 'equation-output', 'nothing defines the output h'],
  [`output h, |o${rest}`, 'equation-output', 'nothing defines the output "o"'],
  [`matrix |V${rest}`, 'equation-unused', '"V" is declared but never read'],
  [`size |p${rest}`, 'equation-unused', 'the size "p" is declared but nothing has it'],
  ["a = [h, x]\nh' = h |+ a * (U @ x)", 'equation-sizes', '`a * (U @ x)` (line 2) has size input + hidden'],
  [
    "h' = U @ x + W @ h + b\nc' = c + W |@ [h, x]",
    'equation-sizes',
    'a row of `W` (line 1) has size hidden, but `[h, x]` (line 2) has size input + hidden',
  ],
  ["h' = U @ x + b + h\nc' = c |+ [b, h]", 'equation-sizes', 'has size 2*hidden'],
  [
    "a = h + x\nh' = tanh(a |+ [h, x])",
    'equation-sizes',
    'given hidden = input (line 1: `h` (line 2) with `x` (line 1))',
  ],
  ["h' = h + [x, |1]", 'equation-sizes', 'a part of […] must be a vector'],
  ["h' = h + x + W @ |2", 'equation-sizes', 'the right side of W must be a vector'],
  [`state h: |hiden${rest}`, 'equation-sizes', 'Did you mean "hidden"?'],
  [`state h: p |* p${rest}`, 'equation-sizes', 'a size is a sum of size names and whole numbers'],
  [`state h: |0.5${rest}`, 'equation-sizes', 'a size is a sum'],
  ["output |o\no = 1\nh' = h + x", 'equation-sizes', 'output o: hidden'],
  [
    "h' = tanh(V @ (U |@ [h, x]))",
    'equation-open-size',
    'nothing fixes the size "rows of U"; declare it (here as p) with a line such as: matrix U: [p, input + hidden]',
  ],
  ["output h, o\nh' = h + x\no = V |@ h'", 'equation-open-size', 'such as: output o: p'],
  ["h' = h + x + W @ [h, |b]", 'equation-open-size', 'vector b: p'],
  ["h' = h + x |^ h", 'equation-constant', 'the exponent must be a number'],
  ["h' = clip(h + x, -1, |h)", 'equation-constant', 'the bounds of clip must be numbers or constants'],
  ["h' = clip(h + x, |1, 0)", 'equation-constant', 'lower bound 1 of clip is above the upper bound 0'],
  ["h' = |block(h, 2, 2) + x", 'equation-constant', '0 <= k < n'],
  ["h' = |block(h, 0, 1.5) + x", 'equation-constant', 'whole numbers'],
  ["h' = h + x + 1 |/ 0", 'equation-constant', 'constants must be finite'],
  [`h' = h + x * |1e999`, 'equation-constant', '1e999 is too large for a number'],
  [`const |beta = h${rest}`, 'equation-constant', '"beta" must be a finite number'],
  [`memory |M${rest}`, 'equation-memory', 'the memory "M" is never attended to'],
  ["h' = h + x + attend(h, |K, V)", 'equation-memory', 'declare it with a line such as: memory M'],
  ["memory M\nh' = h + x + attend(h, M, |tanh(M))", 'equation-memory', 'or a matrix times one'],
  ["memory M\nh' = tanh(W @ |M) + x + h", 'equation-memory', '"M" is a memory, not a vector'],
  ["memory M, N\nh' = h + x + attend(h, M, |N)", 'equation-memory', 'M and N are two memories'],
  ["memory M: 2 * input\nh' = |attend(block(x, 0, 2), M, M) + h", 'equation-sizes', ''],
  ["memory |M\nh' = W @ attend(h, U @ M, M) + x", 'equation-open-size', 'such as: memory M: p'],
  ["memory M\nh' = h + x + |attend(h, M)", 'equation-function', 'attend takes 3 arguments, not 2'],
  [
    "memory M\n|h_weights = attend(h, M, M)\nh' = attend(h, M, M) + x + h_weights",
    'equation-memory',
    'is the name of the attention weights of line 3',
  ],
  ["memory h\n|h' = h + x", 'equation-duplicate', '"h" is a memory already (line 1)'],
  [`const beta |2${rest}`, 'equation-syntax', 'expected "=" and a number'],
  [`state h = |1${rest}`, 'equation-syntax', 'expected 0 or learned'],
  [`input E|: 3${rest}`, 'equation-syntax', 'the input always has the size "input"'],
  [`matrix W: |3${rest}`, 'equation-syntax', 'expected "["'],
  [`output h |o${rest}`, 'equation-syntax', 'expected "," or the end of the output line'],
  ["h' = h + x + |hidden", 'equation-syntax', '"hidden" is a size, not a value'],
]

describe('a mistake is shown where it is', () => {
  test.each(mistakes)('%s', (marked, code, message) => expectMistake(marked, code, message))
})

test('details show the line and a caret', () => {
  const error = mistake("f = sigmoid(W @ h)\nh' = f * tahn(U @ x)")
  expect(error).toBeInstanceOf(SluiceError)
  expect(error.details).toBe(
    [
      'line 2, column 10: unknown function "tahn". Did you mean "tanh"?',
      "  2 | h' = f * tahn(U @ x)",
      '    |          ^',
    ].join('\n'),
  )
})

test('a long line is cut around the caret', () => {
  const error = mistake(`h' = ${'x + '.repeat(60)}tahn(h)`)
  const [line, caret] = error.excerpt.split('\n') as [string, string]
  expect(line.length).toBeLessThan(110)
  expect(line.slice(caret.indexOf('^'))).toBe('tahn(h)')
})

describe('size and time have limits', () => {
  test.each([
    ['brackets', `h' = ${'('.repeat(5000)}x${')'.repeat(5000)} + h`],
    ['lists', `h' = h + ${'['.repeat(5000)}x${']'.repeat(5000)}`],
    ['calls', `h' = h + ${'tanh('.repeat(5000)}x${')'.repeat(5000)}`],
    ['signs', `h' = h + ${'-'.repeat(20_000)}x`],
    ['exponents', `h' = h + x^${'-'.repeat(20_000)}2`],
    ['products', `h' = h + ${'W @ '.repeat(5000)}x`],
    ['terms', `h' = h${' + x'.repeat(10_000)}`],
    ['powers', `h' = h + x${'^2'.repeat(5000)}`],
    ['powers of braces', `h' = h + x${'^{2'.repeat(5000)}${'}'.repeat(5000)}`],
    ['fractions', `h' = h + ${'\\frac{1}{'.repeat(5000)}x${'}'.repeat(5000)}`],
    ['roots', `h' = h + ${'\\sqrt{'.repeat(5000)}x${'}'.repeat(5000)}`],
    ['parts of a list', `h' = h + W @ [x${', x'.repeat(10_000)}]`],
    ['characters', `h' = h + x # ${'z'.repeat(300_000)}`],
    ['letters', `h' = h + x + ${'z'.repeat(101)}`],
    ['letters with a time', `h_t = h_{t-1} + x_t + ${'z'.repeat(101)}_t`],
    ['subscripts', `h' = h + x + a${'_b'.repeat(5000)}`],
    ['accents', `h' = h + x + ${'\\tilde{'.repeat(5000)}a${'}'.repeat(5000)}`],
    ['groups', `h_t = h_{t-1} + x_t + ${'{'.repeat(40)}a${'}_b'.repeat(40)}`],
    ['factors side by side', `h_t = h_{t-1} ${'x_t '.repeat(5000)}`],
    ['equations', `${'a = 1\n'.repeat(2001)}h' = h + x`],
    ['equations in a line', `${'a_t = x_t '.repeat(2001)}h_t = h_{t-1}`],
    ['declared names', `vector a${',a'.repeat(2001)}\nh' = h + x`],
    ['declared sizes', `size ${Array.from({ length: 100 }, (_, i) => `s${i}`).join(',')}\nh' = h + x`],
  ])('%s', (_name, text) => {
    expect(mistake(text).code).toBe('equation-too-large')
  })

  test('sizes', () => {
    const doubled = Array.from({ length: 60 }, (_, i) =>
      i === 0 ? 'a0 = h' : `a${i} = [a${i - 1}, a${i - 1}]`,
    )
    expect(mistake([...doubled, "h' = h + W @ a59 + U @ x"].join('\n'))).toMatchObject({
      code: 'equation-too-large',
      line: 54,
    })
    expect(mistake(`state h: 1e12 * 1e12${rest}`)).toMatchObject({
      code: 'equation-too-large',
      line: 1,
      column: 15,
    })
  })

  test('a thousand equations are no trouble', () => {
    const locals = Array.from(
      { length: 1000 },
      (_, i) => `a${i} = (W${i} @ [h, x] + b${i}) * ${i === 0 ? 'h' : `a${i - 1}`}`,
    )
    const cell = compile([...locals, "h' = a999"].join('\n'))
    expect(cell.step.parameters).toHaveLength(2000)
  })
})

test('damaged equations give errors with a place, never anything else', () => {
  const stream = new Stream(11)
  const signs = [..."()[]+-*/^@=',;:.#_{}\n 0x"]
  const errors: unknown[] = []
  for (let i = 0; i < 1500; i++) {
    const letters = [...library[stream.below(library.length)]!.equations]
    for (let k = 0; k <= stream.below(3); k++) {
      const insert = stream.below(3) === 0 ? [] : [signs[stream.below(signs.length)]!]
      letters.splice(stream.below(letters.length), stream.below(3), ...insert)
    }
    const error = thrown(letters.join(''))
    if (error) errors.push(error)
  }
  expect(errors.length).toBeGreaterThan(500)
  for (const error of errors) {
    expect(error).toBeInstanceOf(EquationError)
    const { line, column, excerpt } = error as EquationError
    expect(line >= 1 && column >= 1).toBe(true)
    expect(excerpt).toContain('^')
  }
})
