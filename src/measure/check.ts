import { SluiceError } from '../core/errors.ts'

/** Refuses two lists of different length, and empty ones. */
export function requirePairs(what: string, a: ArrayLike<unknown>, b: ArrayLike<unknown>): void {
  if (a.length !== b.length)
    throw new SluiceError('measure-length', { what, first: a.length, second: b.length })
  if (a.length === 0) throw new SluiceError('measure-empty', { what })
}

/** Refuses what is no finite number. */
export function requireNumbers(values: ArrayLike<number>): void {
  for (let place = 0; place < values.length; place++) {
    if (Number.isFinite(values[place])) continue
    throw new SluiceError('measure-value/number', { place, value: String(values[place]) })
  }
}

/** The mean of what a function gives for each place from 0 to `count` - 1. */
export function meanOf(count: number, value: (place: number) => number): number {
  let sum = 0
  for (let place = 0; place < count; place++) sum += value(place)
  return sum / count
}
