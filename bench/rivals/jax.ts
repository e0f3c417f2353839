import { repeat } from '../repeat.ts'
import { readTask, serve } from '../serve.ts'
import { rates } from '../sluice/rates.ts'
import { grown } from './grown.ts'
import type { Arrays, Jax, JaxArray } from './jax-api.ts'
import { transposed } from './layout.ts'
import { packageVersion, requirePackage } from './packages.ts'
import type { RivalTask } from './rival.ts'
import type { Twin } from './twin.ts'

/*
 * jax-js has no recurrent layers and no scan: cells are written with its array operations, the loop over time is
 * unrolled and compiled. An array is consumed by its use; `.ref` keeps it for one more.
 */

const { blockUntilReady, defaultDevice, init, jit, nn, numpy, valueAndGrad } = requirePackage(
  '@jax-js/jax',
) as Jax

const { cell, configuration, symbols, twin } = await readTask<RivalTask>()
const { layers } = configuration

/** Sizes of a window and of the layers. */
interface Size {
  readonly hidden: number
  readonly batch: number
  readonly steps: number
}

/** A cell: input product and states to new states; the first is the output. Consumes all but the parameters. */
interface Cell {
  readonly gates: number
  readonly states: number
  step(z: JaxArray, states: readonly JaxArray[], parameters: Arrays, layer: number): JaxArray[]
}

const product = (h: JaxArray, parameters: Arrays, layer: number): JaxArray =>
  numpy.matmul(h, parameters[`h${layer}`]!.ref)

const lstm: Cell = {
  gates: 4,
  states: 2,
  step(z, [h, c], parameters, layer) {
    const [i, f, g, o] = numpy.split(z.add(product(h!, parameters, layer)), 4, 1)
    const memory = nn
      .sigmoid(f!)
      .mul(c!)
      .add(nn.sigmoid(i!).mul(numpy.tanh(g!)))
    return [nn.sigmoid(o!).mul(numpy.tanh(memory.ref)), memory]
  },
}

const peepholeLstm: Cell = {
  gates: 4,
  states: 2,
  step(z, [h, c], parameters, layer) {
    const [i, f, g, o] = numpy.split(z.add(product(h!, parameters, layer)), 4, 1)
    const [pi, pf, po] = numpy.split(parameters[`p${layer}`]!.ref, 3, 0)
    const input = nn.sigmoid(i!.add(pi!.mul(c!.ref)))
    const forget = nn.sigmoid(f!.add(pf!.mul(c!.ref)))
    const memory = forget.mul(c!).add(input.mul(numpy.tanh(g!)))
    return [nn.sigmoid(o!.add(po!.mul(memory.ref))).mul(numpy.tanh(memory.ref)), memory]
  },
}

const gru: Cell = {
  gates: 3,
  states: 1,
  step(z, [h], parameters, layer) {
    const [zr, zz, zn] = numpy.split(z, 3, 1)
    const [hr, hz, hn] = numpy.split(product(h!.ref, parameters, layer), 3, 1)
    const inner = nn.sigmoid(zr!.add(hr!)).mul(hn!.add(parameters[`d${layer}`]!.ref))
    const candidate = numpy.tanh(zn!.add(inner))
    return [candidate.ref.add(nn.sigmoid(zz!.add(hz!)).mul(h!.sub(candidate)))]
  },
}

const { gates, states, step } = ({ lstm, peephole_lstm: peepholeLstm, gru } as Record<string, Cell>)[cell]!

/** One layer over a window: `[steps * batch][inputs]` to `[steps * batch][hidden]`. Consumes the sequence. */
function scan(
  sequence: JaxArray,
  parameters: Arrays,
  layer: number,
  { hidden, batch, steps }: Size,
): JaxArray {
  const products = numpy.matmul(sequence, parameters[`x${layer}`]!.ref).add(parameters[`b${layer}`]!.ref)
  const rows = numpy.split(products.reshape([steps, batch, gates * hidden]), steps, 0)
  let current = Array.from({ length: states }, () => numpy.zeros([batch, hidden]))
  const outputs: JaxArray[] = []
  for (const row of rows) {
    current = step(row.reshape([batch, gates * hidden]), current, parameters, layer)
    outputs.push(current[0]!.ref)
  }
  for (const state of current) state.dispose()
  return numpy.concatenate(outputs, 0)
}

/** Mean cross-entropy of one-hot targets; consumes everything. */
function lossOf(parameters: Arrays, tokens: JaxArray, targets: JaxArray, size: Size): JaxArray {
  let sequence = tokens
  for (let layer = 0; layer < layers; layer++) sequence = scan(sequence, parameters, layer, size)
  const logits = numpy.matmul(sequence, parameters['head']!.ref).add(parameters['bias']!.ref)
  for (const parameter of Object.values(parameters)) parameter.dispose()
  return nn
    .logSoftmax(logits, -1)
    .mul(targets)
    .sum()
    .mul(-1 / (size.steps * size.batch))
}

const each = (arrays: Arrays, change: (array: JaxArray, name: string) => JaxArray): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, change(array, name)]))

/** Everything that an update changes. */
interface State {
  readonly parameters: Arrays
  readonly means: Arrays
  readonly squares: Arrays
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]

/** 1 - beta^count */
const bias = (beta: number, count: JaxArray): JaxArray =>
  numpy.subtract(1, numpy.exp(count.mul(Math.log(beta))))

/** Clipping by norm and Adam. Consumes everything. */
function update(state: State, gradients: Arrays, count: JaxArray): State {
  const squares = Object.values(gradients).map((gradient) => numpy.square(gradient.ref).sum())
  const norm = numpy.sqrt(squares.reduce((total, square) => total.add(square)))
  const factor = numpy.minimum(1, numpy.reciprocal(norm.add(1e-6)).mul(rates.clipNorm))
  const clipped = each(gradients, (gradient) => gradient.mul(factor.ref))
  factor.dispose()
  const means = each(clipped, (gradient, name) =>
    state.means[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1)),
  )
  const second = each(clipped, (gradient, name) =>
    state.squares[name]!.mul(beta2).add(numpy.square(gradient).mul(1 - beta2)),
  )
  const [bias1, bias2] = [bias(beta1, count.ref), bias(beta2, count)]
  const parameters = each(state.parameters, (parameter, name) => {
    const root = numpy.sqrt(second[name]!.ref.div(bias2.ref)).add(epsilon)
    return parameter.sub(means[name]!.ref.div(bias1.ref).mul(rates.learningRate).div(root))
  })
  bias1.dispose()
  bias2.dispose()
  return { parameters, means, squares: second }
}

const array = (values: readonly number[] | Float32Array, shape: readonly number[]): JaxArray =>
  numpy.array(Float32Array.from(values)).reshape(shape)

/** A row-major matrix from a transposed one. */
const matrix = (values: readonly number[], columns: number): JaxArray =>
  array(transposed(values, columns), [columns, values.length / columns])

function twinParameters({ layers: weights, head, hidden }: Twin): Arrays {
  const parameters: Arrays = { head: matrix(head.x, hidden), bias: array(head.b, [symbols]) }
  weights.forEach(({ x, h, b, d, p }, index) => {
    parameters[`x${index}`] = matrix(x, x.length / b.length)
    parameters[`h${index}`] = matrix(h, hidden)
    parameters[`b${index}`] = array(b, [b.length])
    if (d.length > 0) parameters[`d${index}`] = array(d, [hidden])
    if (p.length > 0) parameters[`p${index}`] = array(p, [3, hidden])
  })
  return parameters
}

function oneHot(tokens: readonly number[]): JaxArray {
  const values = new Float32Array(tokens.length * symbols)
  tokens.forEach((token, index) => (values[index * symbols + token] = 1))
  return array(values, [tokens.length, symbols])
}

/** A compiled training step on one window; gives the loss. */
function trainer(
  weights: Twin,
  size: Size,
  tokens: readonly number[],
  targets: readonly number[],
): () => Promise<number> {
  const gradient = valueAndGrad((parameters: Arrays, x: JaxArray, y: JaxArray) =>
    lossOf(parameters, x, y, size),
  )
  const compiled = jit(
    (parameters: Arrays, means: Arrays, squares: Arrays, count: JaxArray, x: JaxArray, y: JaxArray) => {
      const [loss, gradients] = gradient(
        each(parameters, ({ ref }) => ref),
        x,
        y,
      )
      const next = update({ parameters, means, squares }, gradients, count)
      return [loss, next.parameters, next.means, next.squares] as const
    },
  )
  const [x, y] = [oneHot(tokens), oneHot(targets)]
  const zeros = (arrays: Arrays) => each(arrays, ({ ref }) => numpy.zerosLike(ref))
  let parameters = twinParameters(weights)
  let [means, squares] = [zeros(parameters), zeros(parameters)]
  let count = 0
  return async () => {
    const next = compiled(parameters, means, squares, numpy.array(++count), x.ref, y.ref)
    const [loss] = next
    ;[, parameters, means, squares] = next
    await blockUntilReady(parameters)
    return (await loss.data())[0]!
  }
}

await init('wasm')
defaultDevice('wasm')

const { rows, windows, tokens, targets } = twin
const check: number[] = []
const twinStep = trainer(twin, { hidden: twin.hidden, batch: rows, steps: twin.steps }, tokens, targets)
for (let i = 0; i < windows; i++) check.push(await twinStep())

/** Large windows of the large layers fail: they run out of memory. */
const mostRows = 25
const { hidden, steps } = configuration
const batch = hidden >= 512 ? Math.min(mostRows, configuration.batch) : configuration.batch
const random = Array.from({ length: batch * steps }, () => Math.floor(Math.random() * symbols))
const work = trainer(grown(twin, hidden), { hidden, batch, steps }, random, random.toReversed())
await repeat(work, 0, 2)
const less = batch < configuration.batch ? `, batch ${batch}: a larger one fails` : ''
await serve({ check, tokens: batch * steps, detail: `jax-js ${packageVersion('@jax-js/jax')}${less}` }, work)
