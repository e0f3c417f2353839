import type { Builder } from '../builder.ts'
import type { StepGradient } from '../operation.ts'
import type { Node, StepGraph } from '../types.ts'

/** What the derivative of an operation may use: the builder it writes to, its operands, its value and its gradient. */
export interface DerivativeContext {
  readonly build: Builder
  readonly node: Node
  readonly inputs: readonly number[]
  /** The value of the operation itself. */
  readonly y: number
  /** Gradient of the result; one entry a result for operations with several, `undefined` where nothing reads it. */
  readonly dys: readonly (number | undefined)[]
  /** `dys[0]`, for the operations with one result. */
  readonly dy: number
  /** Whether the gradient of input `index` is wanted. */
  wanted(index: number): boolean
  /** The derivative of the body of a scan. */
  differentiateStep(step: StepGraph): StepGradient
}

/** Gradients of the inputs, written into the graph; `undefined` where there is none. */
export type Derivative = (context: DerivativeContext) => readonly (number | undefined)[]

/** Derivatives of operations by name. */
export type Derivatives = Readonly<Record<string, Derivative>>
