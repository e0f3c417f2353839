import { SluiceError } from '../core/errors.ts'

/** The value, a whole number from `least` to `most`; otherwise the error says what `name` must be. */
export function wholeNumber(
  name: string,
  value: unknown,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  throw new SluiceError('option-value', `${name} must be a whole number ${range}, not ${String(value)}.`)
}

/** Limits of a number: `above` and `below` exclude the limit itself. */
export interface Range {
  readonly least?: number
  readonly above?: number
  readonly most?: number
  readonly below?: number
}

/** The value, a finite number within the limits; otherwise the error says what `name` must be. */
export function numberWithin(name: string, value: unknown, range: Range): number {
  const { least = -Infinity, above = -Infinity, most = Infinity, below = Infinity } = range
  const fits = (x: number) => Number.isFinite(x) && x >= least && x > above && x <= most && x < below
  if (typeof value === 'number' && fits(value)) return value
  throw new SluiceError('option-value', `${name} must be ${rangeText(range)}, not ${String(value)}.`)
}

function rangeText({ least, above, most, below }: Range): string {
  const limits = [
    least === undefined ? [] : [`at least ${least}`],
    above === undefined ? [] : [`above ${above}`],
    most === undefined ? [] : [`at most ${most}`],
    below === undefined ? [] : [`below ${below}`],
  ].flat()
  return limits.length === 0 ? 'a finite number' : `a number ${limits.join(' and ')}`
}

/** The value, one of the words; otherwise the error lists them. */
export function oneOf<const Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new SluiceError('option-value', `${name} must be one of ${words.join(', ')}, not ${String(value)}.`)
}

/** Refuses keys of an options object that nothing knows, by name. */
export function knownKeys(what: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    throw new SluiceError('option-unknown', `${what} has no option "${key}"; it takes ${known.join(', ')}.`)
  }
}
