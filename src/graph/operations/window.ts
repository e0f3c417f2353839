import type { Operation } from '../operation.ts'
import type { Type } from '../types.ts'
import { type Value, eachRow, reader, zeros } from '../value.ts'
import { dropoutKey, keeps } from '../../core/dropout.ts'
import { scan, scanGradient } from './scan.ts'
import { reverse, select } from './sequence.ts'

const scalarOnce: Type = { extent: 'once', shape: [] }

/** Tokens to vectors with a single 1; a token outside the classes gives zeros. */
const onehot: Operation = {
  kind: 'window',
  arity: 1,
  cost: 0,
  type: ([tokens], { classes }, sizes) => ({ extent: tokens!.extent, shape: [sizes.of(classes as number)] }),
  evaluate([tokens], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const classes = node.attributes.classes as number
    tokens!.data.forEach((token, row) => {
      if (token >= 0 && token < classes) result.data[row * classes + token] = 1
    })
    return result
  },
  derivative: () => [undefined],
}

/** Rows of an embedding table `[classes, size]`, one for each token. */
const gather: Operation = {
  kind: 'window',
  arity: 2,
  cost: 0,
  type: ([matrix, tokens]) => ({ extent: tokens!.extent, shape: [matrix!.shape[1]!] }),
  evaluate([matrix, tokens], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const size = node.type.shape[0]!
    tokens!.data.forEach((token, row) => {
      result.data.set(matrix!.data.subarray(token * size, (token + 1) * size), row * size)
    })
    return result
  },
  derivative({ build, inputs: [matrix, tokens], dy }) {
    return [build.add('scatter', [dy, tokens!], { classes: build.type(matrix!).shape[0]! }), undefined]
  },
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
  evaluate([value, tokens], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const size = node.type.shape[1]!
    tokens!.data.forEach((token, row) => {
      for (let i = 0; i < size; i++) result.data[token * size + i]! += value!.data[row * size + i]!
    })
    return result
  },
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
  evaluate([value], context) {
    const { node, steps, rows, seed, update } = context
    const { rate, stream, offset = 0 } = node.attributes as { rate: number; stream: number; offset?: number }
    const result = zeros(node.type, steps, rows)
    const size = node.type.shape[0]!
    const key = dropoutKey(seed, update, stream)
    result.data.forEach((_zero, i) => {
      const kept = keeps(key, Math.floor(i / size), offset + (i % size), rate)
      result.data[i] = kept ? value!.data[i]! / (1 - rate) : 0
    })
    return result
  },
  derivative: ({ build, node, dy }) => [build.add('dropout', [dy], node.attributes)],
}

/** `log(softmax(a))` over the entries of each vector, without overflow. */
function logSoftmax(logits: Value, type: Type, steps: number, rows: number): Value {
  const result = zeros(type, steps, rows)
  const size = type.shape[0]!
  const read = reader(logits)
  eachRow(type, steps, rows, (step, row, index) => {
    const row0 = Array.from({ length: size }, (_unused, i) => read(step, row, i))
    const largest = row0.reduce((most, x) => Math.max(most, x), -Infinity)
    const log = largest + Math.log(row0.reduce((total, x) => total + Math.exp(x - largest), 0))
    row0.forEach((x, i) => {
      result.data[index * size + i] = x - log
    })
  })
  return result
}

const logSoftmaxRow: Operation = {
  kind: 'window',
  arity: 1,
  cost: 20,
  type: ([logits]) => logits!,
  evaluate: ([logits], { node, steps, rows }) => logSoftmax(logits!, node.type, steps, rows),
  derivative({ build, y, dy }) {
    const total = build.add('sum', [dy])
    return [build.add('sub', [dy, build.add('mul', [build.add('exp', [y]), total])])]
  },
}

function counted(targets: Value): number {
  return targets.data.reduce((count, target) => count + (target >= 0 ? 1 : 0), 0)
}

/** Mean cross-entropy (nats) of logits and integer targets; negative targets are left out of loss and mean. */
const crossEntropy: Operation = {
  kind: 'window',
  arity: 2,
  cost: 20,
  type: () => ({ extent: 'once', shape: [] }),
  evaluate([logits, targets], { steps, rows }) {
    const result = zeros(scalarOnce, steps, rows)
    const log = logSoftmax(logits!, logits!.type, steps, rows)
    const size = logits!.type.shape[0]!
    targets!.data.forEach((target, row) => {
      if (target >= 0) result.data[0]! -= log.data[row * size + target]!
    })
    result.data[0]! /= Math.max(1, counted(targets!))
    return result
  },
  derivative({ build, inputs: [logits, targets], dy }) {
    return [build.add('cross_entropy_gradient', [logits!, targets!, dy]), undefined]
  },
}

const crossEntropyGradient: Operation = {
  kind: 'window',
  arity: 3,
  cost: 20,
  type: ([logits]) => logits!,
  evaluate([logits, targets, dy], { node, steps, rows }) {
    const result = logSoftmax(logits!, node.type, steps, rows)
    const size = node.type.shape[0]!
    const scale = dy!.data[0]! / Math.max(1, counted(targets!))
    result.data.forEach((log, i) => {
      const target = targets!.data[Math.floor(i / size)]!
      result.data[i] = target < 0 ? 0 : scale * (Math.exp(log) - (i % size === target ? 1 : 0))
    })
    return result
  },
}

/** One result of an operation that has several. */
const pick: Operation = {
  kind: 'window',
  arity: 1,
  cost: 0,
  type: ([value]) => value!,
  evaluate: ([value]) => value!,
}

/** Operations of window graphs: tokens, dropout, losses, and scans of a step graph over time. */
export const window: Readonly<Record<string, Operation>> = {
  onehot,
  gather,
  scatter,
  dropout,
  log_softmax: logSoftmaxRow,
  cross_entropy: crossEntropy,
  cross_entropy_gradient: crossEntropyGradient,
  reverse,
  select,
  scan,
  scan_gradient: scanGradient,
  pick,
}
