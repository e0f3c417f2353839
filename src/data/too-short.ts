import { SluiceError } from '../core/errors.ts'
import type { Batching } from './windows.ts'

/** Whether a text can be cut in some way; whoever takes a smaller batch or window loses nothing by it. */
export type Fits = (batching: Batching) => boolean

/** Tokens of a text, what they are called, and how many of them are held out for validation. */
export interface Counts {
  readonly count: number
  /** Such as `characters`. */
  readonly unit: string
  readonly held?: number
}

/** The error of a text that is too short for a batch and window; it says which would fit. */
export function tooShort({ batch, window }: Batching, fits: Fits, counts: Counts): SluiceError {
  const { count } = counts
  if (!fits({ batch: 1, window: 1 })) return hopeless(counts)
  const given = { ...counts, batch, window }
  const mostBatch = largest(count, (most) => fits({ batch: most, window }))
  const mostWindow = largest(count, (most) => fits({ batch, window: most }))
  if (mostBatch > 0 && mostWindow > 0)
    return new SluiceError('text-too-short/either', { ...given, mostBatch, mostWindow })
  if (mostBatch > 0) return new SluiceError('text-too-short/batch', { ...given, mostBatch })
  if (mostWindow > 0) return new SluiceError('text-too-short/window', { ...given, mostWindow })
  const single = largest(count, (most) => fits({ batch: 1, window: most }))
  return new SluiceError('text-too-short/both', { ...given, mostWindow: single })
}

/** A text that no batch and window fit. */
function hopeless({ count, held = 0, unit }: Counts): SluiceError {
  if (count < 3) return new SluiceError('text-too-short/few', { count, unit })
  const variant = held < count / 2 ? 'validation' : 'training'
  return new SluiceError(`text-too-short/${variant}`, { count, held, unit })
}

/** The largest number from 1 to `most` that passes a test which all smaller ones pass too; 0 if none does. */
function largest(most: number, passes: (value: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (passes(middle)) low = middle
    else high = middle - 1
  }
  return low
}
