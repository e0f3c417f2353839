import type { Operation } from '../operation.ts'
import type { Type } from '../types.ts'
import { invariant } from '../../core/errors.ts'

function leaf(name: string): Operation {
  return {
    kind: 'leaf',
    arity: 0,
    cost: 0,
    type: () => {
      invariant(false, `the type of ${name} comes from its declaration`)
    },
  }
}

const constant: Operation = {
  kind: 'leaf',
  arity: 0,
  cost: 0,
  type: () => ({ extent: 'once', shape: [] }),
}

/** A matrix, or its transpose, times a vector; or times each place of a memory. */
const product: Operation = {
  kind: 'product',
  arity: 2,
  cost: 0,
  type([matrix, vector], { transpose }, sizes) {
    const [rows, columns] = transpose ? [1, 0] : [0, 1]
    sizes.same(matrix!.shape[columns]!, vector!.shape.at(-1)!)
    return { extent: vector!.extent, shape: [...vector!.shape.slice(0, -1), matrix!.shape[rows]!] }
  },
}

/**
 * Sum of products and bias vectors, as plans have it: inputs are `count` pairs of matrix and vector, then vectors.
 * Letter i of `transposes` is `t` where matrix i is used transposed.
 */
const accumulate: Operation = {
  kind: 'product',
  arity: 'any',
  cost: 0,
  type([matrix, vector], { transposes }) {
    const axis = (transposes as string).startsWith('t') ? 1 : 0
    return { extent: vector!.extent, shape: [matrix!.shape[axis]!] }
  },
}

/** Sum over all rows (and steps) of the outer product: the gradient of a matrix. */
const outer: Operation = {
  kind: 'product',
  arity: 2,
  cost: 0,
  type: ([left, right]) => ({ extent: 'once', shape: [left!.shape[0]!, right!.shape[0]!] }),
}

/** The sum of a vector's entries, or their mean. */
const overEntries: Operation = {
  kind: 'reduce',
  arity: 1,
  cost: 1,
  type: ([vector]) => ({ extent: vector!.extent, shape: [] }),
}

/** Sum over rows (and steps): the gradient of a value that exists once. */
const sumRows: Operation = {
  kind: 'reduce',
  arity: 1,
  cost: 1,
  type: ([value]) => ({ extent: 'once', shape: value!.shape }),
}

/** Repeats a scalar over `size` entries, or a value that exists once over rows or steps (`extent`). */
const spread: Operation = {
  kind: 'elementwise',
  arity: 1,
  cost: 0,
  type([value], { size, extent }, sizes) {
    return {
      extent: (extent as Type['extent'] | undefined) ?? value!.extent,
      shape: size === undefined ? value!.shape : [sizes.of(size as number)],
    }
  },
}

const concat: Operation = {
  kind: 'layout',
  arity: 'any',
  cost: 0,
  type(inputs, _attributes, sizes) {
    const order = ['once', 'row', 'step'] as const
    const extent = order[Math.max(...inputs.map((input) => order.indexOf(input.extent)))]!
    return { extent, shape: [sizes.sum(inputs.map((input) => input.shape[0]!))] }
  },
}

const slice: Operation = {
  kind: 'layout',
  arity: 1,
  cost: 0,
  type: ([value], { size }, sizes) => ({ extent: value!.extent, shape: [sizes.of(size as number)] }),
}

/** The `index`-th of `count` equal consecutive parts, for graphs whose sizes are still symbols. */
const block: Operation = {
  kind: 'layout',
  arity: 1,
  cost: 0,
  type: ([value], { count }, sizes) => ({
    extent: value!.extent,
    shape: [sizes.part(value!.shape[0]!, count as number)],
  }),
}

/** A vector of zeros of `size` with the input at `offset`: the gradient of a slice. */
const place: Operation = {
  kind: 'layout',
  arity: 1,
  cost: 0,
  type: ([value], { size }, sizes) => ({ extent: value!.extent, shape: [sizes.of(size as number)] }),
}

/** Leaves, products, sums and everything that moves entries without changing them. */
export const structure: Readonly<Record<string, Operation>> = {
  input: leaf('an input'),
  state: leaf('a state'),
  parameter: leaf('a parameter'),
  constant,
  product,
  accumulate,
  outer,
  sum: overEntries,
  mean: overEntries,
  sum_rows: sumRows,
  spread,
  concat,
  slice,
  block,
  place,
}
