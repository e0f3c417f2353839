import type { Type } from '../types.ts'
import { type Value, eachRow, reader, zeros } from '../value.ts'
import type { Meaning, Meanings } from './meaning.ts'

type Read = (step: number, row: number, entry: number) => number

/** Fills a fresh value of the node's type row by row. */
function perRow(
  type: Type,
  steps: number,
  rows: number,
  fill: (out: Float64Array, read: (value: Read, entry: number) => number) => void,
): Value {
  const value = zeros(type, steps, rows)
  const size = value.data.length / rows
  eachRow(type, steps, rows, (step, row) =>
    fill(value.data.subarray(row * size, (row + 1) * size), (of, entry) => of(step, row, entry)),
  )
  return value
}

type Term = (ds: number, v: number, t: number) => number

/** A gradient of additive scores: the sum of `term` of ds, v and tanh(q + k) over the places and entries of each result. */
function additiveGradient(term: Term): Meaning {
  return ([query, keys, vector, gradient], { node, steps, rows }) => {
    const [q, k, v, ds] = [reader(query!), reader(keys!), reader(vector!), reader(gradient!)]
    const [count, size] = keys!.type.shape as readonly [number, number]
    return perRow(node.type, steps, rows, (out, read) => {
      for (let at = 0; at < count * size; at++) {
        const i = at % size
        const weight = read(ds, Math.floor(at / size))
        if (weight === 0) continue
        out[at % out.length]! += term(weight, read(v, i), Math.tanh(read(q, i) + read(k, at)))
      }
    })
  }
}

const byScore: Term = (ds, v, t) => ds * v * (1 - t * t)

/** Attention over memories, and its gradients. */
export const attention: Meanings = {
  score([query, keys], { node, steps, rows }) {
    const [q, k] = [reader(query!), reader(keys!)]
    const size = keys!.type.shape[1]!
    return perRow(node.type, steps, rows, (out, read) =>
      out.forEach((_zero, place) => {
        for (let i = 0; i < size; i++) out[place]! += read(q, i) * read(k, place * size + i)
      }),
    )
  },

  mix([weights, memory], { node, steps, rows }) {
    const [w, m] = [reader(weights!), reader(memory!)]
    const [count, size] = memory!.type.shape as readonly [number, number]
    return perRow(node.type, steps, rows, (out, read) => {
      for (let place = 0; place < count; place++) {
        const weight = read(w, place)
        if (weight === 0) continue
        for (let i = 0; i < size; i++) out[i]! += weight * read(m, place * size + i)
      }
    })
  },

  row_outer([weights, vector], { node, steps, rows }) {
    const [w, v] = [reader(weights!), reader(vector!)]
    const size = node.type.shape[1]!
    return perRow(node.type, steps, rows, (out, read) =>
      out.forEach((_zero, at) => {
        const weight = read(w, Math.floor(at / size))
        if (weight !== 0) out[at] = weight * read(v, at % size)
      }),
    )
  },

  attention_softmax([scores, mask], { node, steps, rows }) {
    const [e, m] = [reader(scores!), reader(mask!)]
    return perRow(node.type, steps, rows, (out, read) => {
      const real = [...out.keys()].filter((place) => read(m, place) !== 0)
      const largest = real.reduce((most, place) => Math.max(most, read(e, place)), -Infinity)
      for (const place of real) out[place] = Math.exp(read(e, place) - largest)
      const total = out.reduce((sum, x) => sum + x, 0)
      for (const place of real) out[place]! /= total
    })
  },

  attention_softmax_gradient([weights, gradient], { node, steps, rows }) {
    const [w, dw] = [reader(weights!), reader(gradient!)]
    return perRow(node.type, steps, rows, (out, read) => {
      const real = [...out.keys()].filter((place) => read(w, place) !== 0)
      const mean = real.reduce((sum, place) => sum + read(w, place) * read(dw, place), 0)
      for (const place of real) out[place] = read(w, place) * (read(dw, place) - mean)
    })
  },

  score_additive([query, keys, vector], { node, steps, rows }) {
    const [q, k, v] = [reader(query!), reader(keys!), reader(vector!)]
    const size = keys!.type.shape[1]!
    return perRow(node.type, steps, rows, (out, read) =>
      out.forEach((_zero, place) => {
        for (let i = 0; i < size; i++)
          out[place]! += read(v, i) * Math.tanh(read(q, i) + read(k, place * size + i))
      }),
    )
  },

  score_additive_query: additiveGradient(byScore),
  score_additive_keys: additiveGradient(byScore),
  score_additive_vector: additiveGradient((ds, _v, t) => ds * t),
}
