import { SluiceError } from '../core/errors.ts'

/** Numbers of one step, or of many: one number, numbers one after the other, or a list of vectors. */
export type Numbers = number | ArrayLike<number> | readonly ArrayLike<number>[]

/** What numbers are, for errors: the `input` or `target` of example number `example`, from 0. */
export interface NumbersPlace {
  readonly what: 'input' | 'target' | 'mask'
  readonly example: number
}

/**
 * Numbers of steps one after the other.
 * @param width numbers of a step
 * @throws SluiceError `example-shape` where they are no whole steps
 */
export function flat(given: Numbers, width: number, place: NumbersPlace): ArrayLike<number> {
  const numbers = typeof given === 'number' ? [given] : isVectors(given) ? joined(given, width, place) : given
  if (typeof numbers !== 'object' || typeof numbers?.length !== 'number')
    throw new SluiceError('example-shape/numbers', { ...place })
  if (numbers.length % width !== 0)
    throw new SluiceError('example-shape/width', { ...place, width, given: numbers.length })
  return numbers
}

function isVectors(given: Exclude<Numbers, number>): given is readonly ArrayLike<number>[] {
  return typeof given?.[0] === 'object'
}

function joined(list: readonly ArrayLike<number>[], width: number, place: NumbersPlace): ArrayLike<number> {
  const all = new Float64Array(list.length * width)
  list.forEach((vector, step) => {
    const given = vector?.length ?? 0
    if (given !== width) throw new SluiceError('example-shape/vector', { ...place, step, width, given })
    all.set(vector, step * width)
  })
  return all
}

/** What numbers must be; finite in float32 in any case. */
export interface Wanted {
  /** Whole numbers from `least` to below `limit`. */
  readonly least?: number
  readonly limit?: number
  /** One number a step: 0 where they may be anything. */
  readonly mask?: ArrayLike<number> | undefined
}

/** Refuses numbers that are not what they must be. @throws SluiceError `example-value` */
export function requireNumbers(
  numbers: ArrayLike<number>,
  { width, ...place }: NumbersPlace & { readonly width: number },
  { least = -Infinity, limit, mask }: Wanted,
): void {
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at]!
    if (mask !== undefined && mask[Math.floor(at / width)] === 0) continue
    const isWhole = limit === undefined || (Number.isInteger(value) && value >= least && value < limit)
    if (Number.isFinite(Math.fround(value)) && isWhole) continue
    const where = { ...place, step: Math.floor(at / width), value: String(value) }
    if (!Number.isFinite(value)) throw new SluiceError('example-value/finite', where)
    if (limit === undefined) throw new SluiceError('example-value/large', where)
    throw new SluiceError('example-value/whole', { ...where, least, most: limit - 1 })
  }
}
