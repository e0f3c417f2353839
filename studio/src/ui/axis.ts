import { decimal, thousands } from './format.ts'

/** An axis: from where to where it goes, and the numbers that it shows. */
export interface Axis {
  readonly least: number
  readonly most: number
  readonly ticks: readonly number[]
}

/** Steps between the numbers of an axis, times a power of ten. */
const steps = [1, 2, 5, 10]

/** An axis for some numbers with about `count` round numbers on it; `fixed` says from where to where. */
export function axisFor(
  numbers: Iterable<number | null>,
  count: number,
  fixed?: readonly [number, number],
): Axis {
  const [least, most] = fixed ?? extent(numbers)
  const rough = (most - least) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = steps.map((factor) => factor * power).find((each) => each >= rough * 0.999) ?? 10 * power
  const first = Math.ceil(least / step - 1e-9)
  const last = Math.floor(most / step + 1e-9)
  const ticks = Array.from({ length: last - first + 1 }, (_unused, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
  return { least, most, ticks }
}

/** From the least to the largest number; a span of one where they are all the same, or none. */
function extent(numbers: Iterable<number | null>): readonly [number, number] {
  let [least, most] = [Infinity, -Infinity]
  for (const number of numbers) {
    if (number === null || !Number.isFinite(number)) continue
    least = Math.min(least, number)
    most = Math.max(most, number)
  }
  if (least > most) return [0, 1]
  return least === most ? [least - 0.5, most + 0.5] : [least, most]
}

/** A number of an axis, with as many digits behind the point as its neighbours need. */
export function tickText({ ticks }: Axis, tick: number): string {
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : Math.abs(tick) || 1
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return digits === 0 ? thousands(tick) : decimal(tick, digits)
}

/** Where a number is on an axis: 0 at its beginning, 1 at its end. */
export function placeOn({ least, most }: Axis, number: number): number {
  return (number - least) / (most - least)
}

/** The index of the place nearest to a wanted one, in places that rise; -1 where there are none. */
export function nearestIndex(places: readonly number[], wanted: number): number {
  const after = places.findIndex((place) => place >= wanted)
  if (after < 0) return places.length - 1
  const before = after - 1
  return before >= 0 && wanted - places[before]! < places[after]! - wanted ? before : after
}

/**
 * The path of a line through points in a plane, in tenths of a pixel. Missing values interrupt it, unless they are `joined`
 * over.
 */
export function pathOf(
  x: readonly number[],
  y: readonly (number | null)[],
  toPlane: (x: number, y: number) => readonly [number, number],
  joined: boolean,
): string {
  let path = ''
  let isOpen = false
  for (const [index, value] of y.entries()) {
    if (value === null || !Number.isFinite(value)) {
      isOpen &&= joined
      continue
    }
    const [left, top] = toPlane(x[index]!, value)
    path += `${isOpen ? 'L' : 'M'}${left.toFixed(1)} ${top.toFixed(1)}`
    isOpen = true
  }
  return path
}
