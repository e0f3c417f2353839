import { SluiceError } from '../core/errors.ts'
import { type InitSpec, type LayerCell, cell } from '../cells/index.ts'
import { numberWithin, wholeNumber } from '../data/index.ts'

/** A layer as it is stored: its cell's equations in canonical spelling, its sizes and how its parameters started. */
export interface LayerConfig {
  readonly name: string
  readonly equations: string
  readonly sizes: Readonly<Record<string, number>>
  readonly init: InitSpec
}

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
}

/** The stored form of a layer. */
export function layerConfig({ cell: { name, source }, sizes, init }: LayerCell): LayerConfig {
  return { name, equations: source, sizes, init }
}

/** A layer from its stored form. @throws EquationError, or SluiceError `cell-sizes` or `cell-init` */
export function layerFrom({ name, equations, sizes, init }: LayerConfig): LayerCell {
  return cell(name, equations, { init })(sizes)
}

/** Reads a stored configuration from outside. @throws SluiceError `model-config` or `option-value` */
export function readConfig(value: unknown): ModelConfig {
  const config = record(value, 'the configuration')
  if (config.task !== 'next-token')
    throw new SluiceError('model-config/task', { task: JSON.stringify(config.task) })
  if (!Array.isArray(config.layers)) throw new SluiceError('model-config/layers')
  return {
    task: 'next-token',
    embedding: wholeNumber('embedding', config.embedding, 0),
    layers: config.layers.map((layer, index) => readLayer(record(layer, `layer ${index}`), index)),
    dropout: checkDropout(config.dropout),
    seed: wholeNumber('seed', config.seed, 0, 2 ** 32 - 1),
  }
}

function readLayer(
  { name, equations, sizes, init }: Readonly<Record<string, unknown>>,
  index: number,
): LayerConfig {
  if (typeof name !== 'string' || typeof equations !== 'string')
    throw new SluiceError('model-config/layer', { layer: index })
  const numbers = record(sizes, `the sizes of layer ${index}`)
  for (const [size, given] of Object.entries(numbers)) wholeNumber(`${size} of layer ${index}`, given, 1)
  return {
    name,
    equations,
    sizes: numbers as Record<string, number>,
    init: record(init, `init of layer ${index}`) as InitSpec,
  }
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SluiceError('model-config/object', { what })
  return value as Record<string, unknown>
}

/** The rate, a number in [0, 1). @throws SluiceError `option-value` */
export function checkDropout(value: unknown): number {
  return numberWithin('dropout', value, { least: 0, below: 1 })
}
