import type { LossRule } from './loss.ts'
import { countPositions, requireSequence, requireSetting } from './loss.ts'

const kinds = ['squared', 'absolute', 'huber', 'smooth_l1', 'quantile'] as const

/** Settings of the operation `value_loss`. With d = prediction - target, the loss of an entry is */
export interface ValueLossAttributes {
  /**
   * `squared`: d²; `absolute`: |d|; `huber` (Huber 1964): d²/2 where |d| <= delta, else delta (|d| - delta/2);
   * `smooth_l1` (Girshick 2015): huber of delta = beta, divided by beta;
   * `quantile` (Koenker & Bassett 1978): -level d where d < 0, else (1 - level) d, for each of the levels.
   */
  readonly kind: (typeof kinds)[number]
  /** For `huber`, above 0; 1 unless given. */
  readonly delta?: number
  /** For `smooth_l1`, above 0; 1 unless given. */
  readonly beta?: number
  /**
   * For `quantile`, above 0 and below 1. The prediction has an entry for each level of each entry of the target; the
   * levels of one entry are neighbours: entry `i * levels.length + j` is level j of entry i.
   */
  readonly levels?: readonly number[]
  /** `mean` over all entries of the prediction that count, unless given. */
  readonly reduction?: 'mean' | 'sum'
}

/** What all kinds come down to: `factor` times huber of a delta, which may be infinite, or times quantiles. */
export interface ValueLossForm {
  readonly factor: number
  readonly delta: number
  /** Empty for huber. */
  readonly levels: readonly number[]
}

/** The common form of a kind: |d| is twice the loss of the median, d² twice that of huber without an end. */
export function valueLossForm({
  kind,
  delta = 1,
  beta = 1,
  levels = [],
}: ValueLossAttributes): ValueLossForm {
  switch (kind) {
    case 'squared':
      return { factor: 2, delta: Infinity, levels: [] }
    case 'absolute':
      return { factor: 2, delta: Infinity, levels: [0.5] }
    case 'huber':
      return { factor: 1, delta, levels: [] }
    case 'smooth_l1':
      return { factor: 1 / beta, delta: beta, levels: [] }
    case 'quantile':
      return { factor: 1, delta: Infinity, levels }
  }
}

/**
 * Loss of values: inputs prediction, target of its size (`quantile`: of a part of it), and perhaps a mask, a whole number
 * a step and row. Where the mask is 0 a position is left out, whatever stands there. A tie has no gradient.
 */
export const valueLoss: LossRule = {
  arity: 'any',
  marks: 2,
  reductions: ['mean', 'sum'],
  check([prediction, target], attributes, sizes) {
    const { kind, delta = 1, beta = 1, levels } = attributes as unknown as ValueLossAttributes
    const isLevel = (level: number): boolean => level > 0 && level < 1
    requireSetting(kinds.includes(kind), 'value_loss', 'kind', `one of ${kinds.join(', ')}`)
    requireSetting(delta > 0, 'value_loss', 'delta', 'above 0')
    requireSetting(beta > 0, 'value_loss', 'beta', 'above 0')
    const levelsFit = kind === 'quantile' ? levels !== undefined && levels.length > 0 : levels === undefined
    requireSetting(levelsFit, 'value_loss', 'levels', 'given for quantiles alone, at least one')
    requireSetting((levels ?? []).every(isLevel), 'value_loss', 'levels', 'above 0 and below 1')
    requireSequence(target!, 1, 'value_loss', 'the target')
    sizes.same(sizes.part(prediction!.shape[0]!, levels?.length ?? 1), target!.shape[0]!)
  },
  divisor(counted) {
    const { reduction } = counted.attributes as unknown as ValueLossAttributes
    return reduction === 'sum' ? 1 : Math.max(1, counted.size * countPositions(counted))
  },
}
