import type { BatchSource } from '../data/index.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'
import type { Updates } from './updates.ts'

/** What the length of a run is reckoned from. */
export interface LengthContext {
  readonly settings: Settings
  readonly training: BatchSource
  readonly validation: BatchSource | undefined
  readonly session: Session
  readonly updates: Updates
  /** Whether to give up measuring. */
  readonly stopped: () => boolean
}

/**
 * Updates of a whole run, at least 1. Minutes are turned into updates by measuring once, before the first; undefined if
 * that was stopped.
 */
export async function plannedUpdates(context: LengthContext): Promise<number | undefined> {
  const { settings, training, validation, updates } = context
  const known = knownUpdates(settings, training.count)
  if (known !== undefined || !('minutes' in settings)) return known
  const seconds = settings.minutes * 60
  const measured = await measure(context, Math.min(2, seconds / 20))
  if (!measured) return undefined
  const { perUpdate, perForward, spent } = measured
  const validations = 1 / (settings.validateEvery || updates.perEpoch)
  const perValidation = perForward * (validation?.count ?? 0)
  return Math.max(1, Math.floor((seconds - spent) / (perUpdate + perValidation * validations)))
}

/** Updates of a run whose length is given in updates or epochs of so many batches; undefined where it must be measured. */
export function knownUpdates(settings: Settings, batches: number): number | undefined {
  if ('steps' in settings) return settings.steps
  return 'epochs' in settings
    ? Math.max(1, Math.round((settings.epochs * batches) / settings.accumulate))
    : undefined
}

/** What was measured, in seconds. */
interface Measured {
  readonly perUpdate: number
  /** A batch of validation; 0 where there is none. */
  readonly perForward: number
  readonly spent: number
}

/**
 * Measures with the first updates of the run, which are undone afterwards, the first of them not counted: batches may be of
 * different length. Undefined if it was stopped.
 */
async function measure(
  { session, validation, updates, stopped }: LengthContext,
  budget: number,
): Promise<Measured | undefined> {
  const before = session.snapshot()
  const start = performance.now()
  let first = start
  let count = -1
  const isEnough = (): boolean => count >= 3 && performance.now() - start >= budget * 1000
  while (!stopped() && !isEnough()) {
    await updates.run(session, { step: count + 2, total: 1, averaged: 0 })
    if (++count === 0) first = performance.now()
  }
  const trained = performance.now()
  const whole = isEnough()
  if (whole && validation) await session.run(await validation.at(0, 0), { mode: 'forward', training: false })
  const end = performance.now()
  session.restore(before)
  if (!whole) return undefined
  return {
    perUpdate: (trained - first) / 1000 / count,
    perForward: (end - trained) / 1000,
    spent: (end - start) / 1000,
  }
}
