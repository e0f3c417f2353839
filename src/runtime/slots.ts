import type { UpdateSettings } from './types.ts'

/** Buffers that an update needs for each parameter beside its value and gradient. */
export function slotsOf({
  rule,
  momentum,
  centered,
}: Pick<UpdateSettings, 'rule' | 'momentum' | 'centered'>): number {
  const velocity = momentum > 0 ? 1 : 0
  if (rule === 'sgd') return velocity
  return rule === 'rmsprop' ? 1 + Number(centered) + velocity : 2
}
