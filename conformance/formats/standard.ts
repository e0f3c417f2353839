import type { Format, Reason } from '../cases.ts'
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
    return (
      skipped(config) ??
      torchTrial(raw, {
        rows,
        steps,
        network: () => networkOf(config),
        named: (name, tensor) => named(name, tensor, config),
        inLoss: (output) => output !== 'output',
      })
    )
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
    lengths: fields.has('lengths') ? fields.numbers('lengths') : [],
  }
}

function skipped({ bidirectional, lengths, steps }: Config): Reason | undefined {
  if (bidirectional) return 'reverse or both directions'
  return lengths.some((length) => length !== steps) ? 'ragged lengths' : undefined
}

function networkOf({ mode, bias, input, hidden, layers, projection }: Config): Network {
  const network = new Network()
  const projected = projection > 0
  const cell = torchCell(mode, { bias, projected })
  let sequence = network.input('x', { extent: 'step', shape: [input] })
  for (let layer = 0; layer < layers; layer++) {
    const width = layer === 0 ? input : projected ? projection : hidden
    const step = cell.graph({ input: width, hidden, ...(projected && { projection }) })
    sequence = network.layer(step, sequence, { suffix: `_l${layer}` })
  }
  network.output('output', sequence)
  return network
}

/** Sequences become time-major; states of all layers, one array a layer. */
function named(name: string, tensor: Tensor, { batchFirst, layers }: Config): Named {
  if (['x', 'output', 'loss_weights'].includes(name))
    return [[name, (batchFirst ? swapped(tensor) : tensor).data]]
  if (!['h0', 'c0', 'h_n', 'c_n'].includes(name)) return [[name, tensor.data]]
  return parts(tensor, layers).map((part, layer) => [`${name}_l${layer}`, part])
}
