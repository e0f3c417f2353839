import { type Cell, compile } from '../../src/equations/index.ts'
import { type Layer, type StepGraph, type Type, addLayer, withTraces } from '../../src/graph/index.ts'
import type { Format } from '../cases.ts'
import type { Fields, Tensor } from '../fields.ts'
import { Network } from '../network.ts'
import { type Named, torchCell, torchTrial } from './torch.ts'

/** Decoders that attend to a memory, which is given or what an encoder gives. */
export const attention: Format = {
  recognises: (raw) => raw.has('parameters') && raw.object('parameters').has('decoder.weight_ih'),
  nameOf: (raw) => raw.text('name'),
  read(raw) {
    const config = readConfig(raw.object('config'))
    const { rows, steps, decoderSteps, lengths } = config
    return torchTrial(raw, {
      rows,
      steps,
      network: () => networkOf(config),
      named: (name, tensor) => named(name, tensor, config),
      inLoss: (output) => output === 'h_n' || output === 'c_n',
      fixed: new Map([
        ['decoder lengths', Array.from({ length: rows }, () => decoderSteps)],
        lengths ? ['source lengths', lengths] : ['mask', maskOf(raw.object('inputs').tensor('mask'), steps)],
      ]),
    })
  },
}

const scores = ['luong_dot', 'luong_general', 'additive_luong', 'bahdanau'] as const

type Config = ReturnType<typeof readConfig>

/** Numbers of a case. Encoder and decoder share the steps of one window, as many as the longer one has. */
function readConfig(fields: Fields) {
  const [decoderSteps, sourceSteps] = [fields.count('steps'), fields.count('source_steps')]
  const optional = (key: string): number | undefined => (fields.has(key) ? fields.count(key) : undefined)
  return {
    score: fields.choice('score', scores),
    rows: fields.count('batch'),
    steps: Math.max(decoderSteps, sourceSteps),
    decoderSteps,
    input: fields.count('input_size'),
    hidden: fields.count('hidden_size'),
    encoder: fields.count('encoder_size'),
    attention: optional('attention_size'),
    scores: optional('additive_size'),
    sourceInput: optional('source_input'),
    lengths: fields.has('lengths') ? fields.numbers('lengths') : undefined,
  }
}

const gates = (input: string): string => `
  a = decoder_weight_ih @ [x, ${input}] + decoder_bias_ih + decoder_weight_hh @ h + decoder_bias_hh
  i = sigmoid(block(a, 0, 4))
  f = sigmoid(block(a, 1, 4))
  g = tanh(block(a, 2, 4))
  o = sigmoid(block(a, 3, 4))
  c' = f * c + i * g
  h' = o * tanh(c')`

/** The decoder as equations; a parameter `decoder.weight_ih` is decoder_weight_ih there. */
function decoder(score: Config['score']): Cell {
  const additive = (state: string): string =>
    `context = attend_additive(attention_W @ ${state}, attention_U @ M, M, attention_v)`
  const contexts = {
    luong_dot: "context = attend(h', M, M)",
    luong_general: "context = attend(attention_weight^T @ h', M, M)",
    additive_luong: additive("h'"),
    bahdanau: additive('h'),
  }
  const lines =
    score === 'bahdanau'
      ? ['output h', contexts.bahdanau, gates('context')]
      : [
          'output feed',
          'state feed: attention',
          gates('feed'),
          contexts[score],
          "feed' = tanh(combine_weight @ [context, h'])",
        ]
  const vector = score.startsWith('luong') ? [] : ['vector attention_v: scores']
  return compile(['memory M: encoder', ...vector, ...lines].join('\n'), { name: score })
}

function networkOf(config: Config): Network {
  const { steps, lengths } = config
  const network = new Network()
  const cell = decoder(config.score)
  const { score: _score, lengths: _lengths, ...numbers } = { ...config, places: steps }
  const given: Readonly<Record<string, number | undefined>> = numbers
  const sizes = Object.fromEntries(cell.sizes.map((size) => [size, given[size]!]))
  const step = withTraces(cell.graph(sizes), ['context_weights', 'context'])
  const source = lengths ? encode(network, config) : undefined
  const memory = source?.memory ?? {
    sequence: network.input('memory', { extent: 'step', shape: [config.encoder] }),
    mask: network.input('mask', { extent: 'row', shape: [steps] }),
  }
  const started = (name: string): number | undefined =>
    name === 'h' ? source?.h : name === 'c' ? source?.c : undefined
  const initial = step.states.map(
    ({ name, previous }) => started(name) ?? network.input(`${name}0`, step.nodes[previous]!.type),
  )
  const layer = addLayer(network.build, step, {
    sequences: [network.input('x', { extent: 'step', shape: [config.input] })],
    initial,
    parameters: parametersOf(network, step, (name) => name.replace('_', '.')),
    memories: [memory],
    lengths: network.input('decoder lengths', { extent: 'row', shape: [] }),
  })
  for (const [index, name] of ['output', 'weights', 'context'].entries())
    network.output(name, layer.outputs[index]!)
  step.states.forEach(({ name }, index) => network.output(`${name}_n`, layer.finals[index]!))
  return network
}

function parametersOf(
  network: Network,
  step: StepGraph,
  nameOf: (name: string) => string,
): readonly number[] {
  const typeOf = (node: number): Type => step.nodes[node]!.type
  return step.parameters.map(({ name, node }) => network.parameter(nameOf(name), typeOf(node)))
}

/** An LSTM in both directions: what it remembers, and the final states of both, one after the other. */
function encode(network: Network, { hidden, sourceInput, steps }: Config) {
  const { build } = network
  const step = torchCell('lstm', { bias: true }).graph({ input: sourceInput!, hidden: hidden / 2 })
  const source = network.input('source', { extent: 'step', shape: [sourceInput!] })
  const lengths = network.input('source lengths', { extent: 'row', shape: [] })
  const ways = ['_l0', '_l0_reverse'].map((suffix): Layer =>
    addLayer(build, step, {
      sequences: [source],
      initial: step.states.map(({ previous }) => build.zeros(step.nodes[previous]!.type)),
      parameters: parametersOf(network, step, (name) => `encoder.${name}${suffix}`),
      lengths,
      isReverse: suffix === '_l0_reverse',
    }),
  )
  const final = (state: string): number => {
    const index = step.states.findIndex(({ name }) => name === state)
    return network.join(ways.map(({ finals }) => finals[index]!))
  }
  const mask = build.add('places', [lengths], { places: steps })
  const sequence = network.join(ways.map(({ outputs }) => outputs[0]!))
  return { memory: { sequence, mask, lengths }, h: final('h'), c: final('c') }
}

/** Sequences get the steps that the window has, and weights as many places: zeros after their own. */
function named(name: string, { shape, data }: Tensor, { steps, rows }: Config): Named {
  if (name === 'mask') return []
  if (name === 'weights') return [[name, lengthened(padded(data, shape[2]!, steps), rows * steps * steps)]]
  const isSequence = ['x', 'memory', 'source', 'output', 'context', 'loss_weights'].includes(name)
  return [[name, isSequence ? lengthened(data, (data.length / shape[0]!) * steps) : data]]
}

const lengthened = (data: readonly number[], length: number): readonly number[] =>
  Array.from({ length }, (_unused, i) => data[i] ?? 0)

/** Vectors of a size with zeros after them, up to another size. */
function padded(data: readonly number[], size: number, to: number): readonly number[] {
  return Array.from({ length: data.length / size }, (_unused, i) =>
    lengthened(data.slice(i * size, (i + 1) * size), to),
  ).flat()
}

/** A mask, step by step in the case, as a vector for each row. */
function maskOf({ shape, data }: Tensor, places: number): readonly number[] {
  const [count = 0, rows = 0] = shape
  return Array.from({ length: rows }, (_unused, row) =>
    Array.from({ length: places }, (_place, at) => (at < count ? data[at * rows + row]! : 0)),
  ).flat()
}
