import type { Operation } from '../operation.ts'
import { type Value, entries, zeros } from '../value.ts'

/** The vectors of one row of a value: those of its steps, or those of its places. */
function vectorsOf({ type, data, rows, steps }: Value, row: number): (at: number) => Float64Array {
  const isSequence = type.extent === 'step'
  const size = isSequence ? entries(type.shape) : type.shape[1]!
  const count = isSequence ? steps : type.shape[0]!
  const first = (at: number): number => (isSequence ? (at * rows + row) * size : (row * count + at) * size)
  return (at) => (at < count ? data.subarray(first(at), first(at) + size) : new Float64Array(size))
}

/** Copies vector after vector of each row from one value to another, as many as the other has. */
function copied(from: Value, to: Value, count: number): Value {
  for (let row = 0; row < to.rows; row++) {
    const [source, target] = [vectorsOf(from, row), vectorsOf(to, row)]
    for (let at = 0; at < count; at++) target(at).set(source(at))
  }
  return to
}

/**
 * A sequence as a memory of `places` places: step t is place t, places beyond the window are zero. There are at least as
 * many places as steps; a mask leaves out those beyond the window.
 */
const remember: Operation = {
  kind: 'window',
  arity: 1,
  cost: 0,
  type: ([sequence], attributes, sizes) => ({
    extent: 'row',
    shape: [sizes.of(attributes.places as number), sequence!.shape[0]!],
  }),
  evaluate: ([sequence], { node, steps, rows }) =>
    copied(sequence!, zeros(node.type, steps, rows), Math.min(steps, node.type.shape[0]!)),
  derivative: ({ build, dy }) => [build.add('recall', [dy])],
}

/** A memory as a sequence: the gradient of `remember`. */
const recall: Operation = {
  kind: 'window',
  arity: 1,
  cost: 0,
  type: ([memory]) => ({ extent: 'step', shape: [memory!.shape[1]!] }),
  evaluate: ([memory], { node, steps, rows }) => copied(memory!, zeros(node.type, steps, rows), steps),
}

/** The mask of what is remembered: 1 at the places before the end of the window, and of the row where it has a length. */
const places: Operation = {
  kind: 'window',
  arity: 'any',
  cost: 0,
  type: (_inputs, attributes, sizes) => ({ extent: 'row', shape: [sizes.of(attributes.places as number)] }),
  evaluate([lengths], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const count = node.type.shape[0]!
    result.data.forEach((_zero, i) => {
      const end = Math.min(steps, lengths?.data[Math.floor(i / count)] ?? steps)
      result.data[i] = i % count < end ? 1 : 0
    })
    return result
  },
  derivative: ({ inputs }) => inputs.map(() => undefined),
}

/** A sequence without the steps whose entry in a mask [places], one a row, is 0: they are zero, whatever stands there. */
const keep: Operation = {
  kind: 'window',
  arity: 2,
  cost: 0,
  type: ([sequence]) => sequence!,
  evaluate([sequence, mask], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const size = node.type.shape[0]!
    const count = mask!.type.shape[0]!
    sequence!.data.forEach((x, i) => {
      const at = Math.floor(i / size)
      const [step, row] = [Math.floor(at / rows), at % rows]
      if (step < count && mask!.data[row * count + step] !== 0) result.data[i] = x
    })
    return result
  },
  derivative: ({ build, inputs: [, mask], dy }) => [build.add('keep', [dy, mask!]), undefined],
}

/** Operations of window graphs that make memories of sequences. */
export const memories: Readonly<Record<string, Operation>> = { remember, recall, places, keep }
