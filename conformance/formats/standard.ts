import type { Format } from '../cases.ts'
import { type Fields, type Tensor, parts, swapped } from '../fields.ts'
import { Network } from '../network.ts'
import { type Named, torchCell, torchModes, torchTrial } from './torch.ts'

/** Stacks of nn.RNN, nn.LSTM and nn.GRU. */
export const standard: Format = {
  recognises: (raw) => raw.has('config') && raw.object('config').has('mode'),
  nameOf: (raw) => raw.text('name'),
  read(raw) {
    const config = readConfig(raw.object('config'))
    const { rows, steps } = config
    return torchTrial(raw, {
      rows,
      steps,
      network: () => networkOf(config),
      named: (name, tensor) => named(name, tensor, config),
      inLoss: (output) => output !== 'output',
      ...(config.lengths && { fixed: new Map([['lengths', config.lengths]]) }),
    })
  },
}

type Config = ReturnType<typeof readConfig>

function readConfig(fields: Fields) {
  return {
    mode: fields.choice('mode', torchModes),
    input: fields.count('input_size'),
    hidden: fields.count('hidden_size'),
    layers: fields.count('num_layers'),
    bias: fields.flag('bias'),
    batchFirst: fields.flag('batch_first'),
    rows: fields.count('batch'),
    steps: fields.count('steps'),
    bidirectional: fields.flag('bidirectional'),
    projection: fields.number('proj_size'),
    lengths: fields.has('lengths') ? fields.numbers('lengths') : undefined,
  }
}

function networkOf(config: Config): Network {
  const { mode, bias, input, hidden, layers, projection, lengths } = config
  const network = new Network()
  if (lengths) network.mask()
  const projected = projection > 0
  const cell = torchCell(mode, { bias, projected })
  let sequence = network.input('x', { extent: 'step', shape: [input] })
  for (let layer = 0; layer < layers; layer++) {
    const width = layer === 0 ? input : directionsOf(config).length * (projected ? projection : hidden)
    const step = cell.graph({ input: width, hidden, ...(projected && { projection }) })
    const made = directionsOf(config).map((direction) =>
      network.layer(step, sequence, { suffix: `_l${layer}${direction}`, isReverse: direction !== '' }),
    )
    sequence = network.join(made)
  }
  network.output('output', sequence)
  return network
}

/** What the names of each direction end in. */
const directionsOf = ({ bidirectional }: Config): readonly string[] =>
  bidirectional ? ['', '_reverse'] : ['']

/** Sequences become time-major; states of all layers and directions, one array each. */
function named(name: string, tensor: Tensor, config: Config): Named {
  const { batchFirst, layers } = config
  if (['x', 'output', 'loss_weights'].includes(name))
    return [[name, (batchFirst ? swapped(tensor) : tensor).data]]
  if (!['h0', 'c0', 'h_n', 'c_n'].includes(name)) return [[name, tensor.data]]
  const suffixes = Array.from({ length: layers }, (_unused, layer) =>
    directionsOf(config).map((direction) => `_l${layer}${direction}`),
  ).flat()
  return parts(tensor, suffixes.length).map((part, index) => [`${name}${suffixes[index]!}`, part])
}
