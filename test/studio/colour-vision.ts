/*
 * How colours look to those who do not see all of them.
 */

export type Rgb = readonly [red: number, green: number, blue: number]

type Matrix = readonly [Rgb, Rgb, Rgb]

/**
 * Readers without red or green cones: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of
 * color vision deficiency" (IEEE Transactions on Visualization and Computer Graphics 15, 2009), the matrices of severity 1.
 */
const protanopia: Matrix = [
  [0.152286, 1.052583, -0.204868],
  [0.114503, 0.786281, 0.099216],
  [-0.003882, -0.048116, 1.051998],
]
const deuteranopia: Matrix = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
]

/**
 * Readers without blue cones, of whom that model's third matrix leaves too much: Brettel, Viénot and Mollon, "Computerized
 * simulation of color appearance for dichromats" (Journal of the Optical Society of America A 14, 1997), one matrix on each
 * side of a plane through the greys, for sRGB as libDaltonLens has them.
 */
const tritanopia = {
  plane: [0.03901, -0.02788, -0.01113],
  reds: [
    [1.01277, 0.13548, -0.14826],
    [-0.01243, 0.86812, 0.14431],
    [0.07589, 0.805, 0.11911],
  ],
  blues: [
    [0.93678, 0.18979, -0.12657],
    [0.06154, 0.81526, 0.1232],
    [-0.37562, 1.12767, 0.24796],
  ],
} as const

/** What linear RGB becomes for a reader. */
const visions = {
  full: (colour: Rgb): Rgb => colour,
  protanopia: (colour: Rgb): Rgb => times(protanopia, colour),
  deuteranopia: (colour: Rgb): Rgb => times(deuteranopia, colour),
  tritanopia(colour: Rgb): Rgb {
    const { plane, reds, blues } = tritanopia
    return times(dot(plane, colour) < 0 ? blues : reds, colour)
  },
} as const

export type Vision = keyof typeof visions

/** All ways to see. */
export const visionNames = Object.keys(visions) as readonly Vision[]

/** sRGB (IEC 61966-2-1) from 0 to 255, linear from 0 to 1. */
function linear(channel: number): number {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

function dot(one: Rgb, other: Rgb): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}

function times([a, b, c]: Matrix, colour: Rgb): Rgb {
  return [dot(a, colour), dot(b, colour), dot(c, colour)]
}

/** Linear RGB as a reader sees it. */
export function simulated(colour: Rgb, vision: Vision): Rgb {
  return visions[vision](colour)
}

/** A colour of a screen as a reader sees it, in linear RGB within what a screen shows. */
function seen(colour: Rgb, vision: Vision): Rgb {
  const [red, green, blue] = simulated(colour.map(linear) as unknown as Rgb, vision)
  const within = (share: number): number => Math.min(1, Math.max(0, share))
  return [within(red), within(green), within(blue)]
}

const toXyz: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
]
const white: Rgb = [0.95047, 1, 1.08883]

/** Lightness and two hues of CIE 1976 L*a*b*, in the light D65. */
function lab(colour: Rgb): Rgb {
  const [x, y, z] = times(toXyz, colour).map((value, index) => {
    const share = value / white[index]!
    return share > 216 / 24389 ? Math.cbrt(share) : ((24389 / 27) * share + 16) / 116
  })
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)]
}

/** Difference of two colours as a reader sees them (CIE 1976); about 2.3 is the least that one notices side by side. */
export function difference(one: Rgb, other: Rgb, vision: Vision): number {
  const [a, b] = [lab(seen(one, vision)), lab(seen(other, vision))]
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

/** Contrast of two colours (WCAG 2.2), from 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [one, other]
    .map((colour) => times(toXyz, colour.map(linear) as unknown as Rgb)[1] + 0.05)
    .toSorted((a, b) => b - a)
  return light! / dark!
}

/** A colour laid over another. */
export function over(top: Rgb, bottom: Rgb, opacity: number): Rgb {
  return top.map((channel, index) => opacity * channel + (1 - opacity) * bottom[index]!) as unknown as Rgb
}
