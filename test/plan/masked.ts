import {
  Builder,
  type MaskedStep,
  type Port,
  type StepGraph,
  type Type,
  maskInputs,
  numbers,
  recurrentColumns,
} from '../../src/graph/index.ts'
import type { Program } from '../../src/runtime/index.ts'

/** Rates of dropouts around a scan. */
export interface Rates {
  readonly inputs?: number
  readonly weights?: number
}

/** A window over a step with masks, whose every output, final state and gradient can be seen. */
export function maskedProgram(
  { step, masks }: MaskedStep,
  shape: { readonly rows: number; readonly steps: number },
  { inputs: dropped = 0, weights = 0 }: Rates = {},
): Program {
  const build = new Builder(numbers)
  const [inputs, parameters, outputs]: [Port[], Port[], Port[]] = [[], [], []]
  const leaf = (op: 'input' | 'parameter', ports: Port[], name: string, type: Type): number => {
    const node = build.leaf(op, name, type)
    ports.push({ name, node })
    return node
  }
  const vector = (extent: Type['extent'], node: number): Type => ({
    extent,
    shape: step.nodes[node]!.type.shape,
  })
  const x = leaf('input', inputs, 'x', vector('step', step.inputs[0]!.node))
  const sequence = dropped > 0 ? build.add('sequence_dropout', [x], { rate: dropped, stream: 50 }) : x
  const states = step.states.map(({ name, previous }) =>
    leaf('input', inputs, `${name}0`, vector('row', previous)),
  )
  const columns = weights > 0 ? recurrentColumns(step) : new Map()
  const own = step.parameters.map(({ name, node }, index) => {
    const parameter = leaf('parameter', parameters, name, step.nodes[node]!.type)
    const span = columns.get(name)
    return span
      ? build.add('weight_dropout', [parameter], { rate: weights, stream: 60 + index, ...span })
      : parameter
  })
  const all = [sequence, ...maskInputs(build, masks, 10), ...states, ...own]
  const scan = build.add('scan', all, { step })
  const ends = [...step.outputs.map(({ name }) => name), ...step.states.map(({ name }) => `${name} next`)]
  ends.forEach((name, index) => outputs.push({ name, node: build.add('pick', [scan], { index }) }))
  return {
    graph: { nodes: build.nodes, inputs, parameters, outputs },
    ...shape,
    states: step.states.map(({ name }) => ({ initial: `${name}0`, final: `${name} next` })),
    gradient: { of: ends, inputs: inputs.map(({ name }) => name), slots: 0 },
  }
}

/** A step without masks. */
export const unmasked = (step: StepGraph): MaskedStep => ({ step, masks: [] })
