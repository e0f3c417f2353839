import type { EvaluateContext, Operation, StepGradient } from '../operation.ts'
import type { StepGraph, Type } from '../types.ts'
import { type Value, stepOf, writeStep, zeros } from '../value.ts'
import { invariant } from '../../core/errors.ts'

/** Inputs of a scan by their roles: sequences, initial states, parameters; then, for its gradient, the seeds. */
function roles(step: StepGraph, inputs: readonly Value[]) {
  const states = step.inputs.length
  const parameters = states + step.states.length
  const seeds = parameters + step.parameters.length
  return {
    sequences: inputs.slice(0, states),
    initial: inputs.slice(states, parameters),
    parameters: inputs.slice(parameters, seeds),
    outputs: inputs.slice(seeds, seeds + step.outputs.length),
    finals: inputs.slice(seeds + step.outputs.length),
  }
}

const row = (type: Type): Type => ({ extent: 'row', shape: type.shape })
const sequence = (type: Type): Type => ({ extent: 'step', shape: type.shape })

function found(values: readonly (Value | undefined)[], node: number): Value {
  const value = values[node]
  invariant(value, `node ${node} has no value`)
  return value
}

type Forward = { readonly outputs: Value[]; readonly finals: Value[]; readonly history: Map<number, Value>[] }

function forward(step: StepGraph, inputs: readonly Value[], context: EvaluateContext): Forward {
  const { steps, rows } = context
  const { sequences, initial, parameters } = roles(step, inputs)
  const outputs = step.outputs.map(({ node }) => zeros(sequence(step.nodes[node]!.type), steps, rows))
  const history: Map<number, Value>[] = []
  let states = initial
  for (let t = 0; t < steps; t++) {
    const leaves = new Map<number, Value>()
    step.inputs.forEach((port, i) => leaves.set(port.node, stepOf(sequences[i]!, t)))
    step.states.forEach((port, i) => leaves.set(port.previous, states[i]!))
    step.parameters.forEach((port, i) => leaves.set(port.node, parameters[i]!))
    const values = context.run(step, leaves, rows)
    step.outputs.forEach((port, i) => writeStep(outputs[i]!, t, found(values, port.node)))
    states = step.states.map((port) => {
      const next = zeros(row(step.nodes[port.previous]!.type), 1, rows)
      writeStep(next, 0, found(values, port.next))
      return next
    })
    history.push(leaves)
  }
  return { outputs, finals: states, history }
}

/**
 * Runs a step graph over time. Inputs: a sequence for each input of the step, an initial value for each state, the
 * parameters. Results: a sequence for each output, then the final value of each state.
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
  evaluate(inputs, context) {
    const { outputs, finals } = forward(context.node.attributes.step as StepGraph, inputs, context)
    return [...outputs, ...finals]
  },
  derivative({ build, node, inputs, dys, differentiateStep }) {
    const step = node.attributes.step as StepGraph
    const seeds = node.results!.map((type, i) => dys[i] ?? build.zeros(type))
    const gradient = differentiateStep(step)
    const result = build.add('scan_gradient', [...inputs, ...seeds], { gradient })
    const given = [...gradient.inputs, ...gradient.states, ...gradient.parameters]
    return given.map((part, index) =>
      part === undefined ? undefined : build.add('pick', [result], { index }),
    )
  },
}

/**
 * Backpropagation through time (Werbos 1990): runs the scan forward, then its derivative from the last step to the
 * first. Inputs: those of the scan, gradients of its outputs, gradients of its final states. Results: gradients of
 * the scan's inputs, in their order.
 */
export const scanGradient: Operation = {
  kind: 'window',
  arity: 'any',
  cost: 0,
  type: (inputs) => inputs[0]!,
  results(_inputs, attributes) {
    const { step } = attributes.gradient as StepGradient
    return [
      ...step.inputs.map(({ node }) => sequence(step.nodes[node]!.type)),
      ...step.states.map(({ previous }) => row(step.nodes[previous]!.type)),
      ...step.parameters.map(({ node }) => step.nodes[node]!.type),
    ]
  },
  evaluate(inputs, context) {
    const gradient = context.node.attributes.gradient as StepGradient
    const { step } = gradient
    const { steps, rows } = context
    const { outputs, finals } = roles(step, inputs)
    const { history } = forward(step, inputs, context)
    const results = context.node.results!.map((type) => zeros(type, steps, rows))
    const [dInputs, dStates, dParameters] = [
      results.slice(0, step.inputs.length),
      results.slice(step.inputs.length, step.inputs.length + step.states.length),
      results.slice(step.inputs.length + step.states.length),
    ]
    let carry = finals
    for (let t = steps - 1; t >= 0; t--) {
      const leaves = new Map(history[t])
      gradient.seeds.outputs.forEach((seed, i) => leaves.set(seed, stepOf(outputs[i]!, t)))
      gradient.seeds.states.forEach((seed, i) => leaves.set(seed, carry[i]!))
      const values = context.run(gradient.graph, leaves, rows)
      gradient.inputs.forEach(
        (node, i) => node !== undefined && writeStep(dInputs[i]!, t, found(values, node)),
      )
      gradient.parameters.forEach(
        (node, i) => node !== undefined && accumulate(dParameters[i]!, found(values, node)),
      )
      carry = gradient.states.map((node, i) => {
        const previous = zeros(dStates[i]!.type, 1, rows)
        if (node !== undefined) writeStep(previous, 0, found(values, node))
        return previous
      })
    }
    dStates.forEach((state, i) => state.data.set(carry[i]!.data))
    return results
  },
}

function accumulate(total: Value, part: Value): void {
  part.data.forEach((x, i) => {
    total.data[i]! += x
  })
}
