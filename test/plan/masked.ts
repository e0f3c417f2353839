import { library } from '../../src/cells/index.ts'
import { compile } from '../../src/equations/index.ts'
import {
  Builder,
  type MaskedStep,
  type Port,
  type StepGraph,
  type Type,
  maskInputs,
  numbers,
  recurrentColumns,
  recurrentDropout,
  variationalStates,
  zoneout,
} from '../../src/graph/index.ts'
import type { Program } from '../../src/runtime/index.ts'

const lstm = compile(library.find(({ name }) => name === 'lstm')!.equations, { name: 'lstm' })

/** Variational and recurrent dropout and zoneout, one on the other. */
export function everyDropout(cell: StepGraph): MaskedStep {
  const first = variationalStates(cell, 0.2)
  const second = recurrentDropout(first.step, 0.2)
  const third = zoneout(second.step, { [cell.states[0]!.name]: 0.2 })
  return { step: third.step, masks: [...first.masks, ...second.masks, ...third.masks] }
}

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

const dense = compile('output y: symbols\ny = W @ x + b', { name: 'dense' })

/** A model of the next token with every dropout there is: embedding, one LSTM, a dense head. */
export function maskedModel(shape: {
  readonly rows: number
  readonly steps: number
  readonly symbols: number
}): Program {
  const { rows, steps, symbols } = shape
  const build = new Builder(numbers)
  const [inputs, parameters]: [Port[], Port[]] = [[], []]
  const leaf = (op: 'input' | 'parameter', ports: Port[], name: string, type: Type): number => {
    const node = build.leaf(op, name, type)
    ports.push({ name, node })
    return node
  }
  const [tokens, targets] = ['tokens', 'targets'].map((name) =>
    leaf('input', inputs, name, { extent: 'step', shape: [] }),
  ) as [number, number]
  const E = leaf('parameter', parameters, 'E', { extent: 'once', shape: [symbols, 5] })
  const words = build.add('word_dropout', [build.add('gather', [E, tokens]), tokens], {
    rate: 0.2,
    stream: 1,
  })
  const { step, masks } = everyDropout(lstm.graph({ input: 5, hidden: 6 }))
  const states = step.states.map(({ name, previous }) =>
    leaf('input', inputs, name, { extent: 'row', shape: step.nodes[previous]!.type.shape }),
  )
  const columns = recurrentColumns(step)
  const own = step.parameters.map(({ name, node }, index) => {
    const weights = leaf('parameter', parameters, name, step.nodes[node]!.type)
    const span = columns.get(name)
    return span ? build.add('weight_dropout', [weights], { rate: 0.3, stream: 10 + index, ...span }) : weights
  })
  const sequence = build.add('sequence_dropout', [words], { rate: 0.2, stream: 2 })
  const scan = build.add('scan', [sequence, ...maskInputs(build, masks, 30), ...states, ...own], { step })
  const head = dense.graph({ input: 6, symbols })
  const ends = head.parameters.map(({ name, node }) =>
    leaf('parameter', parameters, `head.${name}`, head.nodes[node]!.type),
  )
  const h = build.add('pick', [scan], { index: 0 })
  const logits = build.add('pick', [build.add('scan', [h, ...ends], { step: head })], { index: 0 })
  const finals = step.states.map(({ name }, index) => ({
    name: `${name} next`,
    node: build.add('pick', [scan], { index: step.outputs.length + index }),
  }))
  const loss = build.add('cross_entropy', [logits, targets])
  const outputs = [{ name: 'loss', node: loss }, { name: 'logits', node: logits }, ...finals]
  return {
    graph: { nodes: build.nodes, inputs, parameters, outputs },
    rows,
    steps,
    states: step.states.map(({ name }) => ({ initial: name, final: `${name} next` })),
    gradient: { of: ['loss'], inputs: [], slots: 0 },
  }
}
