import type { Operation } from '../operation.ts'
import { logSoftmaxRow } from './log-softmax.ts'
import { scan, scanGradient } from './scan.ts'
import { reverse, select } from './sequence.ts'

/** Tokens to vectors with a single 1; a token outside the classes gives zeros. */
const onehot: Operation = {
  kind: 'window',
  arity: 1,
  cost: 0,
  type: ([tokens], { classes }, sizes) => ({ extent: tokens!.extent, shape: [sizes.of(classes as number)] }),
}

/** Rows of an embedding table `[classes, size]`, one for each token. */
const gather: Operation = {
  kind: 'window',
  arity: 2,
  cost: 0,
  type: ([matrix, tokens]) => ({ extent: tokens!.extent, shape: [matrix!.shape[1]!] }),
}

/** Adds each row to the row of a matrix that its token names: the gradient of `gather`. */
const scatter: Operation = {
  kind: 'window',
  arity: 2,
  cost: 1,
  type: ([value], { classes }, sizes) => ({
    extent: 'once',
    shape: [sizes.of(classes as number), value!.shape[0]!],
  }),
}

/**
 * Dropout (Srivastava et al. 2014), scaled by 1/(1 - rate) while training: entry (step, row, unit) is kept where the
 * counter-based generator says so for this seed, update and `stream`. `offset` is the number of the vector's first
 * unit, for vectors that are a part of a wider one.
 */
const dropout: Operation = {
  kind: 'window',
  arity: 1,
  cost: 2,
  type: ([value]) => value!,
}

/** One result of an operation that has several. */
const pick: Operation = {
  kind: 'window',
  arity: 1,
  cost: 0,
  type: ([value]) => value!,
}

/** Operations of window graphs: tokens, dropout, and scans of a step graph over time. */
export const window: Readonly<Record<string, Operation>> = {
  onehot,
  gather,
  scatter,
  dropout,
  log_softmax: logSoftmaxRow,
  reverse,
  select,
  scan,
  scan_gradient: scanGradient,
  pick,
}
