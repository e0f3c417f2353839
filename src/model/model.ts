import { SluiceError } from '../core/errors.ts'
import type { WindowGraph } from '../graph/index.ts'
import { type Tokenizer, knownKeys, wholeNumber } from '../data/index.ts'
import type { Program } from '../runtime/index.ts'
import { type ModelConfig, inputOptions, layerConfig } from './config.ts'
import { type Layer, share } from './layer.ts'
import { requireAddressable } from './memory.ts'
import { type WindowParts, partsOf } from './parts.ts'
import { type Weights, countOf, shapesOf, startingWeights } from './start.ts'
import { headStream } from './streams.ts'
import { nextTokenWindow } from './window.ts'

/** What a model of the next token is made of. */
export interface ModelOptions {
  /** The symbols it reads and writes. */
  readonly input: Tokenizer
  /** Layers from the input up, at least one: cells, `layer(cell, options)`, `branches(stacks)` or `dense(units)`. */
  readonly layers: readonly Layer[]
  /** Units of an embedding of the symbols; 0, the default, feeds them one-hot. */
  readonly embedding?: number
  /** Share of every layer's outputs that training drops, in [0, 1), unless the layer says another; 0 unless given. */
  readonly dropout?: number
  /** Share of the words whose vectors training drops, in [0, 1), wherever they stand; 0 unless given. */
  readonly embeddingDropout?: number
  /** Whether the embedding is also the head's matrix (Press and Wolf 2017); not unless given. */
  readonly tied?: boolean
  /** Seed of the starting weights and of dropout, 0 to 2^32 - 1; 1 unless given. */
  readonly seed?: number
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
 * @throws SluiceError `option-value`, `option-unknown`, `model-too-large`, `model-unsupported`, `dropout-cell`, or
 * `cell-sizes` or `model-layer` where sizes do not fit together
 */
export function model(options: ModelOptions): Model {
  knownKeys('model', options, ['input', 'layers', 'embedding', 'dropout', 'embeddingDropout', 'tied', 'seed'])
  return new Model(modelConfig(options), options.input)
}

/** The configuration of a model that is not made yet. @throws SluiceError `option-value` */
export function modelConfig(options: Omit<ModelOptions, 'input'>): ModelConfig {
  const { layers, embedding = 0, dropout = 0, seed = 1 } = options
  return {
    task: 'next-token',
    embedding: wholeNumber('embedding', embedding, 0),
    layers: layers.map(layerConfig),
    dropout: share('dropout', dropout),
    seed: wholeNumber('seed', seed, 0, 2 ** 32 - 1),
    ...inputOptions(options),
  }
}

/** A model and its weights; see `model`. */
export class Model {
  readonly config: ModelConfig
  readonly vocabulary: Tokenizer
  /** Weights by name: `layers.0.Wf`, `head.W`, `embedding.E`. Training writes them in place. */
  readonly parameters: ReadonlyMap<string, Weights>
  readonly #parts: WindowParts

  /** Builds a model from its stored configuration; weights start from its seed unless they are given. */
  constructor(
    config: ModelConfig,
    vocabulary: Tokenizer,
    weights?: ReadonlyMap<string, { readonly data: ArrayLike<number> }>,
  ) {
    this.config = config
    this.vocabulary = vocabulary
    this.#parts = partsOf(config, vocabulary.size)
    const { graph } = nextTokenWindow(this.#parts, true)
    requireAddressable(graph)
    const { layers, head } = this.#parts
    this.parameters = weights
      ? givenWeights(graph, weights)
      : startingWeights(graph, layers, config.seed, [{ ...head, stream: headStream }])
  }

  /** Number of weights. */
  get size(): number {
    return [...this.parameters.values()].reduce((total, { data }) => total + data.length, 0)
  }

  /** The program that runs this model on `rows` rows, for training or for reading alone. */
  program({ rows, steps, training, slots = 0 }: ProgramOptions): Program {
    const window = nextTokenWindow(this.#parts, training)
    return { ...window, rows, steps, ...(training && { gradient: { of: ['loss'], inputs: [], slots } }) }
  }
}

/** The weights of a window from a file. @throws SluiceError `model-weights` */
export function givenWeights(
  graph: WindowGraph,
  weights: ReadonlyMap<string, { readonly data: ArrayLike<number> }>,
): ReadonlyMap<string, Weights> {
  return new Map(
    [...shapesOf(graph)].map(([name, shape]) => {
      const data = weights.get(name)?.data
      const needed = countOf(shape)
      if (data?.length !== needed) {
        throw new SluiceError('model-weights', { name, found: data?.length ?? 'no', needed })
      }
      return [name, { shape, data: Float32Array.from(data) }]
    }),
  )
}
