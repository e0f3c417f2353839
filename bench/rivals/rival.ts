import type { Command } from '../contestant.ts'
import type { CellName, Configuration } from '../models.ts'
import type { Twin } from './twin.ts'

/** Something else that does the same work. */
export interface Rival {
  readonly name: string
  /** What `--rival` calls it. */
  readonly family: 'pytorch' | 'tensorflow' | 'jax' | 'brain' | 'onnxruntime'
  readonly engine: 'native' | 'wasm' | 'javascript'
  /** Most threads that it can use. */
  readonly mostThreads: number
  /** How it takes part, or why it cannot; undefined where nobody would expect it. */
  enter(cell: CellName, configuration: Configuration): Entry | { readonly missing: string } | undefined
}

/** How a rival takes part in one section. */
export interface Entry {
  /** It starts from given weights and must give the same numbers; others must only learn. */
  readonly exact: boolean
  command(threads: number, twin: Twin): Command
}

/** What a rival's process is told. */
export interface RivalTask {
  readonly cell: CellName
  readonly configuration: Configuration
  readonly symbols: number
  readonly threads: number
  readonly twin: Twin
}
