import { compile } from '../../src/equations/index.ts'
import { Builder, type Port, type Type, addLayer, numbers } from '../../src/graph/index.ts'
import type { Program } from '../../src/runtime/index.ts'
import { sized } from '../plan/cases.ts'
import { type Data, randomData } from '../plan/windows.ts'

/** A loss on top of a small recurrent network. */
export interface LossCase {
  readonly op: string
  readonly attributes: object
  /** Entries of the prediction. */
  readonly size: number
  /** Entries of the target, or of a row's labels. */
  readonly target: number
  readonly masked?: boolean
  /** Equations of the head. */
  readonly head?: string
}

const linear = 'output y: classes\ny = W @ x + b'
const squashed = 'output y: classes\ny = sigmoid(W @ x + b)'

/** Cases by what they show. */
export const lossCases: Readonly<Record<string, LossCase>> = {
  'cross-entropy, smoothed': { op: 'cross_entropy', attributes: { smoothing: 0.15 }, size: 19, target: 0 },
  'cross-entropy with weights, summed': {
    op: 'cross_entropy',
    attributes: { smoothing: 0.1, classWeights: [1, 0, 3, 0.5, 2], reduction: 'sum' },
    size: 5,
    target: 0,
  },
  'cross-entropy, the mean by weights': {
    op: 'cross_entropy',
    attributes: { classWeights: Array.from({ length: 37 }, (_unused, i) => 0.25 * (i % 7)) },
    size: 37,
    target: 0,
  },
  'squares of a head that squashes': {
    op: 'value_loss',
    attributes: { kind: 'squared' },
    size: 21,
    target: 21,
    head: squashed,
  },
  'absolute differences, masked': {
    op: 'value_loss',
    attributes: { kind: 'absolute' },
    size: 3,
    target: 3,
    masked: true,
  },
  'huber, summed': {
    op: 'value_loss',
    attributes: { kind: 'huber', delta: 0.4, reduction: 'sum' },
    size: 17,
    target: 17,
  },
  'smooth_l1, masked': {
    op: 'value_loss',
    attributes: { kind: 'smooth_l1', beta: 0.3 },
    size: 18,
    target: 18,
    masked: true,
  },
  'quantiles, masked': {
    op: 'value_loss',
    attributes: { kind: 'quantile', levels: [0.1, 0.5, 0.9] },
    size: 21,
    target: 7,
    masked: true,
  },
  'quantiles of a head that squashes': {
    op: 'value_loss',
    attributes: { kind: 'quantile', levels: [0.25, 0.75], reduction: 'sum' },
    size: 2,
    target: 1,
    head: squashed,
  },
  'keys of frames, masked': {
    op: 'bernoulli_loss',
    attributes: { reduction: 'frames' },
    size: 29,
    target: 29,
    masked: true,
  },
  'keys with weights': {
    op: 'bernoulli_loss',
    attributes: { positiveWeights: [3, 1, 0, 2, 5, 1.5, 1, 1, 7] },
    size: 9,
    target: 9,
  },
  'alignments, the mean': { op: 'ctc_loss', attributes: { zeroInfinity: true }, size: 6, target: 4 },
  'alignments, summed, another blank': {
    op: 'ctc_loss',
    attributes: { blank: 17, reduction: 'sum', zeroInfinity: true },
    size: 18,
    target: 9,
  },
}

/** Which rows and steps a program has, and whether windows run in parts. */
type Shape = Pick<Program, 'rows' | 'steps'> & Pick<Program, 'keepEvery'>

/** The program of a case, with the gradients of all parameters and of the input `x`. */
export function lossProgram(one: LossCase, shape: Shape): Program {
  const build = new Builder(numbers)
  const inputs: Port[] = []
  const parameters: Port[] = []
  const leaf = (
    op: 'input' | 'parameter',
    name: string,
    extent: Type['extent'],
    ...sizes: number[]
  ): number => {
    const node = build.leaf(op, name, { extent, shape: sizes })
    ;(op === 'input' ? inputs : parameters).push({ name, node })
    return node
  }
  const layer = (text: string, name: string, sequence: number, hidden: number): number => {
    const step = sized(compile(text, { name }), {
      input: build.type(sequence).shape[0]!,
      hidden,
      classes: hidden,
    })
    const initial = step.states.map((state) => leaf('input', `${name}.${state.name}0`, 'row', hidden))
    const own = step.parameters.map((port) =>
      leaf('parameter', `${name}.${port.name}`, 'once', ...step.nodes[port.node]!.type.shape),
    )
    return addLayer(build, step, { sequences: [sequence], initial, parameters: own, lengths: undefined })
      .outputs[0]!
  }
  const y = layer("h' = tanh(W @ [h, x] + b)", 'cell', leaf('input', 'x', 'step', 3), 8)
  const prediction = layer(one.head ?? linear, 'head', y, one.size)
  const loss = build.add(
    one.op,
    [prediction, ...targetsOf(one, leaf)],
    one.attributes as Record<string, unknown>,
  )
  const graph = { nodes: build.nodes, inputs, parameters, outputs: [{ name: 'loss', node: loss }] }
  return { graph, ...shape, states: [], gradient: { of: ['loss'], inputs: ['x'], slots: 0 } }
}

type Leaf = (op: 'input', name: string, extent: Type['extent'], ...sizes: number[]) => number

function targetsOf({ op, target, masked }: LossCase, leaf: Leaf): readonly number[] {
  if (op === 'cross_entropy') return [leaf('input', 'targets', 'step')]
  if (op === 'ctc_loss') {
    const labels = leaf('input', 'labels', 'row', target)
    return [labels, leaf('input', 'lengths', 'row'), leaf('input', 'counts', 'row')]
  }
  const values = leaf('input', 'values', 'step', target)
  return masked ? [values, leaf('input', 'mask', 'step')] : [values]
}

/** Data of a case; what its mask leaves out is NaN. */
export function lossData(one: LossCase, program: Program): Data {
  const data = randomData(program, 4)
  const { inputs } = data
  const { size, target } = one
  inputs.get('targets')?.forEach((_x, i, all) => (all[i] = ((i * 5) % (size + 1)) - 1))
  inputs.get('mask')?.forEach((_x, i, all) => (all[i] = i % 3 === 1 ? 0 : 1))
  const mask = inputs.get('mask')
  inputs.get('values')?.forEach((x, i, all) => {
    const value = one.op === 'bernoulli_loss' ? Math.round((x + 1) * 2) / 4 : x
    all[i] = mask && mask[Math.floor(i / target)] === 0 ? NaN : value
  })
  inputs.get('lengths')?.forEach((_x, row, all) => (all[row] = Math.max(0, program.steps - (row % 4))))
  const counts = inputs.get('counts')
  counts?.forEach((_x, row) => (counts[row] = row % (target + 1)))
  const { blank = 0 } = one.attributes as { blank?: number }
  inputs.get('labels')?.forEach((_x, i, all) => {
    const isLabel = i % target < counts![Math.floor(i / target)]!
    all[i] = isLabel ? (blank + 1 + (Math.floor((i * i) / 2) % (size - 1))) % size : -1
  })
  return data
}
