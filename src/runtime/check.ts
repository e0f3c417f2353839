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
  if (mode !== 'update' && !(Number.isInteger(steps) && steps >= 1 && steps <= longest))
    throw new SluiceError('program-run/steps', { longest, steps })
  if (mode === 'forward') return
  if (!gradient) throw new SluiceError('program-run/gradient')
  if (mode === 'update' && !update) throw new SluiceError('program-run/update')
  const needed = update ? slotsOf(update) : 0
  if (update && needed > gradient.slots)
    throw new SluiceError('program-run/slots', { rule: update.rule, needed, slots: gradient.slots })
}
