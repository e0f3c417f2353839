import { repeat } from '../repeat.ts'
import { readTask, serve } from '../serve.ts'
import { rates } from '../sluice/rates.ts'
import { characters, draw } from './draw.ts'
import { reordered, transposed } from './layout.ts'
import { packageVersion, requirePackage } from './packages.ts'
import type { RivalTask } from './rival.ts'
import type { Layer, Sequential, Tensor, TensorFlow, TensorFlowLayers } from './tensorflow-api.ts'
import type { Twin, TwinLayer } from './twin.ts'

/* TensorFlow.js with its own layers. The task also names the backend. */

const tf = requirePackage('@tensorflow/tfjs-core') as TensorFlow
const { layers, sequential } = requirePackage('@tensorflow/tfjs-layers') as TensorFlowLayers

const task = await readTask<RivalTask & { readonly backend: 'wasm' | 'cpu' }>()
const { cell, configuration, symbols, twin } = task
const kind = cell === 'lstm' ? 'lstm' : 'gru'

/** Sizes of a window and of the layers. */
interface Size {
  readonly hidden: number
  readonly batch: number
  readonly steps: number
}

interface Net {
  readonly model: Sequential
  readonly recurrent: readonly Layer[]
  readonly dense: Layer
}

/** Layers, whose gates are true sigmoids, under a dense layer; sampling carries their states on. */
function netOf({ hidden, batch, steps }: Size): Net {
  const model = sequential()
  const shared = {
    units: hidden,
    returnSequences: true,
    recurrentActivation: 'sigmoid',
    recurrentInitializer: 'glorotUniform',
    stateful: configuration.task === 'sampling',
  }
  for (let layer = 0; layer < configuration.layers; layer++)
    model.add(layers[kind]({ ...shared, ...(layer === 0 && { batchInputShape: [batch, steps, symbols] }) }))
  model.add(layers.dense({ units: symbols, activation: 'linear' }))
  return { model, recurrent: model.layers.slice(0, -1), dense: model.layers.at(-1)! }
}

function load({ recurrent, dense }: Net, { layers: weights, head, hidden }: Twin): void {
  weights.forEach((layer, index) => recurrent[index]!.setWeights(layerWeights(layer, hidden)))
  dense.setWeights([matrix(head.x, hidden), tf.tensor(head.b, [symbols])])
}

/** Its matrices stand the other way round, and the update gate of its GRU comes first. */
function layerWeights({ x, h, b }: TwinLayer, hidden: number): readonly Tensor[] {
  const order = kind === 'lstm' ? [0, 1, 2, 3] : [1, 0, 2]
  const inputs = x.length / b.length
  return [
    matrix(reordered(x, order), inputs),
    matrix(reordered(h, order), hidden),
    tf.tensor(reordered(b, order), [b.length]),
  ]
}

function matrix(values: readonly number[], columns: number): Tensor {
  return tf.tensor(transposed(values, columns), [columns, values.length / columns])
}

/** One window by rows and steps, made of tokens by steps and rows. */
function windowOf(tokens: readonly number[], { batch, steps }: Size): Tensor {
  return tf.tensor(transposed(tokens, batch), [batch, steps], 'int32')
}

function trainingStep({ model }: Net, tokens: Tensor, targets: Tensor): () => number {
  const adam = tf.train.adam(rates.learningRate, 0.9, 0.999, 1e-8)
  const rows = (value: Tensor) => tf.reshape(value, [-1, symbols])
  const loss = () =>
    tf.losses.softmaxCrossEntropy(
      rows(oneHot(targets)),
      rows(model.apply(oneHot(tokens), { training: true })),
    )
  return () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss)
      const squares = Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)))
      const norm = tf.add(tf.sqrt(tf.addN(squares)), 1e-6)
      const factor = tf.minimum(tf.div(rates.clipNorm, norm), 1)
      const clipped = Object.entries(grads).map(
        ([name, gradient]) => [name, tf.mul(gradient, factor)] as const,
      )
      adam.applyGradients(Object.fromEntries(clipped))
      return value.dataSync()[0]!
    })
}

function oneHot(tokens: Tensor): Tensor {
  return tf.cast(tf.oneHot(tokens, symbols), 'float32')
}

/** Logits by rows and steps. */
function read({ model }: Net, tokens: Tensor): Float32Array {
  return tf.tidy(() => model.predictOnBatch(oneHot(tokens)).dataSync())
}

function numbersOf({ rows: batch, steps, hidden, windows, tokens, targets }: Twin): readonly number[] {
  const size = { hidden, batch, steps }
  const net = netOf(size)
  load(net, twin)
  const window = windowOf(tokens, size)
  if (configuration.task === 'training') {
    const step = trainingStep(net, window, windowOf(targets, size))
    return Array.from({ length: windows }, step)
  }
  return Array.from({ length: windows }, () => byStep(read(net, window), size)).flat()
}

/** Logits by steps and rows. */
function byStep(logits: Float32Array, { batch, steps }: Size): readonly number[] {
  const at = (step: number, row: number) => (row * steps + step) * symbols
  return Array.from({ length: steps * batch }, (_unused, index) => {
    const from = at(Math.floor(index / batch), index % batch)
    return [...logits.subarray(from, from + symbols)]
  }).flat()
}

function workOf(size: Size): () => void {
  const net = netOf(size)
  const tokens = () =>
    tf.tensor(Array.from({ length: size.batch * size.steps }, randomToken), [size.batch, size.steps], 'int32')
  if (configuration.task === 'training') return trainingStep(net, tokens(), tokens())
  const window = tokens()
  return configuration.task === 'forward' ? () => read(net, window) : samplingWork(net)
}

function samplingWork(net: Net): () => void {
  let token = 0
  return () => {
    for (let i = 0; i < characters; i++) {
      const input = tf.tensor([token], [1, 1], 'int32')
      token = draw(read(net, input))
      input.dispose()
    }
  }
}

function randomToken(): number {
  return Math.floor(Math.random() * symbols)
}

/** Larger windows of the large layers abort in training: an operation makes more numbers than its memory holds. */
const mostTrained = 400

function sizeOf(): Size {
  const { hidden, batch, steps } = configuration
  const isLarge = configuration.task === 'training' && hidden >= 512
  return { hidden, steps, batch: isLarge ? Math.min(batch, Math.ceil(mostTrained / steps)) : batch }
}

if (task.backend === 'wasm') requirePackage('@tensorflow/tfjs-backend-wasm')
else requirePackage('@tensorflow/tfjs-backend-cpu')
await tf.setBackend(task.backend)
await tf.ready()
const size = sizeOf()
const check = numbersOf(twin)
const work = workOf(size)
await repeat(async () => work(), 0, 1)
const less = size.batch < configuration.batch ? `, batch ${size.batch}: a larger one aborts` : ''
await serve(
  {
    check,
    tokens: configuration.task === 'sampling' ? characters : size.batch * size.steps,
    detail: `TensorFlow.js ${packageVersion('@tensorflow/tfjs-core')}${less}`,
  },
  async () => work(),
)
