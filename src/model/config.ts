import { SluiceError } from '../core/errors.ts'
import { type InitSpec, type LayerCell, cell } from '../cells/index.ts'
import { wholeNumber } from '../data/index.ts'
import {
  type Branches,
  type Layer,
  type LayerOptions,
  type StoredOptions,
  flag,
  share,
  storedBranches,
  storedOptions,
} from './layer.ts'

/** A cell's layer as it is stored: equations in canonical spelling, sizes, how parameters started, and options. */
export interface CellConfig extends StoredOptions {
  readonly name: string
  readonly equations: string
  readonly sizes: Readonly<Record<string, number>>
  readonly init: InitSpec
}

/** Branches as they are stored. */
export type BranchesConfig = Branches['options'] & {
  readonly branches: readonly (readonly LayerConfig[])[]
}

/** A layer as it is stored. What has its default is left out. */
export type LayerConfig = CellConfig | BranchesConfig

/** A model as plain JSON: everything but vocabulary and weights. */
export interface ModelConfig {
  readonly task: 'next-token'
  /** Units of the embedding; 0 for one-hot input. */
  readonly embedding: number
  readonly layers: readonly LayerConfig[]
  /** Share of the outputs of every layer that training drops, in [0, 1). */
  readonly dropout: number
  /** Seed of the starting weights and of dropout. */
  readonly seed: number
  /** Share of the words whose vectors training drops. */
  readonly embeddingDropout?: number
  /** Whether the head's matrix is the embedding. */
  readonly tied?: true
}

/** The stored form of a layer. */
export function layerConfig(layer: Layer): LayerConfig {
  if ('branches' in layer)
    return { branches: layer.branches.map((stack) => stack.map(layerConfig)), ...layer.options }
  const { cell: compiled, sizes, init, options } = layer
  return { name: compiled.name, equations: compiled.source, sizes, init, ...options }
}

/** A layer's cell from its stored form. @throws EquationError, or SluiceError `cell-sizes` or `cell-init` */
export function layerFrom({ name, equations, sizes, init }: CellConfig): LayerCell {
  return cell(name, equations, { init })(sizes)
}

/** Options for a stored layer, checked, without defaults. @throws SluiceError as `layer` */
export function cellOptions(config: CellConfig, options: LayerOptions, what = config.name): StoredOptions {
  const { cell: compiled } = layerFrom(config)
  const states = compiled.step.states.map((state) => state.name)
  return storedOptions(what, config.name, states, options)
}

/** Reads a stored configuration from outside. @throws SluiceError `model-config`, `option-value` or `option-unknown` */
export function readConfig(value: unknown): ModelConfig {
  const config = record(value, 'the configuration')
  if (config.task !== 'next-token')
    throw new SluiceError('model-config/task', { task: JSON.stringify(config.task) })
  return {
    task: 'next-token',
    embedding: wholeNumber('embedding', config.embedding, 0),
    layers: readLayers(config.layers, ''),
    dropout: share('dropout', config.dropout),
    seed: wholeNumber('seed', config.seed, 0, 2 ** 32 - 1),
    ...inputOptions(config),
  }
}

/** The options of a model beside its layers, without defaults. @throws SluiceError `option-value` */
export function inputOptions({
  embeddingDropout = 0,
  tied,
}: {
  readonly embeddingDropout?: unknown
  readonly tied?: unknown
}): Pick<ModelConfig, 'embeddingDropout' | 'tied'> {
  const dropped = share('embeddingDropout', embeddingDropout)
  return { ...(dropped > 0 && { embeddingDropout: dropped }), ...(flag('tied', tied) && { tied: true }) }
}

/**
 * Reads stored layers from outside.
 * @param within place of the layers, such as `1.0.` for the first branch of layer 1
 * @throws SluiceError `model-config`, `option-value` or `option-unknown`
 */
export function readLayers(layers: unknown, within: string): readonly LayerConfig[] {
  if (!Array.isArray(layers)) throw new SluiceError('model-config/layers')
  return layers.map((layer, index) => {
    const place = `${within}${index}`
    const read = record(layer, `layer ${place}`)
    return 'branches' in read ? readBranches(read, place) : readCell(read, place)
  })
}

function readBranches(
  { branches, ...options }: Readonly<Record<string, unknown>>,
  place: string,
): BranchesConfig {
  if (!Array.isArray(branches) || branches.length === 0) throw new SluiceError('model-config/layers')
  const stacks = branches.map((stack, index) => readLayers(stack, `${place}.${index}.`))
  if (stacks.some((stack) => stack.length === 0)) throw new SluiceError('model-layer/branches')
  return { branches: stacks, ...storedBranches(`Layer ${place}`, options) }
}

function readCell(
  { name, equations, sizes, init, ...options }: Readonly<Record<string, unknown>>,
  place: string,
): CellConfig {
  if (typeof name !== 'string' || typeof equations !== 'string')
    throw new SluiceError('model-config/layer', { layer: place })
  const numbers = record(sizes, `the sizes of layer ${place}`)
  for (const [size, given] of Object.entries(numbers)) wholeNumber(`${size} of layer ${place}`, given, 1)
  const own = {
    name,
    equations,
    sizes: numbers as Record<string, number>,
    init: record(init, `init of layer ${place}`) as InitSpec,
  }
  if (Object.keys(options).length === 0) return own
  return { ...own, ...cellOptions(own, options, `Layer ${place}`) }
}

/** A JSON object. @throws SluiceError `model-config` */
export function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SluiceError('model-config/object', { what })
  return value as Record<string, unknown>
}
