import type { UpdateSettings } from '../types.ts'

/** All entries of one parameter in float64. */
type Entries = Float64Array

/**
 * Clips all gradients of a model together, in place: each entry to ±clipValue, then all by one factor to the norm
 * clipNorm (Pascanu et al. 2013). Gives the norm between the two; where that is no finite number, the second clipping
 * would only spread it, and is left out.
 */
export function clipGradients(
  { clipValue, clipNorm }: UpdateSettings,
  gradients: readonly Entries[],
): number {
  let squares = 0
  for (const gradient of gradients) {
    if (clipValue > 0)
      gradient.forEach((g, i) => (gradient[i] = Math.max(-clipValue, Math.min(clipValue, g))))
    for (const g of gradient) squares += g * g
  }
  const norm = Math.sqrt(squares)
  const factor = clipNorm > 0 ? Math.min(1, clipNorm / (norm + 1e-6)) : 1
  if (Number.isFinite(norm) && factor !== 1)
    for (const gradient of gradients) gradient.forEach((g, i) => (gradient[i] = g * factor))
  return norm
}

/** The settings of an update as they are for one parameter. */
export function groupSettings(settings: UpdateSettings, name: string): UpdateSettings {
  const group = settings.groups?.findLast(({ parameters }) => parameters.includes(name))
  return group ? { ...settings, learningRate: group.learningRate, weightDecay: group.weightDecay } : settings
}

/** Moves the average of a parameter's values by a share of the way to the present ones. */
export function applyAverage({ averageShare = 0 }: UpdateSettings, average: Entries, value: Entries): void {
  if (averageShare === 0) return
  value.forEach((x, i) => (average[i] = (1 - averageShare) * average[i]! + averageShare * x))
}

/**
 * Updates one parameter in place from its clipped gradient; `slots` are the optimizer's buffers for it. The formulas
 * and the order of the slots stand in src/train/optimizers.ts; the gradient stays as it is.
 */
export function applyUpdate(
  settings: UpdateSettings,
  parameter: Entries,
  gradient: Entries,
  slots: readonly Entries[],
): void {
  const { rule, learningRate, weightDecay } = settings
  const step = rules[rule](settings, slots)
  const decoupled = rule === 'adamw'
  for (let i = 0; i < parameter.length; i++) {
    const p = decoupled ? parameter[i]! * (1 - learningRate * weightDecay) : parameter[i]!
    const g = decoupled ? gradient[i]! : gradient[i]! + weightDecay * p
    parameter[i] = p - learningRate * step(i, g)
  }
}

/** Direction of the step of entry i, given its gradient; updates the slots. */
type Rule = (settings: UpdateSettings, slots: readonly Entries[]) => (i: number, g: number) => number

const sgd: Rule =
  ({ momentum, nesterov }, [velocity]) =>
  (i, g) => {
    if (momentum === 0) return g
    const v = (velocity![i] = momentum * velocity![i]! + g)
    return nesterov ? g + momentum * v : v
  }

const rmsprop: Rule = ({ alpha, centered, momentum, epsilon }, slots) => {
  const [squares, means] = slots
  const velocity = slots[centered ? 2 : 1]
  return (i, g) => {
    const s = (squares![i] = alpha * squares![i]! + (1 - alpha) * g * g)
    const a = centered ? (means![i] = alpha * means![i]! + (1 - alpha) * g) : 0
    const scaled = g / (Math.sqrt(s - a * a) + epsilon)
    if (momentum === 0) return scaled
    return (velocity![i] = momentum * velocity![i]! + scaled)
  }
}

const adam: Rule = ({ beta1, beta2, epsilon, count }, [means, squares]) => {
  const correction1 = 1 - wholePower(beta1, count)
  const correction2 = 1 - wholePower(beta2, count)
  return (i, g) => {
    const m = (means![i] = beta1 * means![i]! + (1 - beta1) * g)
    const v = (squares![i] = beta2 * squares![i]! + (1 - beta2) * g * g)
    return m / correction1 / (Math.sqrt(v / correction2) + epsilon)
  }
}

const rules: Readonly<Record<UpdateSettings['rule'], Rule>> = { sgd, rmsprop, adam, adamw: adam }

/** Power with a whole exponent, by squaring: the same bits on every engine. */
function wholePower(base: number, exponent: number): number {
  let power = 1
  for (let factor = base, rest = exponent; rest > 0; rest = Math.floor(rest / 2), factor *= factor) {
    if (rest % 2 === 1) power *= factor
  }
  return power
}
