import type { Operation, Sizes } from '../operation.ts'
import type { Type } from '../types.ts'

/*
 * Attention over a memory: a value once a row, of shape [places, size], whose mask [places] is 1 where a place counts and
 * 0 where it is padding. A place of weight 0 adds nothing to any result or gradient, whatever stands there, NaN too.
 */

/** Shape rule of what reads a vector and every place of a memory; the vector has an entry for each of a place. */
function places<S>([vector, memory]: readonly Type<S>[], sizes: Sizes<S>): Type<S> {
  sizes.same(vector!.shape[0]!, memory!.shape[1]!)
  return { extent: 'row', shape: [memory!.shape[0]!] }
}

/** The product of a vector with each place of a memory: the scores of dot attention (Luong, Pham and Manning 2015). */
const score: Operation = {
  kind: 'attention',
  arity: 2,
  cost: 0,
  type: (inputs, _attributes, sizes) => places(inputs, sizes),
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
}

/** In each row the outer product of a weight for each place and a vector: a gradient of a memory. */
const rowOuter: Operation = {
  kind: 'attention',
  arity: 2,
  cost: 0,
  type: ([weights, vector]) => ({ extent: 'row', shape: [weights!.shape[0]!, vector!.shape[0]!] }),
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
}

/** The gradient of scores from the weights and their gradient: w * (dw - sum of w * dw). */
const attentionSoftmaxGradient: Operation = {
  kind: 'attention',
  arity: 2,
  cost: 4,
  type: ([weights]) => weights!,
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
}

/** A gradient of additive scores: for each place and entry, `summed` over places or not. */
function additiveGradient(summed: boolean): Operation {
  return {
    kind: 'attention',
    arity: 4,
    cost: 0,
    type: ([_query, keys]) => ({ extent: 'row', shape: summed ? [keys!.shape[1]!] : keys!.shape }),
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
  score_additive_query: additiveGradient(true),
  score_additive_keys: additiveGradient(false),
  score_additive_vector: additiveGradient(true),
}
