import type { Lowered, Operand, Place } from '../plan/index.ts'
import { header } from '../plan/format.ts'
import type { Range } from './device.ts'

/*
 * Which parts of the arena a place is.
 */

/** Ranges in order, those that touch or overlap as one. */
export function merged(ranges: readonly Range[]): readonly Range[] {
  const result: { start: number; end: number }[] = []
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

/** The one range from the first to the last of some. */
export function hull(ranges: readonly Range[]): readonly Range[] {
  const all = merged(ranges)
  return all.length === 0 ? [] : [{ start: all[0]!.start, end: all.at(-1)!.end }]
}

/** The vectors at a place, and no others, for a window of `steps`; none where it is not one of vectors. */
export function rangesOf(
  { kind, piece, places }: Place,
  steps: number,
  { target }: Lowered,
): readonly Range[] {
  const { rows, vectorWidth } = target
  if (kind === 'loss' || kind === 'tokens') return []
  const blocks = Math.ceil(piece.rows / vectorWidth)
  return places.flatMap((operand) => {
    const start = operand.base + (kind === 'final' ? steps * operand.timeStride : 0)
    const repeats = [
      ...blockRepeats(operand, blocks),
      { stride: operand.rowStride, count: rows },
      { stride: operand.timeStride, count: kind === 'steps' ? steps : 1 },
    ]
    const one: readonly Range[] = [{ start, end: start + vectorWidth }]
    return repeats.sort((a, b) => a.stride - b.stride).reduce(repeated, one)
  })
}

/** Something that stands again and again, each time `stride` further. */
interface Repeat {
  readonly stride: number
  readonly count: number
}

function blockRepeats({ panelStride, unitStride, units }: Operand, blocks: number): Repeat[] {
  if (units <= 1) return [{ stride: panelStride, count: blocks }]
  return [
    { stride: unitStride, count: Math.min(units, blocks) },
    { stride: panelStride, count: Math.ceil(blocks / units) },
  ]
}

function repeated(ranges: readonly Range[], { stride, count }: Repeat): readonly Range[] {
  const [first] = ranges
  if (ranges.length === 1 && stride <= first!.end - first!.start)
    return [{ start: first!.start, end: first!.end + stride * (count - 1) }]
  return Array.from({ length: count }, (_time, index) =>
    ranges.map(({ start, end }) => ({ start: start + index * stride, end: end + index * stride })),
  ).flat()
}

/** A buffer of all parameters. */
export function bufferRange({ words }: Lowered, start: number): Range {
  return { start, end: start + words[header.indexOf('parameterFloats')]! }
}
