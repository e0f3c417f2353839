import type { Operation, Sizes } from '../operation.ts'
import type { Attributes, Type } from '../types.ts'
import { SluiceError } from '../../core/errors.ts'

/** What a loss divides by depends on its attributes, on the prediction's size, and on what counts in this call. */
export interface Counted {
  readonly attributes: Attributes
  /** Entries of the prediction at one position. */
  readonly size: number
  /** The whole numbers of the input that says what counts, one a step and row; absent where everything does. */
  readonly marks: ArrayLike<number> | undefined
  readonly steps: number
  readonly rows: number
}

/**
 * A loss over a window: a sum over positions or rows (`LossSum`), divided by a number. Its first input is the prediction.
 */
export interface LossRule {
  readonly arity: Operation['arity']
  /** Index of the input of whole numbers that says which positions count. */
  readonly marks?: number
  /** What the attribute `reduction` may say; `mean` unless given. */
  readonly reductions: readonly string[]
  /** Throws when the types of the inputs or the attributes do not fit. */
  check<S>(inputs: readonly Type<S>[], attributes: Attributes, sizes: Sizes<S>): void
  /** The number that the sum is divided by, never 0. */
  divisor(counted: Counted): number
}

/** The operations NAME, a number, and NAME_gradient, which has the inputs of NAME and the gradient of its value. */
export function lossOperations(name: string, rule: LossRule): Readonly<Record<string, Operation>> {
  const loss: Operation = {
    kind: 'window',
    arity: rule.arity,
    cost: 20,
    type(inputs, attributes, sizes) {
      checkInputs(inputs, name, rule)
      const isKnown = rule.reductions.includes((attributes.reduction as string | undefined) ?? 'mean')
      requireSetting(isKnown, name, 'reduction', `one of ${rule.reductions.join(', ')}`)
      rule.check(inputs, attributes, sizes)
      return { extent: 'once', shape: [] }
    },
  }
  const gradient: Operation = {
    kind: 'window',
    arity: rule.arity === 'any' ? 'any' : rule.arity + 1,
    cost: 20,
    type: ([prediction]) => prediction!,
  }
  return { [name]: loss, [`${name}_gradient`]: gradient }
}

/** Makes sure that the prediction, and what says which positions count, are there at each step. */
function checkInputs<S>(inputs: readonly Type<S>[], name: string, { marks = -1 }: LossRule): void {
  requireSequence(inputs[0]!, 1, name, 'the prediction')
  if (inputs[marks]) requireSequence(inputs[marks], 0, name, 'what counts')
}

/** Makes sure that an input is a number (`axes` 0) or a vector (1) a step and row. @throws SluiceError `loss-setting` */
export function requireSequence<S>(
  { extent, shape }: Type<S>,
  axes: 0 | 1,
  loss: string,
  name: string,
): void {
  const must = `one ${axes === 0 ? 'number' : 'vector'} for each step and row`
  requireSetting(extent === 'step' && shape.length === axes, loss, name, must)
}

/** Positions that are not marked with 0; all where nothing is marked. */
export function countPositions({ marks, steps, rows }: Counted): number {
  const positions = steps * rows
  if (!marks) return positions
  let count = 0
  for (let i = 0; i < positions; i++) if (marks[i] !== 0) count++
  return count
}

/** Makes sure that an attribute of a loss holds. @throws SluiceError `loss-setting` */
export function requireSetting(holds: boolean, loss: string, name: string, must: string): void {
  if (!holds) throw new SluiceError('loss-setting', { loss, name, must })
}

/** Makes sure that a list has one number, none negative, for each entry. @throws SluiceError `loss-setting` */
export function requireWeights(
  weights: readonly number[] | undefined,
  size: unknown,
  loss: string,
  name: string,
): void {
  const fits = weights === undefined || (weights.length === size && weights.every((weight) => weight >= 0))
  requireSetting(fits, loss, name, `one number, 0 or more, for each of the ${String(size)} entries`)
}
