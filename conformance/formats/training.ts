import { compile } from '../../src/equations/index.ts'
import type { Executable, Runtime } from '../../src/runtime/types.ts'
import { type Optimizer, resolveOptimizer, slotCount, updateSettings } from '../../src/train/optimizers.ts'
import type { Format } from '../cases.ts'
import type { Check } from '../compare.ts'
import { type Fields, type Tensor, parts } from '../fields.ts'
import { Network } from '../network.ts'
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
    parameters: raw.object('parameters').tensors(),
    outputs: raw.object('outputs').tensors(),
    gradients: raw.object('gradients').tensors(),
    loss: raw.number('loss'),
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
  const cell = torchCell(mode, true)
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
      ...(await updates(executable, run)),
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
  return [{ name: 'loss', got: [loss], want: [run.loss] }, ...parameterChecks(executable, run.gradients, 'd ')]
}

async function updates(executable: Executable, run: TrainingRun): Promise<readonly Check[]> {
  const { steps, optimizer, learningRate, clipNorm } = run
  const losses: number[] = []
  const norms: number[] = []
  const checks: Check[] = []
  for (let done = 0; done < run.updates; done++) {
    writeWindow(executable, run, done)
    const update = updateSettings(optimizer, { learningRate, clipNorm, clipValue: 0, count: done + 1 })
    const result = await executable.run({ steps, mode: 'gradients', carry: done > 0, update })
    losses.push(result.loss)
    norms.push(result.gradientNorm)
    if (done === 0) checks.push(...parameterChecks(executable, run.outputs, 'step1.'))
  }
  const clipped = norms.map((norm) => (norm + 1e-6 > clipNorm ? 1 : 0))
  const want = (name: string) => run.outputs.get(name)?.data ?? []
  return [
    { name: 'losses', got: losses, want: want('losses') },
    { name: 'grad_norms', got: norms, want: want('grad_norms') },
    { name: 'clipped', got: clipped, want: want('clipped') },
    ...checks,
    ...parameterChecks(executable, run.outputs, 'final.'),
  ]
}
