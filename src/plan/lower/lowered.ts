import type { Attributes } from '../../graph/index.ts'
import type { Buffer } from './arena.ts'
import type { Buffers } from './buffers.ts'
import type { Piece } from '../partition.ts'
import type { Precision } from '../precision.ts'
import type { Place } from './places.ts'
import type { ParameterPlace } from './writer.ts'

/** What a plan is lowered for. */
export interface Target {
  /** Entries of a vector register. */
  readonly vectorWidth: number
  readonly rows: number
  readonly steps: number
  /** Buffers the optimizer needs for each parameter, 0 to 3. */
  readonly slots: number
  /** Whether an average of the parameters is kept. */
  readonly average?: boolean
  /** Inputs whose states windows carry on; the others start afresh in every call. */
  readonly carried?: readonly string[]
  /** Of all products; `float32` unless given. */
  readonly precision?: Precision | undefined
}

/** What the number is made of that a loss divides by in a call (see `lossDivisor`). */
export interface LoweredLoss {
  readonly op: string
  readonly attributes: Attributes
  /** Entries of the prediction. */
  readonly size: number
  /** Offset of the whole numbers that say which positions count; absent where all do. */
  readonly marks: number | undefined
}

/** A plan laid out for a target: the records, and where everything with a name stands. */
export interface Lowered {
  readonly words: Int32Array
  readonly target: Target
  readonly arena: number
  readonly allocated: readonly Buffer[]
  readonly constants: readonly { readonly offset: number; readonly value: number }[]
  /** Inputs, outputs and their gradients `d NAME`, part by part. */
  readonly places: ReadonlyMap<string, readonly Place[]>
  readonly parameters: ReadonlyMap<
    string,
    readonly { readonly piece: Piece; readonly place: ParameterPlace }[]
  >
  /** Start of each buffer of all parameters. */
  readonly buffers: Buffers
  /** Names of the parameters that updates train, a part each, and where the learning rates of these parts start. */
  readonly trained: readonly string[]
  readonly rates: number
  /** Outputs that a backward pass writes over. */
  readonly spent: ReadonlySet<string>
  /** The loss, where there is one. */
  readonly loss: LoweredLoss | undefined
}
