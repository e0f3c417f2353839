import { repeat } from '../repeat.ts'
import { readTask, serve } from '../serve.ts'
import { characters, draw } from './draw.ts'
import { onnxModel } from './onnx/model.ts'
import { nextName, onnxNetwork, stateNames } from './onnx/network.ts'
import { grown } from './grown.ts'
import { packageVersion, requirePackage } from './packages.ts'
import type { RivalTask } from './rival.ts'
import type { Twin } from './twin.ts'

/* onnxruntime runs models: forward windows and sampling. */

/** What is used of the package. */
interface OnnxRuntime {
  readonly Tensor: new (type: string, data: Float32Array | BigInt64Array, shape: readonly number[]) => Tensor
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<Session>
  }
}

interface Tensor {
  readonly data: Float32Array
}

type Tensors = Readonly<Record<string, Tensor>>

interface Session {
  run(feeds: Tensors): Promise<Tensors>
}

const { InferenceSession, Tensor } = requirePackage('onnxruntime-node') as OnnxRuntime
const { cell, configuration, symbols, threads, twin } = await readTask<RivalTask>()
const { task, layers } = configuration
const sampling = task === 'sampling'

/** A network with its states; they go on from call to call if it samples. */
class Network {
  readonly #session: Session
  readonly #shape: readonly [steps: number, rows: number]
  #states: Tensors

  private constructor(session: Session, shape: readonly [steps: number, rows: number], states: Tensors) {
    this.#session = session
    this.#shape = shape
    this.#states = states
  }

  static async open(weights: Twin, rows: number, steps: number): Promise<Network> {
    const model = onnxModel(onnxNetwork(cell, weights, { rows, steps, symbols }))
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    })
    const zeros = () =>
      new Tensor('float32', new Float32Array(rows * weights.hidden), [1, rows, weights.hidden])
    const states = Object.fromEntries(stateNames(cell, layers).map((name) => [name, zeros()]))
    return new Network(session, [steps, rows], states)
  }

  /** Logits `[steps][rows][symbols]`. */
  async read(tokens: BigInt64Array): Promise<Float32Array> {
    const input = new Tensor('int64', tokens, this.#shape)
    const results = await this.#session.run({ tokens: input, ...this.#states })
    if (sampling) {
      const next = Object.keys(this.#states).map((name) => [name, results[nextName(name)]!] as const)
      this.#states = Object.fromEntries(next)
    }
    return results['logits']!.data
  }
}

const big = (tokens: readonly number[]): BigInt64Array => BigInt64Array.from(tokens, BigInt)

async function numbersOf({ rows, steps, windows, tokens }: Twin): Promise<readonly number[]> {
  const network = await Network.open(twin, rows, steps)
  const numbers: number[] = []
  for (let i = 0; i < windows; i++) numbers.push(...(await network.read(big(tokens))))
  return numbers
}

async function workOf(): Promise<() => Promise<unknown>> {
  const { hidden, batch, steps } = configuration
  const network = await Network.open(grown(twin, hidden), batch, steps)
  const tokens = Array.from({ length: batch * steps }, () => Math.floor(Math.random() * symbols))
  if (!sampling) return () => network.read(big(tokens))
  let token = 0
  return async () => {
    for (let i = 0; i < characters; i++) token = draw(await network.read(big([token])))
  }
}

const check = await numbersOf(twin)
const work = await workOf()
await repeat(work, 0.2, 3)
const detail = `onnxruntime-node ${packageVersion('onnxruntime-node')}`
await serve({ check, detail, ...(sampling && { tokens: characters }) }, work)
