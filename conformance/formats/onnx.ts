import { compile } from '../../src/equations/index.ts'
import type { Format } from '../cases.ts'
import { type Fields, type Tensor, parts, swapped } from '../fields.ts'
import { Network } from '../network.ts'
import { type Sequence, type Values, runSequence } from '../sequence.ts'
import { type Apply, applied } from './activations.ts'
import { defaultActivations, equationsOf, operators } from './operators.ts'

/** Nodes of the ONNX operators LSTM, GRU and RNN: outputs only, in float32. */
export const onnx: Format = {
  recognises: (raw) => raw.has('op'),
  nameOf: (raw) => raw.text('case'),
  read(raw) {
    const node = readNode(raw)
    const activations = applied(node.activations, node.alphas, node.betas)
    if (!activations) return "stored activations other than the language's"
    const tolerance = { rtol: 0, atol: 2e-4 }
    return {
      tolerance: { float64: tolerance, float32: tolerance },
      run: (runtime) => runSequence(runtime, sequenceOf(node, activations)),
    }
  },
}

type Node = ReturnType<typeof readNode>

function readNode(raw: Fields) {
  const operator = raw.choice('op', operators)
  const attributes = readAttributes(raw.object('attrs'))
  const inputs = raw
    .object('inputs')
    .known(['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'])
  const inTime = (tensor: Tensor) => (attributes.batchFirst ? swapped(tensor) : tensor)
  const x = inTime(inputs.tensor('X'))
  const [steps = 0, rows = 0, input = 0] = x.shape
  const directions = directionsOf[attributes.direction]
  if (attributes.batchFirst && directions.length > 1) throw raw.error('has both directions and batches first')
  return {
    operator,
    ...attributes,
    activations: attributes.activations ?? directions.flatMap(() => defaultActivations[operator]),
    directions,
    x: x.data,
    steps,
    rows,
    input,
    lengths: inputs.has('sequence_lens') ? inputs.tensor('sequence_lens').data : undefined,
    inputs: inputs.tensors(),
    outputs: readOutputs(raw.object('outputs').known(['Y', 'Y_h', 'Y_c']), inTime, directions),
  }
}

const directionNames = ['forward', 'reverse', 'bidirectional'] as const

/** The layers of a node: whether each starts at the end, and what its names end in. */
const directionsOf = {
  forward: [{ isReverse: false, suffix: '' }],
  reverse: [{ isReverse: true, suffix: '' }],
  bidirectional: [
    { isReverse: false, suffix: '' },
    { isReverse: true, suffix: '_reverse' },
  ],
} as const

const attributeNames = [
  'hidden_size',
  'direction',
  'layout',
  'activations',
  'activation_alpha',
  'activation_beta',
  'clip',
  'input_forget',
  'linear_before_reset',
]

function readAttributes(fields: Fields) {
  fields.known(attributeNames)
  const isSet = (key: string) => fields.has(key) && fields.number(key) !== 0
  const numbers = (key: string) => (fields.has(key) ? fields.numbers(key) : [])
  return {
    hidden: fields.count('hidden_size'),
    direction: fields.has('direction') ? fields.choice('direction', directionNames) : 'forward',
    batchFirst: isSet('layout'),
    activations: fields.has('activations') ? fields.texts('activations') : undefined,
    alphas: numbers('activation_alpha'),
    betas: numbers('activation_beta'),
    clip: fields.has('clip') ? fields.number('clip') : undefined,
    coupled: isSet('input_forget'),
    linearBeforeReset: isSet('linear_before_reset'),
  }
}

type Directions = (typeof directionsOf)[keyof typeof directionsOf]

function readOutputs(fields: Fields, inTime: (tensor: Tensor) => Tensor, directions: Directions): Values {
  if (fields.names().length === 0) throw fields.error('holds nothing to check')
  const sequence = fields.has('Y') ? [['output', sideBySide(inTime(fields.tensor('Y')))] as const] : []
  const finals = named(fields.tensors(), { Y_h: 'h_n', Y_c: 'c_n' }, directions)
  return new Map([...sequence, ...finals])
}

/** [steps][directions][rows][size] as [steps][rows][directions][size]. */
function sideBySide({ shape: [steps = 0, ...rest], data }: Tensor): readonly number[] {
  return parts({ shape: [steps, ...rest], data }, steps).flatMap(
    (step) => swapped({ shape: rest, data: step }).data,
  )
}

function sequenceOf(node: Node, activations: readonly Apply[]): Sequence {
  const { operator, hidden, input, steps, rows, inputs, outputs, lengths, directions } = node
  const network = new Network()
  if (lengths) network.mask()
  const x = network.input('x', { extent: 'step', shape: [input] })
  const made = directions.map((direction, index) => {
    const count = activations.length / directions.length
    const own = activations.slice(index * count, (index + 1) * count)
    const given = { bias: inputs.has('B'), peepholes: inputs.has('P') }
    const equations = equationsOf({ ...node, ...given, activations: own })
    return network.layer(compile(equations, { name: operator }).graph({ input, hidden }), x, direction)
  })
  network.output('output', network.join(made))
  return {
    network,
    steps,
    rows,
    inputs: new Map([
      ['x', node.x],
      ...(lengths ? [['lengths', lengths] as const] : []),
      ...named(inputs, { initial_h: 'h0', initial_c: 'c0' }, directions),
    ]),
    parameters: new Map([
      ...named(inputs, { W: 'W', R: 'R', B: 'B', P: 'P' }, directions),
      ...gatesOfR(node),
    ]),
    outputs,
  }
}

type NamedData = readonly (readonly [string, readonly number[]])[]

/** The data of those tensors that are there, for each direction under a new name. */
function named(
  tensors: ReadonlyMap<string, Tensor>,
  names: Readonly<Record<string, string>>,
  directions: Directions,
): NamedData {
  return Object.entries(names).flatMap(([name, own]) => {
    const tensor = tensors.get(name)
    if (!tensor) return []
    return parts(tensor, directions.length).map(
      (data, i) => [`${own}${directions[i]!.suffix}`, data] as const,
    )
  })
}

function gatesOfR({ operator, inputs, directions }: Node): NamedData {
  const recurrent = inputs.get('R')
  if (operator !== 'GRU' || !recurrent) return []
  return parts(recurrent, 3 * directions.length).map((data, index) => {
    const { suffix } = directions[Math.floor(index / 3)]!
    return [`${['R_z', 'R_r', 'R_h'][index % 3]!}${suffix}`, data]
  })
}
