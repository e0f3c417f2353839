import type { Attributes } from '../../src/graph/index.ts'
import type { Executable, Runtime } from '../../src/runtime/types.ts'
import type { Format } from '../cases.ts'
import type { Check } from '../compare.ts'
import type { Fields, Tensor } from '../fields.ts'
import { Network } from '../network.ts'
import { torchTolerance } from './torch.ts'

/** Losses of a prediction, with their gradients by it, and with the loss of each position or sequence alone. */
export const losses: Format = {
  recognises: (raw) => raw.has('inputs') && raw.object('inputs').has('prediction'),
  nameOf: (raw) => raw.text('name'),
  read(raw) {
    const loss = readLoss(raw)
    return { tolerance: torchTolerance(raw), run: (runtime) => runLoss(runtime, loss) }
  },
}

/** An input of a loss, all of it: its entries by step and row, or by row. */
interface Input {
  readonly name: string
  readonly extent: 'step' | 'row'
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

interface LossCase {
  readonly op: string
  readonly attributes: Attributes
  readonly rows: number
  readonly steps: number
  /** The prediction first. */
  readonly inputs: readonly Input[]
  readonly value: number
  readonly gradient: readonly number[]
  /** Losses of all positions, or of all rows for a loss that needs all steps. */
  readonly parts: readonly number[] | undefined
}

const kinds = ['cross_entropy', 'mse', 'huber', 'smooth_l1', 'bce_logits', 'ctc'] as const

function readLoss(raw: Fields): LossCase {
  const config = raw.object('config')
  const prediction = raw.object('inputs').tensor('prediction')
  const [steps, rows, size] = prediction.shape as [number, number, number]
  const { op, attributes, inputs } = readers[raw.choice('kind', kinds)](raw, config)
  const outputs = raw.object('outputs')
  const part = ['per_position', 'per_frame', 'per_sequence'].find((name) => outputs.has(name))
  return {
    op,
    attributes,
    rows,
    steps,
    inputs: [{ name: 'prediction', extent: 'step', shape: [size], data: prediction.data }, ...inputs],
    value: raw.number('loss'),
    gradient: raw.object('gradients').tensor('prediction').data,
    parts: part === undefined ? undefined : outputs.tensor(part).data,
  }
}

type Read = (raw: Fields, config: Fields) => Pick<LossCase, 'op' | 'attributes' | 'inputs'>

const stepInput = (name: string, { shape, data }: Tensor): Input => ({
  name,
  extent: 'step',
  shape: shape.slice(2),
  data,
})
const rowInput = (name: string, data: readonly number[], shape: readonly number[] = []): Input => ({
  name,
  extent: 'row',
  shape,
  data,
})

/** A loss of values of some kind. */
const values =
  (kind: string, setting?: string): Read =>
  (raw, config) => ({
    op: 'value_loss',
    attributes: {
      kind,
      reduction: config.choice('reduction', ['mean', 'sum']),
      ...(setting && { [setting]: config.number(setting) }),
    },
    inputs: [stepInput('target', raw.object('inputs').tensor('target'))],
  })

const readers: Readonly<Record<(typeof kinds)[number], Read>> = {
  cross_entropy(raw, config) {
    const target = raw.object('inputs').tensor('target')
    const ignored = config.has('ignore_index') ? config.number('ignore_index') : undefined
    const data = target.data.map((token) => (token === ignored ? -1 : token))
    const reduction = config.choice('reduction', ['mean', 'sum'])
    const attributes = { smoothing: config.number('label_smoothing'), reduction }
    return { op: 'cross_entropy', attributes, inputs: [stepInput('target', { ...target, data })] }
  },
  mse: values('squared'),
  huber: values('huber', 'delta'),
  smooth_l1: values('smooth_l1', 'beta'),
  bce_logits(raw, config) {
    const given = raw.object('inputs')
    const reduction = config.choice('reduction', ['mean', 'sum_over_keys_mean_over_frames', 'sum'])
    const names = ['target', 'frame_mask'].filter((name) => given.has(name))
    return {
      op: 'bernoulli_loss',
      attributes: {
        reduction: reduction === 'sum_over_keys_mean_over_frames' ? 'frames' : reduction,
        ...(given.has('pos_weight') && { positiveWeights: given.tensor('pos_weight').data }),
      },
      inputs: names.map((name) => stepInput(name, given.tensor(name))),
    }
  },
  ctc(raw, config) {
    const { shape, data } = raw.object('inputs').tensor('target')
    const reduction = config.choice('reduction', ['mean', 'sum'])
    return {
      op: 'ctc_loss',
      attributes: { blank: config.number('blank'), reduction },
      inputs: [
        rowInput('labels', data, shape.slice(1)),
        rowInput('lengths', config.numbers('input_lengths')),
        rowInput('counts', config.numbers('target_lengths')),
      ],
    }
  },
}

async function compiled(runtime: Runtime, loss: LossCase): Promise<Executable> {
  const network = new Network()
  const nodes = loss.inputs.map(({ name, extent, shape }) => network.input(name, { extent, shape }))
  network.output('loss', network.build.add(loss.op, nodes, loss.attributes))
  const gradient = { of: ['loss'], inputs: ['prediction'], slots: 0 }
  return runtime.compile({ graph: network.graph, rows: loss.rows, steps: loss.steps, states: [], gradient })
}

async function valueOf(executable: Executable, { inputs, steps }: LossCase): Promise<number> {
  for (const { name, data } of inputs) executable.write(name, data)
  return (await executable.run({ steps, mode: 'gradients' })).loss
}

async function runLoss(runtime: Runtime, loss: LossCase): Promise<readonly Check[]> {
  const executable = await compiled(runtime, loss)
  try {
    const value = await valueOf(executable, loss)
    const gradient = executable.read('d prediction')
    return [
      { name: 'loss', got: [value], want: [loss.value] },
      { name: 'd prediction', got: gradient, want: loss.gradient },
      ...(loss.parts ? [{ name: 'parts', got: await partsOf(runtime, loss), want: loss.parts }] : []),
    ]
  } finally {
    executable.dispose()
  }
}

/** The loss of each position alone, or of each row where rows are aligned as wholes. */
async function partsOf(runtime: Runtime, loss: LossCase): Promise<readonly number[]> {
  const isAligned = loss.op === 'ctc_loss'
  const count = isAligned ? loss.rows : loss.rows * loss.steps
  const one = { ...loss, attributes: { ...loss.attributes, reduction: 'sum' }, rows: 1 }
  const small = isAligned ? one : { ...one, steps: 1 }
  const executable = await compiled(runtime, small)
  try {
    const found: number[] = []
    for (let part = 0; part < count; part++) {
      const inputs = loss.inputs.map((input) => ({ ...input, data: cut(input, loss, part, isAligned) }))
      found.push(await valueOf(executable, { ...small, inputs }))
    }
    return found
  } finally {
    executable.dispose()
  }
}

/** The entries of an input that belong to one part. */
function cut({ extent, shape, data }: Input, { rows, steps }: LossCase, part: number, isAligned: boolean) {
  const size = shape.reduce((product, each) => product * each, 1)
  const at = (index: number): readonly number[] => data.slice(index * size, (index + 1) * size)
  if (!isAligned || extent === 'row') return at(part)
  return Array.from({ length: steps }, (_unused, step) => at(step * rows + part)).flat()
}
