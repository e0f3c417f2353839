import { pow } from '../core/math.ts'
import { call as callFields } from '../plan/index.ts'
import type { Part, PartResult } from './parted.ts'
import type { Run, UpdateSettings } from './types.ts'

type Field = (typeof callFields)[number]
const at = Object.fromEntries(callFields.map((name, index) => [name, index])) as Readonly<
  Record<Field, number>
>
const modes = { forward: 1, gradients: 2, update: 4, pack: 8 } as const
const rules = ['sgd', 'rmsprop', 'adam', 'adamw'] as const
const passes = { forward: modes.forward, gradients: modes.forward | modes.gradients, update: 0 } as const

/**
 * The numbers of a call (see src/plan/format.ts).
 * @param lastSteps steps of the window before, from whose end states are carried on
 * @param call where they go, all zero
 */
export function callOf(run: Run, part: Part, lastSteps: number, call = emptyCall()): Float64Array {
  const updating = isUpdating(run)
  call[at.mode] = passes[run.mode] | (updating ? modes.update | modes.pack : 0)
  call[at.steps] = run.steps
  call[at.lastSteps] = lastSteps
  call[at.carry] = Number(run.carry ?? false)
  call[at.accumulate] = Number(run.accumulate ?? false)
  call[at.training] = Number(run.training ?? false)
  call[at.seed] = run.seed ?? 0
  call[at.counter] = run.counter ?? 0
  call[at.firstStep] = part.firstStep
  call[at.continued] = Number(part.continued)
  call[at.unfinished] = Number(part.unfinished)
  call[at.lossSum] = part.lossSum
  call[at.lossScale] = part.lossScale * (run.share ?? 1)
  if (run.update && updating) setUpdate(call, run.update)
  return call
}

/** Room for a call. */
export function emptyCall(): Float64Array {
  return new Float64Array(callFields.length)
}

/** The call that packs the parameters. */
export function packCall(): Float64Array {
  const call = emptyCall()
  call[at.mode] = modes.pack
  call[at.steps] = 1
  return call
}

/** What a call that has ended gives back. */
export function resultOf(run: Run, call: Float64Array, hasLoss: boolean): PartResult {
  return {
    loss: run.mode !== 'update' && hasLoss ? call[at.loss]! / (run.share ?? 1) : NaN,
    lossSum: call[at.lossSum]!,
    gradientNorm: isUpdating(run) ? call[at.gradientNorm]! : NaN,
  }
}

const isUpdating = ({ mode, update }: Run): boolean => update !== undefined && mode !== 'forward'

function setUpdate(call: Float64Array, update: UpdateSettings): void {
  const { rule, nesterov, centered, averageShare = 0, ...numbers } = update
  const { learningRate: _rate, weightDecay: _decay, groups: _groups, ...shared } = numbers
  for (const [name, value] of Object.entries(shared)) call[at[name as keyof typeof shared]] = value
  call[at.averageShare] = averageShare
  call[at.rule] = rules.indexOf(rule)
  call[at.nesterov] = Number(nesterov)
  call[at.centered] = Number(centered)
  call[at.bias1] = 1 - pow(update.beta1, update.count)
  call[at.bias2] = 1 - pow(update.beta2, update.count)
}
