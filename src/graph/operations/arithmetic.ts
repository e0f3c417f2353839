import type { DerivativeContext, Operation, Sizes } from '../operation.ts'
import type { Attributes, Extent, Type } from '../types.ts'

const order: Record<Extent, number> = { once: 0, row: 1, step: 2 }

/** Type of an elementwise result: scalars broadcast over vectors, `once` over `row` over `step`. */
export function broadcast<S>(inputs: readonly Type<S>[], sizes: Sizes<S>): Type<S> {
  let { extent, shape } = inputs[0]!
  for (const input of inputs.slice(1)) {
    if (order[input.extent] > order[extent]) extent = input.extent
    if (shape.length === 0) shape = input.shape
    else if (input.shape.length > 0) shape = shape.map((size, axis) => sizes.same(size, input.shape[axis]!))
  }
  return { extent, shape }
}

type Gradients = (context: DerivativeContext) => readonly (number | undefined)[]

function elementwise(
  arity: 1 | 2,
  cost: number,
  scalar: (attributes: Attributes) => (a: number, b: number) => number,
  derivative?: Gradients,
): Operation {
  return {
    kind: 'elementwise',
    arity,
    cost,
    scalar,
    type: (inputs, _attributes, sizes) => broadcast(inputs, sizes),
    ...(derivative && { derivative }),
  }
}

/** A row of the table for an elementwise operation on one value. */
export function unary(
  cost: number,
  scalar: (a: number, attributes: Attributes) => number,
  derivative?: Gradients,
): Operation {
  return elementwise(1, cost, (attributes) => (a) => scalar(a, attributes), derivative)
}

function binary(cost: number, scalar: (a: number, b: number) => number, derivative?: Gradients): Operation {
  return elementwise(2, cost, () => scalar, derivative)
}

/** Gradient 1 for the larger, 1/2 for each at a tie (as PyTorch's maximum). */
function selectLarger(sign: 1 | -1): Gradients {
  return ({ build, inputs: [a, b], dy }) => {
    const [first, second] = sign === 1 ? [a!, b!] : [b!, a!]
    const share = build.add('prefer', [first, second])
    return [
      build.add('mul', [dy, share]),
      build.add('mul', [dy, build.add('sub', [build.constant(1), share])]),
    ]
  }
}

/** Sums, products, and the comparisons that derivatives need. Comparisons have derivative zero. */
export const arithmetic: Readonly<Record<string, Operation>> = {
  add: binary(
    1,
    (a, b) => a + b,
    ({ dy }) => [dy, dy],
  ),
  sub: binary(
    1,
    (a, b) => a - b,
    ({ build, dy }) => [dy, build.add('neg', [dy])],
  ),
  mul: binary(
    1,
    (a, b) => a * b,
    ({ build, inputs: [a, b], dy }) => [build.add('mul', [dy, b!]), build.add('mul', [dy, a!])],
  ),
  div: binary(
    4,
    (a, b) => a / b,
    ({ build, inputs: [, b], y, dy }) => {
      const da = build.add('div', [dy, b!])
      return [da, build.add('neg', [build.add('mul', [da, y])])]
    },
  ),
  neg: unary(
    1,
    (a) => -a,
    ({ build, dy }) => [build.add('neg', [dy])],
  ),
  power: {
    ...unary(
      20,
      (a, { exponent }) => a ** (exponent as number),
      ({ build, inputs: [a], node, dy }) => {
        const exponent = node.attributes.exponent as number
        if (exponent === 0) return [undefined]
        const lower = exponent === 2 ? a! : build.add('power', [a!], { exponent: exponent - 1 })
        return [build.add('mul', [dy, build.add('mul', [build.constant(exponent), lower])])]
      },
    ),
  },
  max: binary(1, Math.max, selectLarger(1)),
  min: binary(1, Math.min, selectLarger(-1)),
  positive: unary(
    1,
    (a) => (a > 0 ? 1 : 0),
    () => [undefined],
  ),
  sign: unary(1, Math.sign, () => [undefined]),
  inside: unary(
    2,
    (a, { lo, hi }) => (a >= (lo as number) && a <= (hi as number) ? 1 : 0),
    () => [undefined],
  ),
  prefer: binary(
    2,
    (a, b) => (a > b ? 1 : a === b ? 0.5 : 0),
    () => [undefined, undefined],
  ),
}
