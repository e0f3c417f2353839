import { compile } from '../../src/equations/index.ts'
import type { Format } from '../cases.ts'
import { type Fields, type Tensor, parts, swapped } from '../fields.ts'
import { Network } from '../network.ts'
import { type Sequence, type Values, runSequence } from '../sequence.ts'
import { type Apply, applied } from './activations.ts'
import { defaultActivations, equationsOf, operators } from './operators.ts'

/** Nodes of the ONNX operators LSTM, GRU and RNN, one direction: outputs only, in float32. */
export const onnx: Format = {
  recognises: (raw) => raw.has('op'),
  nameOf: (raw) => raw.text('case'),
  read(raw) {
    const node = readNode(raw)
    const activations = applied(node.activations, node.alphas, node.betas)
    if (node.direction !== 'forward') return 'reverse or both directions'
    if (node.lengths.some((length) => length !== node.steps)) return 'ragged lengths'
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
  return {
    operator,
    ...attributes,
    activations: attributes.activations ?? defaultActivations[operator],
    x: x.data,
    steps,
    rows,
    input,
    lengths: inputs.has('sequence_lens') ? inputs.tensor('sequence_lens').data : [],
    inputs: inputs.tensors(),
    outputs: readOutputs(raw.object('outputs').known(['Y', 'Y_h', 'Y_c']), inTime),
  }
}

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
    direction: fields.has('direction') ? fields.text('direction') : 'forward',
    batchFirst: isSet('layout'),
    activations: fields.has('activations') ? fields.texts('activations') : undefined,
    alphas: numbers('activation_alpha'),
    betas: numbers('activation_beta'),
    clip: fields.has('clip') ? fields.number('clip') : undefined,
    coupled: isSet('input_forget'),
    linearBeforeReset: isSet('linear_before_reset'),
  }
}

function readOutputs(fields: Fields, inTime: (tensor: Tensor) => Tensor): Values {
  const names: Readonly<Record<string, string>> = { Y: 'output', Y_h: 'h_n', Y_c: 'c_n' }
  if (fields.names().length === 0) throw fields.error('holds nothing to check')
  const data = (name: string) => (name === 'Y' ? inTime(fields.tensor(name)) : fields.tensor(name)).data
  return new Map(fields.names().map((name) => [names[name]!, data(name)]))
}

function sequenceOf(node: Node, activations: readonly Apply[]): Sequence {
  const { operator, hidden, input, steps, rows, inputs, outputs } = node
  const equations = equationsOf({ ...node, activations, bias: inputs.has('B'), peepholes: inputs.has('P') })
  const network = new Network()
  const step = compile(equations, { name: operator }).graph({ input, hidden })
  network.output('output', network.layer(step, network.input('x', { extent: 'step', shape: [input] })))
  return {
    network,
    steps,
    rows,
    inputs: new Map([['x', node.x], ...renamed(inputs, { initial_h: 'h0', initial_c: 'c0' })]),
    parameters: new Map([...renamed(inputs, { W: 'W', R: 'R', B: 'B', P: 'P' }), ...gatesOfR(node)]),
    outputs,
  }
}

type NamedData = readonly (readonly [string, readonly number[]])[]

/** The data of those tensors that are there, under new names. */
function renamed(tensors: ReadonlyMap<string, Tensor>, names: Readonly<Record<string, string>>): NamedData {
  return Object.entries(names).flatMap(([name, own]) => {
    const tensor = tensors.get(name)
    return tensor ? [[own, tensor.data] as const] : []
  })
}

function gatesOfR({ operator, inputs }: Node): NamedData {
  const recurrent = inputs.get('R')
  if (operator !== 'GRU' || !recurrent) return []
  return parts(recurrent, 3).map((data, index) => [['R_z', 'R_r', 'R_h'][index]!, data])
}
