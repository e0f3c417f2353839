import type { Attributes, Graph, StepGraph, Type } from './types.ts'

/** Arithmetic on sizes: numbers in concrete graphs, linear forms with unknowns while equations are read. */
export interface Sizes<S> {
  /** The size that both must have; throws, or records the equation, when they differ. */
  same(a: S, b: S): S
  sum(parts: readonly S[]): S
  /** One of `count` equal parts. */
  part(whole: S, count: number): S
  of(size: number): S
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
  /** Floating-point operations for one entry of the result (elementwise), beside the counted products. */
  readonly cost: number
}
