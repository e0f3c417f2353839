import { pow } from '../core/math.ts'
import { call as callFields } from '../plan/index.ts'
import type { Part, PartResult } from './parted.ts'
import type { Run, UpdateSettings } from './types.ts'

const field = new Map<string, number>(callFields.map((name, index) => [name, index]))
const modes = { forward: 1, gradients: 2, update: 4, pack: 8 } as const
const rules = ['sgd', 'rmsprop', 'adam', 'adamw'] as const
const passes = { forward: modes.forward, gradients: modes.forward | modes.gradients, update: 0 } as const

/**
 * The numbers of a call (see src/plan/format.ts).
 * @param lastSteps steps of the window before, from whose end states are carried on
 */
export function callOf(run: Run, part: Part, lastSteps: number): Float64Array {
  const { mode, update } = run
  const updating = isUpdating(run)
  const call = new Float64Array(callFields.length)
  set(call, {
    mode: passes[mode] | (updating ? modes.update | modes.pack : 0),
    steps: run.steps,
    lastSteps,
    carry: Number(run.carry ?? false),
    accumulate: Number(run.accumulate ?? false),
    training: Number(run.training ?? false),
    seed: run.seed ?? 0,
    counter: run.counter ?? 0,
    ...part,
    lossScale: part.lossScale * (run.share ?? 1),
    continued: Number(part.continued),
    unfinished: Number(part.unfinished),
  })
  if (update && updating) setUpdate(call, update)
  return call
}

/** The call that packs the parameters. */
export function packCall(): Float64Array {
  const call = new Float64Array(callFields.length)
  set(call, { mode: modes.pack, steps: 1 })
  return call
}

/** What a call that has ended gives back. */
export function resultOf(run: Run, call: Float64Array, hasLoss: boolean): PartResult {
  const read = (name: string): number => call[field.get(name)!]!
  return {
    loss: run.mode !== 'update' && hasLoss ? read('loss') / (run.share ?? 1) : NaN,
    lossSum: read('lossSum'),
    gradientNorm: isUpdating(run) ? read('gradientNorm') : NaN,
  }
}

const isUpdating = ({ mode, update }: Run): boolean => update !== undefined && mode !== 'forward'

/** Sets fields of a call by name. */
function set(call: Float64Array, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) call[field.get(name)!] = value
}

function setUpdate(call: Float64Array, update: UpdateSettings): void {
  const { rule, nesterov, centered, averageShare = 0, ...numbers } = update
  const { learningRate: _rate, weightDecay: _decay, groups: _groups, ...shared } = numbers
  set(call, {
    ...shared,
    averageShare,
    rule: rules.indexOf(rule),
    nesterov: Number(nesterov),
    centered: Number(centered),
    bias1: 1 - pow(update.beta1, update.count),
    bias2: 1 - pow(update.beta2, update.count),
  })
}
