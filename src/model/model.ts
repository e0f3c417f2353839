import { SluiceError } from '../core/errors.ts'
import { Stream } from '../core/random.ts'
import { type LayerCell, initialise } from '../cells/index.ts'
import { type Vocabulary, knownKeys, wholeNumber } from '../data/index.ts'
import type { Program } from '../runtime/index.ts'
import { type ModelConfig, checkDropout, layerConfig } from './config.ts'
import { requireAddressable } from './memory.ts'
import { partsOf } from './parts.ts'
import { type WindowParts, nextTokenWindow } from './window.ts'

/** What a model of the next token is made of. */
export interface ModelOptions {
  /** The symbols it reads and writes. */
  readonly input: Vocabulary
  /** Cells from the input up, at least one. */
  readonly layers: readonly LayerCell[]
  /** Units of an embedding of the symbols; 0, the default, feeds them one-hot. */
  readonly embedding?: number
  /** Share of every layer's outputs that training drops, in [0, 1); 0 unless given. */
  readonly dropout?: number
  /** Seed of the starting weights and of dropout, 0 to 2^32 - 1; 1 unless given. */
  readonly seed?: number
}

/** Weights of one parameter, row-major in its shape. */
export interface Weights {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** What a program of a model is for. */
export interface ProgramOptions {
  readonly rows: number
  /** Longest window. */
  readonly steps: number
  /** Whether gradients are wanted. */
  readonly training: boolean
  /** Optimizer buffers for each parameter, 0 to 3. */
  readonly slots?: number
}

/**
 * A model that predicts the next symbol of a sequence: encoder, a stack of recurrent layers, a dense layer and softmax.
 *
 *     model({ input: book.vocabulary, layers: [mine(512), mine(512)], dropout: 0.5 })
 *
 * @throws SluiceError `option-value`, `option-unknown`, `model-too-large`, or `cell-sizes` where a cell's sizes do not fit
 * together
 */
export function model(options: ModelOptions): Model {
  knownKeys('model', options, ['input', 'layers', 'embedding', 'dropout', 'seed'])
  return new Model(modelConfig(options), options.input)
}

/** The configuration of a model that is not made yet. @throws SluiceError `option-value` */
export function modelConfig(options: Omit<ModelOptions, 'input'>): ModelConfig {
  const { layers, embedding = 0, dropout = 0, seed = 1 } = options
  return {
    task: 'next-token',
    embedding: wholeNumber('embedding', embedding, 0),
    layers: layers.map(layerConfig),
    dropout: checkDropout(dropout),
    seed: wholeNumber('seed', seed, 0, 2 ** 32 - 1),
  }
}

/** A model and its weights; see `model`. */
export class Model {
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  /** Weights by name: `layers.0.Wf`, `head.W`, `embedding.E`. Training writes them in place. */
  readonly parameters: ReadonlyMap<string, Weights>
  readonly #parts: WindowParts

  /** Builds a model from its stored configuration; weights start from its seed unless they are given. */
  constructor(
    config: ModelConfig,
    vocabulary: Vocabulary,
    weights?: ReadonlyMap<string, { readonly data: ArrayLike<number> }>,
  ) {
    if (config.layers.length === 0) throw new SluiceError('option-value/layers')
    this.config = config
    this.vocabulary = vocabulary
    this.#parts = partsOf(config, vocabulary.size)
    requireAddressable(this.#parts)
    this.parameters = weights ? given(this.#parts, weights) : started(this.#parts, config)
  }

  /** Number of weights. */
  get size(): number {
    return [...this.parameters.values()].reduce((total, { data }) => total + data.length, 0)
  }

  /** The program that runs this model on `rows` rows, for training or for reading alone. */
  program({ rows, steps, training, slots = 0 }: ProgramOptions): Program {
    const parts = training ? this.#parts : { ...this.#parts, dropout: 0 }
    const window = nextTokenWindow(parts)
    return { ...window, rows, steps, ...(training && { gradient: { of: ['loss'], inputs: [], slots } }) }
  }
}

/** Names and shapes of all parameters, in the order of the window. */
function shapes(parts: WindowParts): ReadonlyMap<string, readonly number[]> {
  const { graph } = nextTokenWindow(parts)
  return new Map(graph.parameters.map(({ name, node }) => [name, graph.nodes[node]!.type.shape]))
}

const headStream = 1000
const embeddingStream = 1001

/** Weights as the cells and the seed start them; an embedding starts in U(-0.1, 0.1). */
function started(parts: WindowParts, { layers, seed }: ModelConfig): ReadonlyMap<string, Weights> {
  const values = new Map<string, Float32Array>()
  parts.layers.forEach(({ name, step }, index) => {
    for (const [parameter, data] of initialise(step, layers[index]!.init, seed, index))
      values.set(`${name}.${parameter}`, data)
  })
  for (const [parameter, data] of initialise(parts.head.step, {}, seed, headStream))
    values.set(`head.${parameter}`, data)
  const random = new Stream(seed, embeddingStream)
  const embedding = Float32Array.from(
    { length: parts.symbols * parts.embedding },
    () => 0.2 * random.float() - 0.1,
  )
  return new Map(
    [...shapes(parts)].map(([name, shape]) => [name, { shape, data: values.get(name) ?? embedding }]),
  )
}

function given(
  parts: WindowParts,
  weights: ReadonlyMap<string, { readonly data: ArrayLike<number> }>,
): ReadonlyMap<string, Weights> {
  return new Map(
    [...shapes(parts)].map(([name, shape]) => {
      const data = weights.get(name)?.data
      const needed = shape.reduce((product, size) => product * size, 1)
      if (data?.length !== needed) {
        throw new SluiceError('model-weights', { name, found: data?.length ?? 'no', needed })
      }
      return [name, { shape, data: Float32Array.from(data) }]
    }),
  )
}
