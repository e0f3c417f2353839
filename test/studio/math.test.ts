import { library } from 'sluice'
import { compile } from 'sluice/equations'
import { expect, test } from 'vitest'
import { equationsMath } from '../../studio/src/math/equation.ts'
import { mathText } from '../../studio/src/math/node.ts'
import { nameMath, parameterMath } from '../../studio/src/math/names.ts'

const lstm = library.find(({ name }) => name === 'lstm')!.equations

/** The text of formulas without their elements. */
function plain(equations: string, renaming = {}): readonly string[] {
  const { syntax } = compile(equations)
  return equationsMath(syntax, renaming).map((math) =>
    mathText(math).replaceAll(/<[^>]*>|[\u2061\u2062]/g, ''),
  )
}

test('typesets the equations of the library as a textbook does', () => {
  expect(plain(lstm)).toEqual([
    'ft=σ(Wf[ht−1,xt]+bf)',
    'it=σ(Wi[ht−1,xt]+bi)',
    'gt=tanh(Wg[ht−1,xt]+bg)',
    'ct=ft⊙ct−1+it⊙gt',
    'ot=σ(Wo[ht−1,xt]+bo)',
    'ht=ot⊙tanh(ct)',
  ])
})

test('calls values by the names of the other tradition', () => {
  expect(plain(lstm, { c: 'LTM', h: 'STM', x: 'E' })[3]).toBe('LTMt=ft⊙LTMt−1+it⊙gt')
})

test('sets brackets where the meaning needs them, and only there', () => {
  expect(plain("z = sigmoid(W @ x)\nh' = (1 - z) * (h + z) / 2 - -z")[1]).toBe('ht=(1−zt)⊙(ht−1+zt)2−−zt')
  expect(plain("h' = W @ (h + x) ^ 2")[0]).toBe('ht=W(ht−1+xt)2')
})

test('says which value and which parameter each part belongs to', () => {
  const [first] = equationsMath(compile("h' = tanh(W_h @ h + U @ x + b)").syntax)
  const text = mathText(first!)
  expect(text).toContain('<msub data-values="h"><mi>h</mi><mtext>t−1</mtext></msub>')
  expect(text).toContain('data-parameters="W_h"')
})

test('typesets names: accents, Greek letters, subscripts', () => {
  expect(mathText(nameMath('C_tilde', 't'))).toBe(
    '<msub><mover accent="true"><mi>C</mi><mo>~</mo></mover><mtext>t</mtext></msub>',
  )
  expect(mathText(nameMath('alpha'))).toBe('<mi>α</mi>')
  expect(mathText(parameterMath('Wf'))).toBe('<msub><mi>W</mi><mi>f</mi></msub>')
  expect(mathText(parameterMath('beta'))).toBe('<mi>β</mi>')
})

test.each(library.map(({ name, equations }) => [name, equations]))(
  'has a formula for every equation of %s',
  (_name, equations) => {
    const { syntax } = compile(equations)
    expect(equationsMath(syntax).map(({ attributes }) => attributes['data-values'])).toEqual(
      syntax.equations.map(({ target }) => target),
    )
  },
)
