import { SluiceError } from '../core/errors.ts'

/** The value, a whole number from `least` to `most`; otherwise the error says what `name` must be. */
export function wholeNumber(
  name: string,
  value: unknown,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  const given = { name, least, value: String(value) }
  if (most === Number.MAX_SAFE_INTEGER) throw new SluiceError('option-value/whole', given)
  throw new SluiceError('option-value/between', { ...given, most })
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
  const given = { name, value: String(value) }
  if (Object.keys(range).length === 0) throw new SluiceError('option-value/finite', given)
  throw new SluiceError('option-value/number', { ...given, ...range })
}

/** The value, one of the words; otherwise the error lists them. */
export function oneOf<const Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new SluiceError('option-value/word', { name, words: words.join(', '), value: String(value) })
}

/** Refuses keys of an options object that nothing knows, by name. */
export function knownKeys(what: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    throw new SluiceError('option-unknown', { what, key, known: known.join(', ') })
  }
}
