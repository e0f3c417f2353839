import type { Attributes } from '../types.ts'

/** What an elementwise operation does to one entry, in float64. */
export type Scalar = (a: number, b: number, attributes: Attributes) => number

/** `log(1 + exp(a))` without overflow. */
function softplus(a: number): number {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))
}

function sigmoid(a: number): number {
  return a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))
}

/** A number among the attributes of an operation. */
const given = (attributes: Attributes, name: string): number => attributes[name] as number

/** The float64 meanings of all elementwise operations, which planning needs too; `meanings` has the others'. */
const functions: Readonly<Record<string, Scalar>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  power: (a, _b, attributes) => a ** given(attributes, 'exponent'),
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  positive: (a) => (a > 0 ? 1 : 0),
  sign: (a) => Math.sign(a),
  inside: (a, _b, attributes) => (a >= given(attributes, 'lo') && a <= given(attributes, 'hi') ? 1 : 0),
  prefer: (a, b) => (a > b ? 1 : a === b ? 0.5 : 0),
  sigmoid,
  tanh: (a) => Math.tanh(a),
  relu: (a) => Math.max(a, 0),
  leaky_relu: (a, _b, attributes) => (a > 0 ? a : a * given(attributes, 'slope')),
  elu: (a, _b, attributes) => (a > 0 ? a : given(attributes, 'alpha') * Math.expm1(a)),
  softplus,
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  log_sigmoid: (a) => -softplus(-a),
  abs: (a) => Math.abs(a),
  sqrt: (a) => Math.sqrt(a),
  softsign: (a) => a / (1 + Math.abs(a)),
  hard_sigmoid: (a) => Math.min(Math.max(0.2 * a + 0.5, 0), 1),
  clip: (a, _b, attributes) => Math.min(Math.max(a, given(attributes, 'lo')), given(attributes, 'hi')),
  copy: (a) => a,
  spread: (a) => a,
}

export const scalars: ReadonlyMap<string, Scalar> = new Map(Object.entries(functions))
