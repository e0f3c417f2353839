import type { Operation } from '../operation.ts'
import type { Type } from '../types.ts'
import { type Value, eachRow, entries, reader, zeros } from '../value.ts'
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

/** Fills a fresh value of `type` row by row. */
function build(
  type: Type,
  steps: number,
  rows: number,
  fill: (out: Float64Array, step: number, row: number) => void,
): Value {
  const value = zeros(type, steps, rows)
  const size = entries(type.shape)
  eachRow(type, steps, rows, (step, row, index) =>
    fill(value.data.subarray(index * size, (index + 1) * size), step, row),
  )
  return value
}

const constant: Operation = {
  kind: 'leaf',
  arity: 0,
  cost: 0,
  type: () => ({ extent: 'once', shape: [] }),
  evaluate: (_inputs, { node, steps, rows }) =>
    build(node.type, steps, rows, (out) => out.fill(node.attributes.value as number)),
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
  evaluate([matrix, vector], { node, steps, rows }) {
    const columns = matrix!.type.shape[1]!
    const [down, across] = node.attributes.transpose ? [1, columns] : [columns, 1]
    const length = vector!.type.shape.at(-1)!
    const size = node.type.shape.at(-1)!
    const read = reader(vector!)
    return build(node.type, steps, rows, (out, step, row) => {
      for (let at = 0; at < out.length; at++) {
        const [i, first] = [at % size, Math.floor(at / size) * length]
        let total = 0
        for (let k = 0; k < length; k++)
          total += matrix!.data[i * down + k * across]! * read(step, row, first + k)
        out[at] = total
      }
    })
  },
  derivative({ build: graph, node, inputs: [matrix, vector], dy, wanted }) {
    const { transpose } = node.attributes
    invariant(node.type.shape.length === 1, 'products with memories are made outside steps')
    return [
      wanted(0) ? graph.add('outer', transpose ? [vector!, dy] : [dy, vector!]) : undefined,
      wanted(1) ? graph.add('product', [matrix!, dy], transpose ? {} : { transpose: true }) : undefined,
    ]
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
  evaluate(inputs, context) {
    const { count, transposes } = context.node.attributes as { count: number; transposes: string }
    const total = zeros(context.node.type, context.steps, context.rows)
    const size = total.type.shape[0]!
    for (let i = 0; i < count; i++) {
      const node = { ...context.node, attributes: transposes[i] === 't' ? { transpose: true } : {} }
      const part = product.evaluate!(inputs.slice(2 * i, 2 * i + 2), { ...context, node }) as Value
      part.data.forEach((x, j) => (total.data[j]! += x))
    }
    for (const bias of inputs.slice(2 * count))
      total.data.forEach((_x, j) => (total.data[j]! += bias.data[j % size]!))
    return total
  },
}

/** Sum over all rows (and steps) of the outer product: the gradient of a matrix. */
const outer: Operation = {
  kind: 'product',
  arity: 2,
  cost: 0,
  type: ([left, right]) => ({ extent: 'once', shape: [left!.shape[0]!, right!.shape[0]!] }),
  evaluate([left, right], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const [down, across] = node.type.shape as readonly [number, number]
    const [a, b] = [reader(left!), reader(right!)]
    const widest = left!.type.extent === 'once' ? right! : left!
    eachRow(widest.type, steps, rows, (step, row) => {
      for (let i = 0; i < down; i++) {
        const factor = a(step, row, i)
        for (let j = 0; j < across; j++) result.data[i * across + j]! += factor * b(step, row, j)
      }
    })
    return result
  },
}

function overEntries(finish: (total: number, count: number) => number, share: boolean): Operation {
  return {
    kind: 'reduce',
    arity: 1,
    cost: 1,
    type: ([vector]) => ({ extent: vector!.extent, shape: [] }),
    evaluate([vector], { node, steps, rows }) {
      const count = vector!.type.shape[0]!
      const read = reader(vector!)
      return build(node.type, steps, rows, (out, step, row) => {
        let total = 0
        for (let i = 0; i < count; i++) total += read(step, row, i)
        out[0] = finish(total, count)
      })
    },
    derivative({ build: graph, inputs: [vector], dy }) {
      const size = graph.type(vector!).shape[0]!
      const each = share ? graph.add('mul', [dy, graph.constant(1 / size)]) : dy
      return [graph.add('spread', [each], { size })]
    },
  }
}

/** Sum over rows (and steps): the gradient of a value that exists once. */
const sumRows: Operation = {
  kind: 'reduce',
  arity: 1,
  cost: 1,
  type: ([value]) => ({ extent: 'once', shape: value!.shape }),
  evaluate([value], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const read = reader(value!)
    eachRow(value!.type, steps, rows, (step, row) => {
      for (let i = 0; i < result.data.length; i++) result.data[i]! += read(step, row, i)
    })
    return result
  },
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
  scalar: () => (a) => a,
  derivative: ({ dy }) => [dy],
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
  evaluate(inputs, { node, steps, rows }) {
    const readers = inputs.map(reader)
    return build(node.type, steps, rows, (out, step, row) => {
      let at = 0
      for (const [part, read] of readers.entries()) {
        for (let i = 0; i < inputs[part]!.type.shape[0]!; i++) out[at++] = read(step, row, i)
      }
    })
  },
  derivative({ build: graph, inputs, dy }) {
    let offset = 0
    return inputs.map((input) => {
      const size = graph.type(input).shape[0]!
      offset += size
      return graph.add('slice', [dy], { offset: offset - size, size })
    })
  },
}

function copyRange(
  input: Value,
  type: Type,
  steps: number,
  rows: number,
  from: number,
  to: number,
  size: number,
): Value {
  const read = reader(input)
  return build(type, steps, rows, (out, step, row) => {
    for (let i = 0; i < size; i++) out[to + i] = read(step, row, from + i)
  })
}

const slice: Operation = {
  kind: 'layout',
  arity: 1,
  cost: 0,
  type: ([value], { size }, sizes) => ({ extent: value!.extent, shape: [sizes.of(size as number)] }),
  evaluate([value], { node, steps, rows }) {
    const { offset, size } = node.attributes as { offset: number; size: number }
    return copyRange(value!, node.type, steps, rows, offset, 0, size)
  },
  derivative({ build: graph, node, inputs: [value], dy }) {
    return [graph.add('place', [dy], { offset: node.attributes.offset, size: graph.type(value!).shape[0]! })]
  },
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
  evaluate([value], { node, steps, rows }) {
    return copyRange(
      value!,
      node.type,
      steps,
      rows,
      0,
      node.attributes.offset as number,
      value!.type.shape[0]!,
    )
  },
  derivative({ build: graph, node, inputs: [value], dy }) {
    return [graph.add('slice', [dy], { offset: node.attributes.offset, size: graph.type(value!).shape[0]! })]
  },
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
  sum: overEntries((total) => total, false),
  mean: overEntries((total, count) => total / count, true),
  sum_rows: sumRows,
  spread,
  concat,
  slice,
  block,
  place,
}
