import type { DerivativeContext, Operation } from '../operation.ts'
import { unary } from './arithmetic.ts'

type Factor = (context: DerivativeContext) => number

/** The derivative `dy * factor`. */
function times(factor: Factor): (context: DerivativeContext) => readonly number[] {
  return (context) => [context.build.add('mul', [context.dy, factor(context)])]
}

/** `log(1 + exp(a))` without overflow. */
function softplus(a: number): number {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))
}

function sigmoid(a: number): number {
  return a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a))
}

/** `low` where a <= 0, else `high`: the slope of a function with a bend at zero, where the lower side counts. */
function bend({ build, inputs }: DerivativeContext, low: number, high: number): number {
  const positive = build.add('positive', [inputs[0]!])
  const difference = build.add('sub', [build.constant(high), low])
  return build.add('add', [low, build.add('mul', [positive, difference])])
}

/**
 * The functions of the equation language. Gradients at the bends: relu and abs 0 at 0; leaky_relu and elu take the
 * slope of the lower side at 0; clip 1 at both bounds; hard_sigmoid 0.2 at both bends.
 */
export const functions: Readonly<Record<string, Operation>> = {
  sigmoid: unary(
    16,
    sigmoid,
    times(({ build, y }) => build.add('mul', [y, build.add('sub', [build.constant(1), y])])),
  ),
  tanh: unary(
    16,
    Math.tanh,
    times(({ build, y }) => build.add('sub', [build.constant(1), build.add('mul', [y, y])])),
  ),
  relu: unary(
    1,
    (a) => Math.max(a, 0),
    times(({ build, y }) => build.add('positive', [y])),
  ),
  leaky_relu: unary(
    2,
    (a, { slope }) => (a > 0 ? a : a * (slope as number)),
    times((context) => bend(context, context.build.constant(context.node.attributes.slope as number), 1)),
  ),
  elu: unary(
    16,
    (a, { alpha }) => (a > 0 ? a : (alpha as number) * Math.expm1(a)),
    times((context) => {
      const { build, node, y } = context
      return bend(context, build.add('add', [y, build.constant(node.attributes.alpha as number)]), 1)
    }),
  ),
  softplus: unary(
    24,
    softplus,
    times(({ build, inputs }) => build.add('sigmoid', [inputs[0]!])),
  ),
  exp: unary(
    12,
    Math.exp,
    times(({ y }) => y),
  ),
  log: unary(16, Math.log, ({ build, inputs: [a], dy }) => [build.add('div', [dy, a!])]),
  log_sigmoid: unary(
    24,
    (a) => -softplus(-a),
    times(({ build, inputs }) => build.add('sigmoid', [build.add('neg', [inputs[0]!])])),
  ),
  abs: unary(
    1,
    Math.abs,
    times(({ build, inputs }) => build.add('sign', [inputs[0]!])),
  ),
  sqrt: unary(8, Math.sqrt, ({ build, y, dy }) => [
    build.add('div', [dy, build.add('mul', [build.constant(2), y])]),
  ]),
  softsign: unary(
    5,
    (a) => a / (1 + Math.abs(a)),
    times(({ build, inputs: [a] }) => {
      const root = build.add('add', [build.constant(1), build.add('abs', [a!])])
      return build.add('div', [build.constant(1), build.add('mul', [root, root])])
    }),
  ),
  hard_sigmoid: unary(
    3,
    (a) => Math.min(Math.max(0.2 * a + 0.5, 0), 1),
    times(({ build, inputs }) =>
      build.add('mul', [build.constant(0.2), build.add('inside', [inputs[0]!], { lo: -2.5, hi: 2.5 })]),
    ),
  ),
  clip: unary(
    2,
    (a, { lo, hi }) => Math.min(Math.max(a, lo as number), hi as number),
    times(({ build, inputs, node }) => build.add('inside', [inputs[0]!], node.attributes)),
  ),
  copy: unary(
    1,
    (a) => a,
    ({ dy }) => [dy],
  ),
}
