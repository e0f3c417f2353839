/** Dots of a braille character: `[row][column]`, with the bit of each. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const

/** Share of the columns that may lie above the top: a loss falls steeply at first, and the rest is worth seeing. */
const above = 0.06

/** A point of a curve: `at` in [0, 1] from left to right, and its value. */
export interface Point {
  readonly at: number
  readonly value: number
}

/** Points that are kept of a curve: many times what a terminal is wide. */
const mostPoints = 4096

/** A curve that goes on and on: where it has too many points, neighbours are averaged. */
export class Thinned {
  #points: Point[] = []
  /** How many added points make one. */
  #stride = 1
  #waiting: Point[] = []

  /** Fewer than 4096, in the order in which they were added. */
  get points(): readonly Point[] {
    return this.#points
  }

  add(point: Point): void {
    this.#waiting.push(point)
    if (this.#waiting.length < this.#stride) return
    this.#points.push(mean(this.#waiting))
    this.#waiting = []
    if (this.#points.length < mostPoints) return
    const pair = (_: unknown, i: number): Point => mean(this.#points.slice(2 * i, 2 * i + 2))
    this.#points = Array.from({ length: mostPoints / 2 }, pair)
    this.#stride *= 2
  }
}

function mean(points: readonly Point[]): Point {
  const sum = (of: (point: Point) => number): number => points.reduce((total, point) => total + of(point), 0)
  return { at: sum(({ at }) => at) / points.length, value: sum(({ value }) => value) / points.length }
}

/** A drawn curve. */
export interface Drawing {
  /** From the top, each of `width` braille characters. */
  readonly lines: readonly string[]
  /** Values of the top and the bottom line; the few columns above the top are drawn on it. */
  readonly most: number
  readonly least: number
}

/**
 * Draws a curve with braille dots, `width` × `height` characters of 2 × 4 dots. Points of one column are averaged,
 * and columns are joined, so that the curve has no holes.
 */
export function drawCurve(points: readonly Point[], width: number, height: number): Drawing {
  const heights = columnMeans(points, 2 * width)
  const known = heights.filter((value) => value !== undefined).toSorted((a, b) => b - a)
  const most = known[Math.floor(known.length * above)] ?? 0
  const least = known.at(-1) ?? 0
  const cells = Array.from({ length: height }, () => new Uint8Array(width))
  const rows = 4 * height - 1
  const rowOf = (value: number): number =>
    most === least ? rows : Math.round((Math.max(0, most - value) / (most - least)) * rows)
  let previous: number | undefined
  heights.forEach((value, x) => {
    if (value === undefined) return
    const row = rowOf(value)
    const [from, to] = span(previous, row)
    for (let y = from; y <= to; y++) cells[y >> 2]![x >> 1]! |= dots[y & 3]![x & 1]!
    previous = row
  })
  const lines = cells.map((line) => Array.from(line, (bits) => String.fromCodePoint(0x2800 + bits)).join(''))
  return { lines, most, least }
}

/** Rows from below the previous column's to this one's. */
function span(previous: number | undefined, row: number): readonly [number, number] {
  if (previous === undefined || previous === row) return [row, row]
  return previous < row ? [previous + 1, row] : [row, previous - 1]
}

/** The mean of the points of each column; columns between two points take the value of the one before. */
function columnMeans(points: readonly Point[], count: number): readonly (number | undefined)[] {
  const sums = new Float64Array(count)
  const numbers = new Int32Array(count)
  let last = -1
  for (const { at, value } of points) {
    const x = Math.min(count - 1, Math.floor(at * count))
    sums[x]! += value
    numbers[x]!++
    last = Math.max(last, x)
  }
  const means: (number | undefined)[] = []
  for (let x = 0; x < count; x++) {
    means.push(numbers[x]! > 0 ? sums[x]! / numbers[x]! : x < last ? means[x - 1] : undefined)
  }
  return means
}

/** A bar of `width` characters that is full at `share` 1, to half a character. */
export function bar(share: number, width: number): { readonly full: string; readonly rest: string } {
  const halves = Math.round(Math.min(1, Math.max(0, share)) * 2 * width)
  const full = '━'.repeat(halves >> 1) + (halves % 2 === 1 ? '╸' : '')
  return { full, rest: '─'.repeat(width - full.length) }
}
