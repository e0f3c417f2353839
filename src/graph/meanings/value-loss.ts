import { type ValueLossAttributes, type ValueLossForm, valueLossForm } from '../operations/value-loss.ts'
import type { LossSum } from './loss.ts'

/** Losses of the entries that count. */
export const valueLoss: LossSum = ({ attributes, inputs: [prediction, target, mask] }, gradient) => {
  const form = valueLossForm(attributes as unknown as ValueLossAttributes)
  const size = prediction!.type.shape[0]!
  const each = Math.max(1, form.levels.length)
  let sum = 0
  prediction!.data.forEach((x, i) => {
    if (mask && mask.data[Math.floor(i / size)] === 0) return
    const { loss, slope } = lossOf(x - target!.data[Math.floor(i / each)]!, form, form.levels[i % each])
    sum += loss
    gradient[i] = slope
  })
  return sum
}

/** Loss of one entry that is too large by d, and its derivative. */
function lossOf(
  d: number,
  { factor, delta }: ValueLossForm,
  level: number | undefined,
): { readonly loss: number; readonly slope: number } {
  if (level !== undefined) {
    const slope = d < 0 ? -level : 1 - level
    return { loss: factor * slope * d, slope: d === 0 ? 0 : factor * slope }
  }
  const size = Math.abs(d)
  const loss = size <= delta ? 0.5 * d * d : delta * (size - 0.5 * delta)
  return { loss: factor * loss, slope: factor * Math.min(Math.max(d, -delta), delta) }
}
