import type { Windows } from '../data/index.ts'
import type { UpdateSettings } from '../runtime/types.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'

/** What the length of a run is reckoned from. */
export interface LengthContext {
  readonly settings: Settings
  readonly training: Windows
  readonly validation: Windows | undefined
  readonly session: Session
  readonly update: UpdateSettings
  /** Whether to give up measuring. */
  readonly stopped: () => boolean
}

/** Updates of a whole run, at least 1. Minutes are turned into updates by measuring once, before the first. */
export async function plannedUpdates(context: LengthContext): Promise<number> {
  const { settings, training } = context
  if ('steps' in settings) return settings.steps
  if ('epochs' in settings) return Math.max(1, Math.round(settings.epochs * training.count))
  const seconds = settings.minutes * 60
  const { perUpdate, spent } = await measure(context, Math.min(2, seconds / 20))
  return Math.max(1, Math.floor((seconds - spent) / (perUpdate * (1 + validationShare(context)))))
}

/** Time of validation for each second of training; a validation window costs about a third of a training window. */
function validationShare({ settings, training, validation }: LengthContext): number {
  if (!validation) return 0
  return validation.count / 3 / (settings.validateEvery || training.count)
}

/** Seconds for an update, from updates that are undone afterwards. The first one is not counted. */
async function measure(
  { session, training, update, stopped }: LengthContext,
  budget: number,
): Promise<{ perUpdate: number; spent: number }> {
  const before = session.snapshot()
  const window = training.at(0)
  const start = performance.now()
  let first = start
  let count = -1
  while (!stopped() && (count < 3 || performance.now() - start < budget * 1000)) {
    await session.run(window, { mode: 'gradients', training: true, update })
    if (++count === 0) first = performance.now()
  }
  const end = performance.now()
  session.restore(before)
  return { perUpdate: (end - first) / 1000 / Math.max(1, count), spent: (end - start) / 1000 }
}
