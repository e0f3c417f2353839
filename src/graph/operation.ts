import type { Attributes, Graph, Node, StepGraph, Type } from './types.ts'
import type { Builder } from './builder.ts'

/** Arithmetic on sizes: numbers in concrete graphs, linear forms with unknowns while equations are read. */
export interface Sizes<S> {
  /** The size that both must have; throws, or records the equation, when they differ. */
  same(a: S, b: S): S
  sum(parts: readonly S[]): S
  /** One of `count` equal parts. */
  part(whole: S, count: number): S
  of(size: number): S
}

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

/**
 * The derivative of one step: a graph that holds the step's own nodes (same numbers) and after them its gradients.
 * Seeds are leaves: the gradients of the outputs, and of each state's next value as far as later steps need it.
 */
export interface StepGradient {
  readonly step: StepGraph
  readonly graph: Graph
  readonly seeds: { readonly outputs: readonly number[]; readonly states: readonly number[] }
  /** Gradients of inputs, previous states and parameters, in the step's order; `undefined` where there is none. */
  readonly inputs: readonly (number | undefined)[]
  readonly states: readonly (number | undefined)[]
  readonly parameters: readonly (number | undefined)[]
}

/** One row of the operation table. */
export interface Operation {
  /** `elementwise` operations read and write one entry at a time; `leaf` has no inputs; the others are special. */
  readonly kind: 'leaf' | 'elementwise' | 'product' | 'reduce' | 'attention' | 'layout' | 'window'
  readonly arity: number | 'any'
  /** The shape rule: the type of the result from the types of the inputs. */
  type<S>(inputs: readonly Type<S>[], attributes: Attributes, sizes: Sizes<S>): Type<S>
  /** Types of every result, for operations with several. */
  results?(inputs: readonly Type[], attributes: Attributes): readonly Type[]
  /** Float64 meaning of an elementwise operation for single entries; the others have theirs in `meanings`. */
  scalar?(attributes: Attributes): (a: number, b: number) => number
  /** Gradients of the inputs, written into the graph; `undefined` where there is none. */
  derivative?(context: DerivativeContext): readonly (number | undefined)[]
  /** Floating-point operations for one entry of the result (elementwise), beside the counted products. */
  readonly cost: number
}
