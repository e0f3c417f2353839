import type { Derivative, DerivativeContext, Derivatives } from './derivative.ts'

type Factor = (context: DerivativeContext) => number

/** The derivative `dy * factor`. */
function times(factor: Factor): Derivative {
  return (context) => [context.build.add('mul', [context.dy, factor(context)])]
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
export const functions: Derivatives = {
  sigmoid: times(({ build, y }) => build.add('mul', [y, build.add('sub', [build.constant(1), y])])),
  tanh: times(({ build, y }) => build.add('sub', [build.constant(1), build.add('mul', [y, y])])),
  relu: times(({ build, y }) => build.add('positive', [y])),
  leaky_relu: times((context) =>
    bend(context, context.build.constant(context.node.attributes.slope as number), 1),
  ),
  elu: times((context) => {
    const { build, node, y } = context
    return bend(context, build.add('add', [y, build.constant(node.attributes.alpha as number)]), 1)
  }),
  softplus: times(({ build, inputs }) => build.add('sigmoid', [inputs[0]!])),
  exp: times(({ y }) => y),
  log: ({ build, inputs: [a], dy }) => [build.add('div', [dy, a!])],
  log_sigmoid: times(({ build, inputs }) => build.add('sigmoid', [build.add('neg', [inputs[0]!])])),
  abs: times(({ build, inputs }) => build.add('sign', [inputs[0]!])),
  sqrt: ({ build, y, dy }) => [build.add('div', [dy, build.add('mul', [build.constant(2), y])])],
  softsign: times(({ build, inputs: [a] }) => {
    const root = build.add('add', [build.constant(1), build.add('abs', [a!])])
    return build.add('div', [build.constant(1), build.add('mul', [root, root])])
  }),
  hard_sigmoid: times(({ build, inputs }) =>
    build.add('mul', [build.constant(0.2), build.add('inside', [inputs[0]!], { lo: -2.5, hi: 2.5 })]),
  ),
  clip: times(({ build, inputs, node }) => build.add('inside', [inputs[0]!], node.attributes)),
  copy: ({ dy }) => [dy],
}
