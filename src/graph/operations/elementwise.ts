import type { Operation, Sizes } from '../operation.ts'
import type { Extent, Type } from '../types.ts'

const order: Record<Extent, number> = { once: 0, row: 1, step: 2 }

/** Type of an elementwise result: scalars broadcast over vectors, `once` over `row` over `step`. */
function broadcast<S>(inputs: readonly Type<S>[], sizes: Sizes<S>): Type<S> {
  let { extent, shape } = inputs[0]!
  for (const input of inputs.slice(1)) {
    if (order[input.extent] > order[extent]) extent = input.extent
    if (shape.length === 0) shape = input.shape
    else if (input.shape.length > 0) shape = shape.map((size, axis) => sizes.same(size, input.shape[axis]!))
  }
  return { extent, shape }
}

type Costs = Readonly<Record<string, number>>

/** Sums, products, and the comparisons that derivatives need. */
const arithmetic: Costs = { add: 1, sub: 1, mul: 1, div: 4, max: 1, min: 1, prefer: 2 }

/** Functions of one value: those of the equation language, and what plans and derivatives need. */
const functions: Costs = {
  neg: 1,
  power: 20,
  positive: 1,
  sign: 1,
  inside: 2,
  sigmoid: 16,
  tanh: 16,
  relu: 1,
  leaky_relu: 2,
  elu: 16,
  softplus: 24,
  exp: 12,
  log: 16,
  log_sigmoid: 24,
  abs: 1,
  sqrt: 8,
  softsign: 5,
  hard_sigmoid: 3,
  clip: 2,
  copy: 1,
}

/** The rows of operations with so many inputs. */
function rows(arity: 1 | 2, costs: Costs): readonly (readonly [string, Operation])[] {
  const row = (cost: number): Operation => ({
    kind: 'elementwise',
    arity,
    cost,
    type: (inputs, _attributes, sizes) => broadcast(inputs, sizes),
  })
  return Object.entries(costs).map(([name, cost]) => [name, row(cost)])
}

/** Operations that read and write one entry at a time. */
export const elementwise: Readonly<Record<string, Operation>> = Object.fromEntries([
  ...rows(2, arithmetic),
  ...rows(1, functions),
])
