import { compile } from '../../src/equations/index.ts'
import type { Executable, Runtime } from '../../src/runtime/types.ts'
import { type Optimizer, resolveOptimizer, slotCount, updateSettings } from '../../src/train/optimizers.ts'
import type { Format } from '../cases.ts'
import type { Check } from '../compare.ts'
import { type Fields, parts } from '../fields.ts'
import { Network } from '../network.ts'
import type { Values } from '../sequence.ts'
import { torchCell, torchModes, torchTolerance } from './torch.ts'

/** Consecutive updates of a small character model: one-hot, stack, softmax, truncated backpropagation, clipping. */
export const training: Format = {
  recognises: (raw) => raw.has('config') && raw.object('config').has('train_steps'),
  nameOf: (raw) => raw.text('name'),
  read(raw) {
    const run = readRun(raw)
    return { tolerance: torchTolerance(raw), run: (runtime) => runTraining(runtime, run) }
  },
}

type TrainingRun = ReturnType<typeof readRun>

function readRun(raw: Fields) {
  const config = raw.object('config')
  const outputs = raw.object('outputs')
  const parameters = raw.object('parameters').tensors()
  const ofEach = (fields: Fields, prefix: string): Values =>
    new Map([...parameters.keys()].map((name) => [name, fields.tensor(`${prefix}${name}`).data]))
  return {
    mode: config.choice('model', torchModes),
    vocabulary: config.count('vocabulary'),
    hidden: config.count('hidden_size'),
    layers: config.count('num_layers'),
    rows: config.count('batch'),
    steps: config.count('window'),
    updates: config.count('train_steps'),
    clipNorm: config.number('max_norm'),
    learningRate: config.object('hyper').number('lr'),
    optimizer: readOptimizer(config),
    tokens: raw.object('inputs').tensor('tokens').data,
    parameters,
    loss: raw.number('loss'),
    gradients: ofEach(raw.object('gradients'), ''),
    losses: outputs.tensor('losses').data,
    norms: outputs.tensor('grad_norms').data,
    clipped: outputs.tensor('clipped').data,
    first: ofEach(outputs, 'step1.'),
    final: ofEach(outputs, 'final.'),
    finals: ['h_n', 'c_n'].flatMap((name) =>
      outputs.has(name) ? [[name, outputs.tensor(name)] as const] : [],
    ),
  }
}

function readOptimizer(config: Fields): Optimizer {
  const hyper = config.object('hyper')
  if (config.number('clip_eps') !== 1e-6) throw config.wrong('clip_eps', 'must be 1e-6')
  const [beta1, beta2] = hyper.has('betas') ? hyper.numbers('betas') : []
  const name = config.choice('optimizer', ['sgd', 'momentum', 'rmsprop', 'adam', 'adamw'] as const)
  return resolveOptimizer({
    name,
    weightDecay: hyper.has('weight_decay') ? hyper.number('weight_decay') : 0,
    ...(hyper.has('momentum') && { momentum: hyper.number('momentum') }),
    ...(hyper.has('nesterov') && { nesterov: hyper.flag('nesterov') }),
    ...(hyper.has('alpha') && { alpha: hyper.number('alpha') }),
    ...(hyper.has('centered') && { centered: hyper.flag('centered') }),
    ...(hyper.has('eps') && { epsilon: hyper.number('eps') }),
    ...(beta1 !== undefined && { beta1 }),
    ...(beta2 !== undefined && { beta2 }),
  })
}

const head = compile('output y: classes\n y = weight @ x + bias', { name: 'head' })

function networkOf({ mode, vocabulary, hidden, layers }: TrainingRun): Network {
  const network = new Network()
  const token = { extent: 'step', shape: [] } as const
  const cell = torchCell(mode, { bias: true })
  let sequence = network.build.add('onehot', [network.input('tokens', token)], { classes: vocabulary })
  for (let layer = 0; layer < layers; layer++) {
    const step = cell.graph({ input: layer === 0 ? vocabulary : hidden, hidden })
    sequence = network.layer(step, sequence, { prefix: 'rnn.', suffix: `_l${layer}` })
  }
  const step = head.graph({ input: hidden, classes: vocabulary })
  const logits = network.layer(step, sequence, { prefix: 'out.' })
  const targets = network.input('targets', token)
  network.output('loss', network.build.add('cross_entropy', [logits, targets]))
  return network
}

async function runTraining(runtime: Runtime, run: TrainingRun): Promise<readonly Check[]> {
  const { rows, steps, parameters } = run
  const { graph, states } = networkOf(run)
  const gradient = { of: ['loss'], inputs: [], slots: slotCount(run.optimizer) }
  const executable = await runtime.compile({ graph, rows, steps, states, gradient })
  try {
    for (const { initial, size } of states) executable.write(initial, new Float64Array(rows * size))
    for (const [name, { data }] of parameters) executable.writeParameter(name, data)
    return [
      ...(await firstGradients(executable, run)),
      ...(await allUpdates(executable, run)),
      ...finalStates(executable, run),
    ]
  } finally {
    executable.dispose()
  }
}

/** Loss and gradients before the first update and before clipping. */
async function firstGradients(executable: Executable, run: TrainingRun): Promise<readonly Check[]> {
  writeWindow(executable, run, 0)
  const { loss } = await executable.run({ steps: run.steps, mode: 'gradients' })
  const gradients = Array.from(run.gradients, ([name, want]) => ({
    name: `d ${name}`,
    got: executable.readParameter(name, 'gradient'),
    want,
  }))
  return [{ name: 'loss', got: [loss], want: [run.loss] }, ...gradients]
}

async function allUpdates(executable: Executable, run: TrainingRun): Promise<readonly Check[]> {
  const { steps, optimizer, learningRate, clipNorm } = run
  const losses: number[] = []
  const norms: number[] = []
  let first: readonly Check[] = []
  for (let count = 1; count <= run.updates; count++) {
    writeWindow(executable, run, count - 1)
    const update = updateSettings(optimizer, { learningRate, clipNorm, clipValue: 0, count })
    const result = await executable.run({ steps, mode: 'gradients', carry: count > 1, update })
    losses.push(result.loss)
    norms.push(result.gradientNorm)
    if (count === 1) first = parameterChecks(executable, 'step1', run.first)
  }
  const clipped = norms.map((norm) => (norm + 1e-6 > clipNorm ? 1 : 0))
  return [
    { name: 'losses', got: losses, want: run.losses },
    { name: 'grad_norms', got: norms, want: run.norms },
    { name: 'clipped', got: clipped, want: run.clipped },
    ...first,
    ...parameterChecks(executable, 'final', run.final),
  ]
}

/** Tokens of a window, and as its targets the tokens that follow them. */
function writeWindow(executable: Executable, { tokens, rows, steps }: TrainingRun, window: number): void {
  const size = steps * rows
  const start = window * size
  executable.write('tokens', tokens.slice(start, start + size))
  executable.write('targets', tokens.slice(start + rows, start + rows + size))
}

function parameterChecks(executable: Executable, label: string, values: Values): readonly Check[] {
  return Array.from(values, ([name, want]) => ({
    name: `${label}.${name}`,
    got: executable.readParameter(name),
    want,
  }))
}

function finalStates(executable: Executable, { finals, layers }: TrainingRun): readonly Check[] {
  return finals.flatMap(([name, tensor]) =>
    parts(tensor, layers).map((want, layer) => {
      const state = `${name}_l${layer}`
      return { name: state, got: executable.read(state), want }
    }),
  )
}
