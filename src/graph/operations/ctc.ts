import type { LossRule } from './loss.ts'
import { requireSetting } from './loss.ts'

/** Settings of the operation `ctc_loss`. */
export interface CtcLossAttributes {
  /** The class that stands for no label; 0 unless given. */
  readonly blank?: number
  /** `mean` unless given: the loss of a sequence divided by its number of labels (at least 1), its mean over the rows. */
  readonly reduction?: 'mean' | 'sum'
  /** Whether a sequence that no alignment fits counts as 0; otherwise its loss, and so the result, is infinite. */
  readonly zeroInfinity?: boolean
}

/**
 * Connectionist temporal classification (Graves et al. 2006): -log of the summed probability of all alignments, that is
 * of all ways to write one class a step from which the labels remain once repeats are joined and blanks dropped.
 * Inputs: logits [classes] for each step; labels, a vector of the most labels there are for each row, filled up with -1;
 * the steps of each row, and its number of labels. The logits after a row's last step are left out.
 * The gradient of a row that no alignment fits (too few steps for its labels) is zero.
 */
export const ctcLoss: LossRule = {
  arity: 4,
  reductions: ['mean', 'sum'],
  check([logits, ...given], attributes) {
    const axes = given.map(({ extent, shape }) => `${extent} ${shape.length}`)
    const must = 'a vector of labels, a number of steps and one of labels for each row'
    requireSetting(axes.join() === 'row 1,row 0,row 0', 'ctc_loss', 'what is right', must)
    const { blank = 0 } = attributes as CtcLossAttributes
    const isClass = Number.isInteger(blank) && blank >= 0 && blank < Number(logits!.shape[0])
    requireSetting(isClass, 'ctc_loss', 'blank', `one of the ${String(logits!.shape[0])} classes`)
  },
  divisor: ({ attributes, rows }) => ((attributes as CtcLossAttributes).reduction === 'sum' ? 1 : rows),
}
