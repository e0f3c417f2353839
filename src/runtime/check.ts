import { SluiceError } from '../core/errors.ts'
import type { Program, Run, UpdateSettings } from './types.ts'

/** Buffers that an update needs for each parameter beside its value and gradient. */
export function slotsOf({ rule, momentum, centered }: UpdateSettings): number {
  const velocity = momentum > 0 ? 1 : 0
  if (rule === 'sgd') return velocity
  return rule === 'rmsprop' ? 1 + Number(centered) + velocity : 2
}

/** Makes sure that a program can do a call. @throws SluiceError `program-run` */
export function checkRun({ gradient, steps: longest }: Program, { mode, steps, update }: Run): void {
  const wrong = (message: string) => new SluiceError('program-run', message)
  if (mode !== 'update' && !(Number.isInteger(steps) && steps >= 1 && steps <= longest))
    throw wrong(`A window of this program has 1 to ${longest} steps, not ${steps}.`)
  if (mode === 'forward') return
  if (!gradient) throw wrong('This program has no gradients: compile it with `gradient` to train it.')
  if (mode === 'update' && !update) throw wrong('A call with the mode "update" needs the settings of the update.')
  const slots = update ? slotsOf(update) : 0
  if (update && slots > gradient.slots)
    throw wrong(`The update "${update.rule}" needs ${slots} slots, but this program keeps ${gradient.slots}.`)
}
