import type { DerivativeContext, Operation, Sizes } from '../operation.ts'
import type { Type } from '../types.ts'
import { type Value, eachRow, reader, zeros } from '../value.ts'

/*
 * Attention over a memory: a value once a row, of shape [places, size], whose mask [places] is 1 where a place counts and
 * 0 where it is padding. A place of weight 0 adds nothing to any result or gradient, whatever stands there, NaN too.
 */

type Read = (step: number, row: number, entry: number) => number

/** Shape rule of what reads a vector and every place of a memory; the vector has an entry for each of a place. */
function places<S>([vector, memory]: readonly Type<S>[], sizes: Sizes<S>): Type<S> {
  sizes.same(vector!.shape[0]!, memory!.shape[1]!)
  return { extent: 'row', shape: [memory!.shape[0]!] }
}

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

/** The product of a vector with each place of a memory: the scores of dot attention (Luong, Pham and Manning 2015). */
const score: Operation = {
  kind: 'attention',
  arity: 2,
  cost: 0,
  type: (inputs, _attributes, sizes) => places(inputs, sizes),
  evaluate([query, keys], { node, steps, rows }) {
    const [q, k] = [reader(query!), reader(keys!)]
    const size = keys!.type.shape[1]!
    return perRow(node.type, steps, rows, (out, read) =>
      out.forEach((_zero, place) => {
        for (let i = 0; i < size; i++) out[place]! += read(q, i) * read(k, place * size + i)
      }),
    )
  },
  derivative: ({ build, inputs: [query, keys], dy, wanted }) => [
    wanted(0) ? build.add('mix', [dy, keys!]) : undefined,
    wanted(1) ? build.add('row_outer', [dy, query!]) : undefined,
  ],
}

/** The sum of the places of a memory, each times its weight. */
const mix: Operation = {
  kind: 'attention',
  arity: 2,
  cost: 0,
  type([weights, memory], _attributes, sizes) {
    sizes.same(weights!.shape[0]!, memory!.shape[0]!)
    return { extent: 'row', shape: [memory!.shape[1]!] }
  },
  evaluate([weights, memory], { node, steps, rows }) {
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
  derivative: ({ build, inputs: [weights, memory], dy, wanted }) => [
    wanted(0) ? build.add('score', [dy, memory!]) : undefined,
    wanted(1) ? build.add('row_outer', [weights!, dy]) : undefined,
  ],
}

/** In each row the outer product of a weight for each place and a vector: a gradient of a memory. */
const rowOuter: Operation = {
  kind: 'attention',
  arity: 2,
  cost: 0,
  type: ([weights, vector]) => ({ extent: 'row', shape: [weights!.shape[0]!, vector!.shape[0]!] }),
  evaluate([weights, vector], { node, steps, rows }) {
    const [w, v] = [reader(weights!), reader(vector!)]
    const size = node.type.shape[1]!
    return perRow(node.type, steps, rows, (out, read) =>
      out.forEach((_zero, at) => {
        const weight = read(w, Math.floor(at / size))
        if (weight !== 0) out[at] = weight * read(v, at % size)
      }),
    )
  },
}

/** Softmax of scores over the places whose mask is not 0; the others have weight 0, and so have all of an empty memory. */
const attentionSoftmax: Operation = {
  kind: 'attention',
  arity: 2,
  cost: 20,
  type([scores, mask], _attributes, sizes) {
    sizes.same(scores!.shape[0]!, mask!.shape[0]!)
    return { extent: 'row', shape: scores!.shape }
  },
  evaluate([scores, mask], { node, steps, rows }) {
    const [e, m] = [reader(scores!), reader(mask!)]
    return perRow(node.type, steps, rows, (out, read) => {
      const real = [...out.keys()].filter((place) => read(m, place) !== 0)
      const largest = real.reduce((most, place) => Math.max(most, read(e, place)), -Infinity)
      for (const place of real) out[place] = Math.exp(read(e, place) - largest)
      const total = out.reduce((sum, x) => sum + x, 0)
      for (const place of real) out[place]! /= total
    })
  },
  derivative: ({ build, y, dy }) => [build.add('attention_softmax_gradient', [y, dy]), undefined],
}

/** The gradient of scores from the weights and their gradient: w * (dw - sum of w * dw). */
const attentionSoftmaxGradient: Operation = {
  kind: 'attention',
  arity: 2,
  cost: 4,
  type: ([weights]) => weights!,
  evaluate([weights, gradient], { node, steps, rows }) {
    const [w, dw] = [reader(weights!), reader(gradient!)]
    return perRow(node.type, steps, rows, (out, read) => {
      const real = [...out.keys()].filter((place) => read(w, place) !== 0)
      const mean = real.reduce((sum, place) => sum + read(w, place) * read(dw, place), 0)
      for (const place of real) out[place] = read(w, place) * (read(dw, place) - mean)
    })
  },
}

/** v . tanh(q + k) for each place k of a memory: the scores of additive attention (Bahdanau, Cho and Bengio 2015). */
const scoreAdditive: Operation = {
  kind: 'attention',
  arity: 3,
  cost: 0,
  type([query, keys, vector], _attributes, sizes) {
    sizes.same(query!.shape[0]!, vector!.shape[0]!)
    return places([query!, keys!], sizes)
  },
  evaluate([query, keys, vector], { node, steps, rows }) {
    const [q, k, v] = [reader(query!), reader(keys!), reader(vector!)]
    const size = keys!.type.shape[1]!
    return perRow(node.type, steps, rows, (out, read) =>
      out.forEach((_zero, place) => {
        for (let i = 0; i < size; i++)
          out[place]! += read(v, i) * Math.tanh(read(q, i) + read(k, place * size + i))
      }),
    )
  },
  derivative({ build, inputs, dy, wanted }: DerivativeContext) {
    const part = (index: number, of: string): number | undefined =>
      wanted(index) ? build.add(`score_additive_${of}`, [...inputs, dy]) : undefined
    return [part(0, 'query'), part(1, 'keys'), part(2, 'vector')]
  },
}

/** A gradient of additive scores: `term` of ds, v and tanh(q + k) for each place and entry, `summed` over places or not. */
function additiveGradient(summed: boolean, term: (ds: number, v: number, t: number) => number): Operation {
  return {
    kind: 'attention',
    arity: 4,
    cost: 0,
    type: ([_query, keys]) => ({ extent: 'row', shape: summed ? [keys!.shape[1]!] : keys!.shape }),
    evaluate([query, keys, vector, gradient], { node, steps, rows }) {
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
    },
  }
}

/** The operations of a step that attends to a memory, and those of their derivatives. */
export const attention: Readonly<Record<string, Operation>> = {
  score,
  mix,
  row_outer: rowOuter,
  attention_softmax: attentionSoftmax,
  attention_softmax_gradient: attentionSoftmaxGradient,
  score_additive: scoreAdditive,
  score_additive_query: additiveGradient(true, (ds, v, t) => ds * v * (1 - t * t)),
  score_additive_keys: additiveGradient(false, (ds, v, t) => ds * v * (1 - t * t)),
  score_additive_vector: additiveGradient(true, (ds, _v, t) => ds * t),
}
