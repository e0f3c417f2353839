import { lazy } from '../core/lazy.ts'
import { type CellFactory, cell } from './cell.ts'
import type { InitSpec } from './initialise.ts'

/** A cell of the library: its equations, how it starts, and where it comes from. */
export interface CellRecord {
  /** Its name in code and on the command line. */
  readonly name: string
  readonly title: string
  readonly equations: string
  /** Starting values that differ from what `initialise` does by itself. */
  readonly init: InitSpec
  /** Authors and title of the paper. */
  readonly citation: string
  readonly year: number
  /** Other names it goes by. */
  readonly aliases?: readonly string[]
  /** Where the equations differ from the paper's, in a sentence or two. */
  readonly deviation?: string
}

/** Cells that belong together. */
export interface CellFamily {
  readonly title: string
  readonly cells: readonly CellRecord[]
}

/** Makes layers of a library cell; its equations are read at the first use. */
export function factory({ name, equations, init }: CellRecord): CellFactory {
  const made = lazy(() => cell(name, equations, { init }))
  return (sizes, options) => made()(sizes, options)
}
