import type { Stream } from 'sluice/data'
import { type Digit, side } from './digits.ts'

/** Pixels of an image's side; it has room for four digits of half their size. */
export const canvas = 28

/** Pixels of a region's side, which is that of a digit, and from one region to the next. */
export const regionSide = 14
const stride = 7

/** Regions of a row, and rows of regions: neighbours share half of their pixels. */
const across = (canvas - regionSide) / stride + 1

const names = 'zero one two three four five six seven eight nine'.split(' ')

/** An image of two digits, cut into regions, and what is to be said of it. */
export interface PairImage {
  /** [28 × 28], 0 paper to 1 ink. */
  readonly pixels: Float32Array
  /** For each of the nine regions its pixels, then which region it is, one-hot. */
  readonly regions: readonly Float32Array[]
  readonly caption: string
  /** Regions that hold the first and the second digit whole. */
  readonly places: readonly [number, number]
}

/** Where the top left corner of a region stands. */
export const cornerOf = (region: number): readonly [x: number, y: number] => [
  stride * (region % across),
  stride * Math.floor(region / across),
]

/** Images of two digits in two quarters of the paper, at random by a stream. */
export function pairImages(digits: readonly Digit[], count: number, random: Stream): readonly PairImage[] {
  return Array.from({ length: count }, () => {
    const digit = (): Digit => digits[random.below(digits.length)]!
    const quarters = random.shuffle([0, 1, 2, 3]).slice(0, 2) as [number, number]
    return pairImage([digit(), digit()], quarters.toSorted((a, b) => a - b) as [number, number])
  })
}

/** @param quarters of the digits, in the order of reading: 0 and 1 above, 2 and 3 below */
function pairImage(digits: readonly [Digit, Digit], quarters: readonly [number, number]): PairImage {
  const pixels = new Float32Array(canvas ** 2)
  quarters.forEach((quarter, i) => {
    const [left, top] = [regionSide * (quarter % 2), regionSide * Math.floor(quarter / 2)]
    for (let y = 0; y < regionSide; y++)
      for (let x = 0; x < regionSide; x++) pixels[(top + y) * canvas + left + x] = small(digits[i]!, x, y)
  })
  const [first, second] = quarters
  const relation =
    second - first === 2 ? 'over' : first % 2 === 0 && second === first + 1 ? 'beside' : 'across'
  return {
    pixels,
    regions: Array.from({ length: across ** 2 }, (_unused, region) => regionOf(pixels, region)),
    caption: `${names[digits[0].target]} ${relation} ${names[digits[1].target]}`,
    places: [placeOf(first), placeOf(second)],
  }
}

/** The region that is a quarter. */
const placeOf = (quarter: number): number => (across - 1) * ((quarter % 2) + across * Math.floor(quarter / 2))

/** A pixel of a digit at half its size. */
function small({ input }: Digit, x: number, y: number): number {
  const scale = side / regionSide
  const rows = input.slice(scale * y, scale * (y + 1))
  const ink = rows.flatMap((row) => Array.from(row.subarray(scale * x, scale * (x + 1))))
  return ink.reduce((sum, each) => sum + each, 0) / ink.length
}

function regionOf(pixels: Float32Array, region: number): Float32Array {
  const [left, top] = cornerOf(region)
  const numbers = new Float32Array(regionSide ** 2 + across ** 2)
  for (let y = 0; y < regionSide; y++) {
    const first = (top + y) * canvas + left
    numbers.set(pixels.subarray(first, first + regionSide), y * regionSide)
  }
  numbers[regionSide ** 2 + region] = 1
  return numbers
}
