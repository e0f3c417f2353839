import type { Operation, StepGradient } from '../operation.ts'
import type { StepGraph, Type } from '../types.ts'

export const row = (type: Type): Type => ({ extent: 'row', shape: type.shape })

export const sequence = (type: Type): Type => ({ extent: 'step', shape: type.shape })

/**
 * Runs a step graph over time. Inputs: a sequence for each input of the step, or a value once a row that all steps read;
 * an initial value for each state; the parameters. Results: a sequence for each output, then the final value of each state.
 *
 * With the attribute `masked` a last input holds the length of each row. At and after its length a row stands still:
 * its states keep their values, its outputs are zero, and nothing that is computed from its inputs there reaches a
 * result or a gradient, whatever stands there.
 */
export const scan: Operation = {
  kind: 'window',
  arity: 'any',
  cost: 0,
  type: (inputs) => inputs[0]!,
  results(_inputs, attributes) {
    const step = attributes.step as StepGraph
    return [
      ...step.outputs.map(({ node }) => sequence(step.nodes[node]!.type)),
      ...step.states.map(({ previous }) => row(step.nodes[previous]!.type)),
    ]
  },
}

/**
 * Backpropagation through time (Werbos 1990): runs the scan forward, then its derivative from the last step to the
 * first. Inputs: those of the scan, gradients of its outputs, gradients of its final states. Results: gradients of
 * the scan's inputs, in their order; of what all steps read, the sum over them.
 */
export const scanGradient: Operation = {
  kind: 'window',
  arity: 'any',
  cost: 0,
  type: (inputs) => inputs[0]!,
  results(inputs, attributes) {
    const { step } = attributes.gradient as StepGradient
    return [
      ...step.inputs.map(({ node }, i) => ({ ...inputs[i]!, shape: step.nodes[node]!.type.shape })),
      ...step.states.map(({ previous }) => row(step.nodes[previous]!.type)),
      ...step.parameters.map(({ node }) => step.nodes[node]!.type),
    ]
  },
}
