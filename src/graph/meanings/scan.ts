import { invariant } from '../../core/errors.ts'
import type { StepGradient } from '../operation.ts'
import { row, sequence } from '../operations/scan.ts'
import type { StepGraph, Type } from '../types.ts'
import { type Value, entries, putRows, reader, stepOf, takeRows, zeros } from '../value.ts'
import type { Context, Meanings } from './meaning.ts'
import { activeRows } from './sequence.ts'

/**
 * Inputs of a scan by their roles: sequences, initial states, parameters, lengths where the scan is `masked`; then,
 * for its gradient, the seeds.
 */
function roles(step: StepGraph, inputs: readonly Value[], masked: boolean) {
  const states = step.inputs.length
  const parameters = states + step.states.length
  const lengths = parameters + step.parameters.length
  const seeds = lengths + Number(masked)
  return {
    sequences: inputs.slice(0, states),
    initial: inputs.slice(states, parameters),
    parameters: inputs.slice(parameters, lengths),
    lengths: masked ? inputs[lengths] : undefined,
    outputs: inputs.slice(seeds, seeds + step.outputs.length),
    finals: inputs.slice(seeds + step.outputs.length),
  }
}

/** What a step reads of a sequence, or of a value that is the same at every step. */
const at = (input: Value, step: number): Value => (input.type.extent === 'step' ? stepOf(input, step) : input)
function found(values: readonly (Value | undefined)[], node: number): Value {
  const value = values[node]
  invariant(value, `node ${node} has no value`)
  return value
}

/** One step as it was run: on which rows, and what it read there. */
interface Moment {
  readonly rows: readonly number[]
  readonly leaves: ReadonlyMap<number, Value>
}

type Forward = { readonly outputs: Value[]; readonly finals: Value[]; readonly history: readonly Moment[] }

function forward(step: StepGraph, inputs: readonly Value[], context: Context): Forward {
  const { steps, rows } = context
  const { sequences, initial, parameters, lengths } = roles(step, inputs, isMasked(context))
  const outputs = step.outputs.map(({ node }) => zeros(sequence(step.nodes[node]!.type), steps, rows))
  const all = activeRows(undefined, 0, rows)
  let states = step.states.map((port, i) => copied(step.nodes[port.previous]!.type, rows, all, initial[i]!))
  const history = Array.from({ length: steps }, (_unused, t): Moment => {
    const active = activeRows(lengths, t, rows)
    const leaves = new Map<number, Value>()
    step.inputs.forEach((port, i) => leaves.set(port.node, takeRows(at(sequences[i]!, t), active)))
    step.states.forEach((port, i) => leaves.set(port.previous, takeRows(states[i]!, active)))
    step.parameters.forEach((port, i) => leaves.set(port.node, parameters[i]!))
    if (active.length > 0) {
      const values = context.run(step, leaves, active.length)
      step.outputs.forEach((port, i) => putRows(stepOf(outputs[i]!, t), active, found(values, port.node)))
      states = step.states.map((port, i) =>
        copied(states[i]!.type, rows, active, found(values, port.next), states[i]),
      )
    }
    return { rows: active, leaves }
  })
  return { outputs, finals: states, history }
}

/** A fresh value with some rows from `part`, the others from `rest` or zero. */
function copied(type: Type, rows: number, taken: readonly number[], part: Value, rest?: Value): Value {
  const value = zeros(row(type), 1, rows)
  if (rest) value.data.set(rest.data)
  putRows(value, taken, part)
  return value
}

const isMasked = ({ node }: Context): boolean => node.attributes.masked === true

/** Scans of a step graph over time, and their derivatives. */
export const scans: Meanings = {
  scan(inputs, context) {
    const { outputs, finals } = forward(context.node.attributes.step as StepGraph, inputs, context)
    return [...outputs, ...finals]
  },

  scan_gradient(inputs, context) {
    const gradient = context.node.attributes.gradient as StepGradient
    const { step } = gradient
    const { steps, rows } = context
    const { outputs, finals } = roles(step, inputs, isMasked(context))
    const { history } = forward(step, inputs, context)
    const results = context.node.results!.map((type) => zeros(type, steps, rows))
    const [dInputs, dStates, dParameters] = [
      results.slice(0, step.inputs.length),
      results.slice(step.inputs.length, step.inputs.length + step.states.length),
      results.slice(step.inputs.length + step.states.length),
    ]
    let carry = finals
    for (let t = steps - 1; t >= 0; t--) {
      const { rows: active, leaves: read } = history[t]!
      if (active.length === 0) continue
      const leaves = new Map(read)
      gradient.seeds.outputs.forEach((seed, i) => leaves.set(seed, takeRows(stepOf(outputs[i]!, t), active)))
      gradient.seeds.states.forEach((seed, i) => leaves.set(seed, takeRows(carry[i]!, active)))
      const values = context.run(gradient.graph, leaves, active.length)
      gradient.inputs.forEach(
        (node, i) => node !== undefined && give(dInputs[i]!, t, active, found(values, node)),
      )
      gradient.parameters.forEach(
        (node, i) => node !== undefined && accumulate(dParameters[i]!, found(values, node)),
      )
      carry = gradient.states.map((node, i) => {
        const { type } = dStates[i]!
        const before = node === undefined ? zeros(type, 1, active.length) : found(values, node)
        return copied(type, rows, active, before, carry[i])
      })
    }
    dStates.forEach((state, i) => state.data.set(carry[i]!.data))
    return results
  },
}

/** Puts the gradient of what some rows read at a step where it belongs: at the step, or into the sum over steps. */
function give(target: Value, step: number, rows: readonly number[], part: Value): void {
  if (target.type.extent === 'step') return putRows(stepOf(target, step), rows, part)
  const read = reader(part)
  const size = entries(target.type.shape)
  rows.forEach((own, i) => {
    for (let entry = 0; entry < size; entry++) target.data[own * size + entry]! += read(0, i, entry)
  })
}

function accumulate(total: Value, part: Value): void {
  part.data.forEach((x, i) => {
    total.data[i]! += x
  })
}
