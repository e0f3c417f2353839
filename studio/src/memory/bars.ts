/** A bar of a chart whose middle is 1: above it something grows, below it shrinks. */
export interface Bar {
  /** Place and height as shares of the whole, from the top. */
  readonly top: number
  readonly height: number
  readonly grows: boolean
  /** Whether the number lies beyond the end of the scale. */
  readonly isCut: boolean
}

/** A scale of powers of ten, from the bottom to the top. */
export interface LogScale {
  readonly least: number
  readonly most: number
}

/** Bars of factors on a scale of powers of ten. Zero, and what is no number, goes to the bottom. */
export function barsOf(factors: ArrayLike<number>, { least, most }: LogScale): readonly Bar[] {
  const [low, high] = [Math.log10(least), Math.log10(most)]
  const placeOf = (factor: number): number => (high - Math.log10(factor)) / (high - low)
  const one = placeOf(1)
  return Array.from(factors, (factor) => {
    const place = factor > 0 ? placeOf(factor) : Infinity
    const end = Math.min(1, Math.max(0, place))
    const [top, bottom] = [Math.min(one, end), Math.max(one, end)]
    return { top, height: bottom - top, grows: place < one, isCut: place < 0 || place > 1 }
  })
}

/**
 * Steps back after which less than a share of a change is left for good; undefined where it never is. What is no number
 * comes of a product that exploded.
 */
export function reach(products: ArrayLike<number>, share = 0.01): number | undefined {
  const last = Array.from(products).findLastIndex((product) => !(product < share))
  return last + 1 < products.length ? last + 1 : undefined
}
