import type { Example } from 'sluice'
import { Stream } from 'sluice/data'
import { packageText } from '../folders.ts'

/** Rows of an image, and pixels of a row. */
export const side = 28

/** A handwritten digit: its rows from the top, pixels from 0 (paper) to 1 (ink), and which digit it is. */
export interface Digit extends Example {
  readonly input: readonly Float32Array[]
  readonly target: number
}

/** The 10,000 digits of the package `mnist` (LeCun, Cortes and Burges 1998), in an order that the seed gives. */
export function digits(seed: number): readonly Digit[] {
  const all = Array.from({ length: 10 }, (_unused, digit) => {
    const { data } = JSON.parse(packageText('mnist', `src/digits/${digit}.json`)) as { data: number[] }
    const images = Array.from({ length: data.length / side ** 2 }, (_other, image) =>
      data.slice(image * side ** 2, (image + 1) * side ** 2),
    )
    return images.map((pixels): Digit => ({ input: rowsOf(pixels), target: digit }))
  })
  return new Stream(seed).shuffle(all.flat())
}

function rowsOf(pixels: readonly number[]): readonly Float32Array[] {
  return Array.from({ length: side }, (_unused, row) =>
    Float32Array.from(pixels.slice(row * side, (row + 1) * side)),
  )
}

/** How a digit is written otherwise: pixels to the right and down, and pixels that its top leans to the right. */
export interface Otherwise {
  readonly right: number
  readonly down: number
  readonly lean: number
}

/** A digit as somebody else might have written it, on paper without end. */
export function otherwise({ input, target }: Digit, { right, down, lean }: Otherwise): Digit {
  const rows = input.map((_row, y) => {
    const moved = right + Math.round(lean * (1 - (2 * y) / (side - 1)))
    return Float32Array.from({ length: side }, (_unused, x) => input[y - down]?.[x - moved] ?? 0)
  })
  return { input: rows, target }
}
