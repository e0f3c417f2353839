import type { Type } from '../types.ts'
import { type Value, eachRow, entries, reader, zeros } from '../value.ts'
import type { Context, Meaning, Meanings } from './meaning.ts'

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

function product([matrix, vector]: readonly Value[], { node, steps, rows }: Context): Value {
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
}

function overEntries(finish: (total: number, count: number) => number): Meaning {
  return ([vector], { node, steps, rows }) => {
    const count = vector!.type.shape[0]!
    const read = reader(vector!)
    return build(node.type, steps, rows, (out, step, row) => {
      let total = 0
      for (let i = 0; i < count; i++) total += read(step, row, i)
      out[0] = finish(total, count)
    })
  }
}

/** Products, sums and everything that moves entries without changing them. */
export const structure: Meanings = {
  constant: (_inputs, { node, steps, rows }) =>
    build(node.type, steps, rows, (out) => out.fill(node.attributes.value as number)),

  product,

  accumulate(inputs, context) {
    const { count, transposes } = context.node.attributes as { count: number; transposes: string }
    const total = zeros(context.node.type, context.steps, context.rows)
    const size = total.type.shape[0]!
    for (let i = 0; i < count; i++) {
      const node = { ...context.node, attributes: transposes[i] === 't' ? { transpose: true } : {} }
      const part = product(inputs.slice(2 * i, 2 * i + 2), { ...context, node })
      part.data.forEach((x, j) => (total.data[j]! += x))
    }
    for (const bias of inputs.slice(2 * count))
      total.data.forEach((_x, j) => (total.data[j]! += bias.data[j % size]!))
    return total
  },

  outer([left, right], { node, steps, rows }) {
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

  sum_rows([value], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const read = reader(value!)
    eachRow(value!.type, steps, rows, (step, row) => {
      for (let i = 0; i < result.data.length; i++) result.data[i]! += read(step, row, i)
    })
    return result
  },

  concat(inputs, { node, steps, rows }) {
    const readers = inputs.map(reader)
    return build(node.type, steps, rows, (out, step, row) => {
      let at = 0
      for (const [part, read] of readers.entries()) {
        for (let i = 0; i < inputs[part]!.type.shape[0]!; i++) out[at++] = read(step, row, i)
      }
    })
  },

  slice([value], { node, steps, rows }) {
    const { offset, size } = node.attributes as { offset: number; size: number }
    return copyRange(value!, node.type, steps, rows, offset, 0, size)
  },

  place([value], { node, steps, rows }) {
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

  sum: overEntries((total) => total),
  mean: overEntries((total, count) => total / count),
}
