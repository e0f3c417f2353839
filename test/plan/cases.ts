import { library } from '../../src/cells/index.ts'
import { type Cell, compile } from '../../src/equations/index.ts'
import type { StepGraph } from '../../src/graph/index.ts'
import type { Program } from '../../src/runtime/index.ts'
import { hardCells } from './hard-cells.ts'
import { randomCell } from './random-cell.ts'
import { stackProgram } from './windows.ts'

/** Sizes for cells of all tests: no multiples of a vector, and multiples; some panels wide. */
export const shapes = [
  { input: 3, hidden: 5, p: 2, projection: 3, rows: 2, steps: 3 },
  { input: 16, hidden: 32, p: 8, projection: 16, rows: 9, steps: 2 },
  { input: 1, hidden: 1, p: 1, projection: 1, rows: 1, steps: 1 },
  { input: 20, hidden: 70, p: 33, projection: 24, rows: 5, steps: 2 },
] as const

export type Shape = (typeof shapes)[number]

/** A cell with those sizes that it has. */
export function sized(cell: Cell, shape: Readonly<Record<string, unknown>>): StepGraph {
  return cell.graph(Object.fromEntries(cell.sizes.map((name) => [name, shape[name] as number])))
}

/** A window over one cell. */
export function programOf(cell: Cell, shape: Shape): Program {
  return stackProgram([sized(cell, shape)], shape)
}

/** Every cell of the library, and those that are hard to plan. */
export const namedCells: readonly (readonly [name: string, cell: Cell])[] = [
  ...library.map(({ name, equations }) => [name, compile(equations, { name })] as const),
  ...Object.entries(hardCells).map(([name, text]) => [name, compile(text, { name })] as const),
]

/** Random cells, the same for every run. */
export function randomCells(first: number, count: number): readonly (readonly [name: string, cell: Cell])[] {
  return Array.from(
    { length: count },
    (_unused, i) => [`random cell ${first + i}`, randomCell(first + i)] as const,
  )
}
