import { describe, expect, test } from 'vitest'
import { translate } from '../../conformance/translate.ts'

const given = { carried: ['h', 'c'], output: 'h', constants: new Map<string, number>() }

/** The translation of one equation. */
function translated(equation: string, carried = ['h', 'c']): string {
  return translate({ ...given, carried, equations: [equation] })
    .split('\n')
    .at(-1)!
}

describe('one equation', () => {
  test.each([
    ['c = f * c_prev + i * g', "c' = f * c + i * g"],
    ['o = sigmoid(W_o @ x + p_o * c + b_o)', "o = sigmoid(W_o @ x + p_o * c' + b_o)"],
    ['i = sigmoid(W @ concat(c_prev, h_prev, x) + b)', 'i = sigmoid(W @ [c, h, x] + b)'],
    ['n = tanh(W @ concat(r * (h_prev - x), x))', 'n = tanh(W @ [r * (h - x), x])'],
    ['m = maximum(log_f + m_prev, i_raw)', 'm = max(log_f + m_prev, i_raw)'],
    ['g = LN(W @ x, gain_c, bias_c)', 'g = norm(W @ x, gain_c, bias_c)'],
  ])('%s', (equation, plain) => {
    expect(translated(equation)).toBe(plain)
  })

  test('a name is a state only as a whole', () => {
    expect(translated('hc = h_c * ch + c')).toBe("hc = h_c * ch + c'")
  })

  test('a state that is not carried is an ordinary name', () => {
    expect(translated('h = r * tanh(c)', ['c'])).toBe("h = r * tanh(c')")
  })
})

test('a cell begins with its output and constants', () => {
  const text = translate({
    equations: ['y = clip(y_prev, -a, a) + x'],
    carried: ['y'],
    output: 'y',
    constants: new Map([['a', 0.00001]]),
  })
  expect(text).toBe("output y\nconst a = 0.00001\ny' = clip(y, -a, a) + x")
})
