import type { LayerCell } from '../cells/index.ts'
import { reference } from '../runtime/index.ts'
import { cellTrial, trialDifferences, trialGradients, worstDifference } from './cell-program.ts'

/** How far the derivative of a cell is from finite differences. */
export interface GradientCheck {
  /** Largest difference, as a share of the larger of 1 and the value. */
  readonly error: number
  /** Where it is: a parameter, or `input x`, `state c`. */
  readonly at: string
  /** Whether rounding explains it. */
  readonly ok: boolean
}

/** Largest error that rounding explains; a wrong derivative is off by far more. */
const tolerance = 1e-6

/**
 * Compares the derivative of a cell with finite differences in float64, over a few steps with random numbers.
 * @param sizes all of the cell's, such as `{ input: 3, hidden: 4 }`: small ones, for it takes two runs for each number
 * @throws SluiceError `cell-sizes`
 */
export async function checkGradient(
  { graph }: Pick<LayerCell['cell'], 'graph'>,
  sizes: Readonly<Record<string, number>>,
): Promise<GradientCheck> {
  const trial = cellTrial(graph(sizes))
  const gradients = await trialGradients(reference, trial)
  const { name, error } = worstDifference(gradients, await trialDifferences(reference, trial))
  return { error, at: name, ok: error <= tolerance }
}
