import type { Operation } from '../operation.ts'

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
}

/** A memory as a sequence: the gradient of `remember`. */
const recall: Operation = {
  kind: 'window',
  arity: 1,
  cost: 0,
  type: ([memory]) => ({ extent: 'step', shape: [memory!.shape[1]!] }),
}

/** The mask of what is remembered: 1 at the places before the end of the window, and of the row where it has a length. */
const places: Operation = {
  kind: 'window',
  arity: 'any',
  cost: 0,
  type: (_inputs, attributes, sizes) => ({ extent: 'row', shape: [sizes.of(attributes.places as number)] }),
}

/** A sequence without the steps whose entry in a mask [places], one a row, is 0: they are zero, whatever stands there. */
const keep: Operation = {
  kind: 'window',
  arity: 2,
  cost: 0,
  type: ([sequence]) => sequence!,
}

/** Operations of window graphs that make memories of sequences. */
export const memories: Readonly<Record<string, Operation>> = { remember, recall, places, keep }
