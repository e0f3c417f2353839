import type { Operation } from '../operation.ts'

/** `log(softmax(a))` over the entries of each vector. */
export const logSoftmaxRow: Operation = {
  kind: 'window',
  arity: 1,
  cost: 20,
  type: ([logits]) => logits!,
}
