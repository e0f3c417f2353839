import { type Cell, compile } from '../../src/equations/index.ts'
import type { Trial } from '../cases.ts'
import type { Tolerance } from '../compare.ts'
import type { Fields, Tensor } from '../fields.ts'
import type { Network } from '../network.ts'
import { type Values, runSequence } from '../sequence.ts'

/** The layers of PyTorch, by their names in case files. */
export const torchModes = ['rnn_tanh', 'rnn_relu', 'lstm', 'gru'] as const

export type TorchMode = (typeof torchModes)[number]

/** What decides the equations of a layer, beside its kind. */
export interface TorchOptions {
  readonly bias: boolean
  /** An LSTM whose h is a projection, of the size `projection`. */
  readonly projected?: boolean
}

/** One layer as equations with PyTorch's parameters: stacked blocks of rows and, with `bias`, two biases. */
export function torchCell(mode: TorchMode, { bias, projected = false }: TorchOptions): Cell {
  const input = `weight_ih @ x${bias ? ' + bias_ih' : ''}`
  const recurrent = `weight_hh @ h${bias ? ' + bias_hh' : ''}`
  return compile(equations[projected ? 'lstm_projected' : mode](input, recurrent), { name: mode })
}

type Equations = (input: string, recurrent: string) => string

const rnn =
  (activation: string): Equations =>
  (input, recurrent) =>
    `h' = ${activation}(${input} + ${recurrent})`

const lstm =
  (output: string): Equations =>
  (input, recurrent) =>
    `
    a = ${input} + ${recurrent}
    i = sigmoid(block(a, 0, 4))
    f = sigmoid(block(a, 1, 4))
    g = tanh(block(a, 2, 4))
    o = sigmoid(block(a, 3, 4))
    c' = f * c + i * g
    ${output}`

const gru: Equations = (input, recurrent) => `
  a = ${input}
  u = ${recurrent}
  r = sigmoid(block(a, 0, 3) + block(u, 0, 3))
  z = sigmoid(block(a, 1, 3) + block(u, 1, 3))
  n = tanh(block(a, 2, 3) + r * block(u, 2, 3))
  h' = (1 - z) * n + z * h`

const equations: Readonly<Record<TorchMode | 'lstm_projected', Equations>> = {
  rnn_tanh: rnn('tanh'),
  rnn_relu: rnn('relu'),
  lstm: lstm("h' = o * tanh(c')"),
  lstm_projected: lstm("state h: projection; h' = weight_hr @ (o * tanh(c'))"),
  gru,
}

/** The tolerances of a case that PyTorch made. */
export function torchTolerance(raw: Fields): Trial['tolerance'] {
  const read = (fields: Fields): Tolerance => ({ rtol: fields.number('rtol'), atol: fields.number('atol') })
  const tolerance = raw.object('tolerance')
  return { float64: read(tolerance), float32: read(tolerance.object('float32')) }
}

/** Data by the names that it has in the network. */
export type Named = readonly (readonly [name: string, data: readonly number[]])[]

/** What a case with a loss over one window leaves open. */
export interface TorchWindow {
  readonly rows: number
  readonly steps: number
  /** The network; made anew for each run. */
  network(): Network
  /** An array of the case as arrays of the network. */
  named(name: string, tensor: Tensor): Named
  /** Whether the square of an output is in the loss. */
  inLoss(output: string): boolean
  readonly lastStep?: string | undefined
  /** Inputs without gradients that are no arrays of the case, such as lengths. */
  readonly fixed?: Values
}

/** A case over one window: outputs, loss, and gradients of all parameters and inputs. */
export function torchTrial(raw: Fields, window: TorchWindow): Trial {
  const { rows, steps, lastStep } = window
  const read = (key: string) =>
    new Map([...raw.object(key).tensors()].flatMap(([name, tensor]) => window.named(name, tensor)))
  const inputs = read('inputs')
  const weights = inputs.get('loss_weights') ?? []
  inputs.delete('loss_weights')
  const [parameters, outputs, gradients] = [read('parameters'), read('outputs'), read('gradients')]
  needs(raw, 'outputs', outputs, ['output'])
  needs(raw, 'gradients', gradients, [...parameters.keys(), ...inputs.keys()])
  for (const [name, data] of window.fixed ?? []) inputs.set(name, data)
  const finals = [...outputs.keys()].filter((name) => window.inLoss(name))
  const loss = { value: raw.number('loss'), weights, finals, gradients }
  const sequence = { rows, steps, inputs, parameters, outputs, lastStep, loss }
  return {
    tolerance: torchTolerance(raw),
    run: (runtime) => runSequence(runtime, { ...sequence, network: window.network() }),
  }
}

function needs(raw: Fields, key: string, values: Values, names: readonly string[]): void {
  const missing = names.find((name) => !values.has(name))
  if (missing !== undefined) throw raw.wrong(key, `must hold ${missing}`)
}
