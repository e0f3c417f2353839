import type { Graph, Node } from '../types.ts'
import type { Value } from '../value.ts'

/** What an operation's float64 meaning may use. */
export interface Context {
  readonly node: Node
  readonly steps: number
  readonly rows: number
  /** Counter of the update, for random operations. */
  readonly update: number
  readonly seed: number
  /** Evaluates a graph on one step: its leaves by node number; gives the values of all nodes. */
  run(graph: Graph, leaves: ReadonlyMap<number, Value>, rows: number): readonly (Value | undefined)[]
}

/** The float64 meaning of an operation; one value a result. */
export type Meaning = (inputs: readonly Value[], context: Context) => Value | readonly Value[]

/** Meanings of operations by name. */
export type Meanings = Readonly<Record<string, Meaning>>
