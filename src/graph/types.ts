/**
 * How often a value exists: `once` (parameters, constants), once a `row` of the batch (everything inside a step
 * graph), or once a time `step` and row (sequences in a window graph).
 */
export type Extent = 'once' | 'row' | 'step'

/** The type of a value: its extent and its shape, `[]` scalar, `[n]` vector, `[rows, columns]` matrix. */
export interface Type<S = number> {
  readonly extent: Extent
  readonly shape: readonly S[]
}

/** Settings of one operation that are not values, such as the offset of a slice. */
export type Attributes = Readonly<Record<string, unknown>>

/** One operation of a graph. Its identity is its index in `Graph.nodes`; inputs stand before it. */
export interface Node<S = number> {
  readonly op: string
  readonly inputs: readonly number[]
  readonly attributes: Attributes
  readonly type: Type<S>
  /** Types of all results, for operations with several (`scan`, `scan_gradient`); `pick` takes one. */
  readonly results?: readonly Type<S>[]
  /** The left-hand name of the equation that this node is the value of. */
  readonly name?: string
}

/** Operations in an order in which each stands after its inputs. */
export interface Graph<S = number> {
  readonly nodes: readonly Node<S>[]
}

/** A named node of a graph. */
export interface Port {
  readonly name: string
  readonly node: number
}

/** A state of a cell: the node that reads its previous value and the node that is its new value. */
export interface StatePort {
  readonly name: string
  readonly previous: number
  readonly next: number
  readonly initial: 'zero' | 'learned'
}

/** A memory that a cell attends to: its places `[places, size]`, and its mask `[places]`, 1 for places that count. */
export interface MemoryPort {
  readonly name: string
  readonly values: number
  readonly mask: number
}

/** One cell at one time: reads inputs, previous states and parameters; gives new states and outputs. */
export interface StepGraph<S = number> extends Graph<S> {
  readonly name: string
  readonly inputs: readonly Port[]
  readonly states: readonly StatePort[]
  readonly parameters: readonly Port[]
  /** What it attends to. A scan takes none: `addLayer` makes inputs of them. */
  readonly memories?: readonly MemoryPort[]
  /** The first output feeds the next layer; the others are named results. */
  readonly outputs: readonly Port[]
  /** Every left-hand name of the equations, in order: what a trace shows. */
  readonly traces: readonly Port[]
}

/** Everything a call needs over a whole window of time: inputs, parameters, scans of cells, heads and losses. */
export interface WindowGraph extends Graph {
  readonly inputs: readonly Port[]
  readonly parameters: readonly Port[]
  readonly outputs: readonly Port[]
}

/** Text of a type: `[T,B,512]`, `[B,512]`, `[512,65]`; `format` prints a size. */
export function typeText<S>(type: Type<S>, format: (size: S) => string = String): string {
  const leading = type.extent === 'step' ? ['T', 'B'] : type.extent === 'row' ? ['B'] : []
  return `[${[...leading, ...type.shape.map(format)].join(',')}]`
}
