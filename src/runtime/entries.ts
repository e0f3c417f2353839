import type { Operand } from '../plan/index.ts'

/*
 * Where the entries of vectors stand in an arena, and what moves them.
 */

/** Copies words, four at a time: whole numbers move faster than floats, and most of the time of a trace goes here. */
export function copyFours(from: Int32Array, at: number, to: Int32Array, first: number, count: number): void {
  let i = 0
  for (; i + 4 <= count; i += 4) {
    to[first + i] = from[at + i]!
    to[first + i + 1] = from[at + i + 1]!
    to[first + i + 2] = from[at + i + 2]!
    to[first + i + 3] = from[at + i + 3]!
  }
  for (; i < count; i++) to[first + i] = from[at + i]!
}

/** Entries of a vector that stand side by side, from its first on. */
export interface Block {
  readonly start: number
  readonly offset: number
  readonly count: number
}

/** The blocks of a vector. */
export function blocksOf(operand: Operand, entries: number, vectorWidth: number): readonly Block[] {
  return Array.from({ length: Math.ceil(entries / vectorWidth) }, (_unused, block) => ({
    start: block * vectorWidth,
    offset: blockOffset(operand, block),
    count: Math.min(vectorWidth, entries - block * vectorWidth),
  }))
}

/** Where an operand stands at a step, of a row. */
export function addressOf({ base, timeStride, rowStride }: Operand, step: number, row: number): number {
  return base + step * timeStride + row * rowStride
}

function blockOffset({ panelStride, unitStride, units }: Operand, block: number): number {
  return Math.floor(block / units) * panelStride + (block % units) * unitStride
}
