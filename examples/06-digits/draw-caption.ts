import { writePicture } from '../heat-map.ts'
import { type PairImage, canvas, cornerOf, regionSide } from './pairs.ts'

const inks = ' .:*#@'

/** Attention of each pixel: the sum over the regions that it is in, 1 at most. */
function lit(weights: ArrayLike<number>): Float64Array {
  const light = new Float64Array(canvas ** 2)
  Array.from(weights).forEach((weight, region) => {
    const [left, top] = cornerOf(region)
    for (let y = top; y < top + regionSide; y++)
      for (let x = left; x < left + regionSide; x++) light[y * canvas + x]! += weight
  })
  return light
}

/** An image beside what was looked at when each word began, in lines of text: a character is a pixel by two. */
export function paint(
  { pixels }: PairImage,
  caption: string,
  weights: readonly ArrayLike<number>[],
): readonly string[] {
  const begins = beginsOf(caption)
  const shade = (ink: number): string => inks[Math.min(5, Math.floor(6 * ink))]!
  const line = (y: number, of: (at: number) => number): string =>
    Array.from({ length: canvas }, (_unused, x) => shade(of(y * canvas + x))).join('')
  const lights = begins.map((at) => lit(weights[at]!))
  const head = ['', ...begins.map((at) => caption.slice(at).split(' ')[0]!)]
  return [
    head.map((word) => word.padEnd(canvas)).join('  '),
    ...Array.from({ length: canvas / 2 }, (_unused, row) =>
      [line(2 * row, (at) => pixels[at]!), ...lights.map((light) => line(2 * row, (at) => light[at]!))].join(
        '  ',
      ),
    ),
  ]
}

/** Where the words of a text begin. */
function beginsOf(text: string): readonly number[] {
  return Array.from(text).flatMap((_letter, at) => (at === 0 || text[at - 1] === ' ' ? [at] : []))
}

const scale = 4

/** Draws an image once for each letter, lit where the model looked when it wrote the letter. */
export function drawCaption(
  path: string,
  { pixels }: PairImage,
  caption: string,
  weights: readonly ArrayLike<number>[],
): void {
  const width = scale * canvas + 8
  const parts = Array.from(caption).flatMap((letter, i) => {
    const light = lit(weights[i]!)
    const dots = Array.from(pixels, (ink, at) => {
      const [x, y] = [i * width + scale * (at % canvas), scale * Math.floor(at / canvas)]
      const [red, blue] = [1 - ink, (1 - ink) * (1 - 0.75 * Math.min(1, light[at]!))]
      const channel = (value: number): string =>
        Math.round(255 * value)
          .toString(16)
          .padStart(2, '0')
      const fill = `#${channel(red)}${channel(red)}${channel(blue)}`
      return `<rect x="${x}" y="${y}" width="${scale}" height="${scale}" fill="${fill}"/>`
    })
    const label = `<text x="${i * width + (scale * canvas) / 2}" y="${scale * canvas + 16}">${letter}</text>`
    return [...dots, label]
  })
  writePicture(path, caption.length * width, scale * canvas + 24, parts)
}
