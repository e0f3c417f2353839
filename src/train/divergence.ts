import { SluiceError } from '../core/errors.ts'
import type { RunResult } from '../runtime/types.ts'
import type { Settings } from './settings.ts'

/** What of an update is no finite number, or undefined if all is well. */
export function notFinite({ loss, gradientNorm }: RunResult): string | undefined {
  if (!Number.isFinite(loss)) return `loss (${loss})`
  return Number.isFinite(gradientNorm) ? undefined : `gradient (norm ${gradientNorm})`
}

/**
 * The error of a training whose numbers went out of range.
 * @param what a sentence without its end, such as `The loss (NaN) of update 7 is no finite number`
 * @param kept update of the last checkpoint; -1 for none
 */
export function diverged(what: string, { learningRate, clipNorm }: Settings, kept: number): SluiceError {
  const clip = clipNorm > 0 ? `a smaller clipNorm (now ${clipNorm})` : 'a clipNorm, such as 5'
  const rest = kept >= 0 ? ` The checkpoint of update ${kept} is kept.` : ''
  return new SluiceError(
    'training-diverged',
    `${what}: take a lower learning rate (now ${learningRate}) or ${clip}.${rest}`,
  )
}
