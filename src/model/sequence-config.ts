import { SluiceError } from '../core/errors.ts'
import { knownKeys, numberWithin, oneOf, wholeNumber } from '../data/index.ts'
import { type LayerConfig, layerConfig, readLayers, record } from './config.ts'
import { type Layer, activations, share } from './layer.ts'

/** What goes in and what comes out: one thing, or a sequence; `synced` answers at every step of what it reads. */
export type Shape = 'one-to-one' | 'one-to-many' | 'many-to-one' | 'many-to-many' | 'synced'

/** All shapes. */
export const shapes = [
  'one-to-one',
  'one-to-many',
  'many-to-one',
  'many-to-many',
  'synced',
] as const satisfies readonly Shape[]

/** Whether a model writes a sequence, token after token, each read again before the next. */
export function writes({ shape }: { readonly shape: Shape }): boolean {
  return shape === 'one-to-many' || shape === 'many-to-many'
}

/** What is read: tokens below a number, one-hot or through an embedding; or vectors of a size. */
export type SequenceInput =
  | { readonly tokens: number; readonly embedding?: number; readonly embeddingDropout?: number }
  | { readonly vectors: number }

/** Losses of values: docs/losses.md has their formulas. */
export type ValueLoss = 'squared' | 'absolute' | 'huber' | 'smooth_l1' | 'quantile'

/** One of so many classes: softmax and cross-entropy. */
export interface ClassesOutput {
  readonly classes: number
  /** Share of the probability that is spread over all classes (Szegedy et al. 2016), in [0, 1). */
  readonly smoothing?: number
  /** What a prediction of each class weighs in the loss, above 0. */
  readonly weights?: readonly number[]
  /** What the classes are called. */
  readonly names?: readonly string[]
  /** Units of the embedding of what was said before, where a sequence is written; one-hot unless given. */
  readonly embedding?: number
}

/** So many numbers. */
export interface ValuesOutput {
  readonly values: number
  /** `squared` unless given. */
  readonly loss?: ValueLoss
  /** Of the loss `quantile`: the levels of the quantiles, each in (0, 1); 0.1, 0.5 and 0.9 unless given. */
  readonly levels?: readonly number[]
  /** Of the losses `huber` and `smooth_l1`: where the parabola ends, above 0; 1 unless given. */
  readonly delta?: number
  /** What the read-out ends with; `identity` unless given. */
  readonly activation?: (typeof activations)[number]
}

/** So many answers of yes or no: sigmoid and Bernoulli loss. */
export interface BitsOutput {
  readonly bits: number
  /** What a 1 of each bit weighs against a 0, above 0. */
  readonly weights?: readonly number[]
}

/** A shorter sequence of so many classes, unaligned: connectionist temporal classification (Graves et al. 2006). */
export interface CtcOutput {
  readonly ctc: number
  /** What the classes are called. */
  readonly names?: readonly string[]
}

/** What is answered. */
export type SequenceOutput = ClassesOutput | ValuesOutput | BitsOutput | CtcOutput

/** How a state of many steps becomes one answer: `last` is the state after the last step. */
export type Pool = 'last' | 'mean' | 'max'

/** When that which a sequence is written from is read: beside every step, or before the first alone. */
export type Conditioning = 'every-step' | 'first-step'

/** What the states of a decoder start from: the last states of the encoder, or zero. */
export type Handover = 'states' | 'zero'

/** A sequence model as plain JSON: everything but weights and codec. What has its default is left out. */
export interface SequenceConfig {
  readonly task: 'sequence'
  readonly shape: Shape
  readonly input: SequenceInput
  readonly output: SequenceOutput
  readonly layers: readonly LayerConfig[]
  readonly pool?: 'mean' | 'max'
  readonly condition?: 'first-step'
  readonly encoder?: readonly LayerConfig[]
  readonly handover?: 'zero'
  /** Most steps of a sequence. */
  readonly longest?: number
  /** Share of the outputs of every layer that training drops, in [0, 1). */
  readonly dropout: number
  /** Seed of the starting weights and of dropout. */
  readonly seed: number
}

/** What a sequence model is made of. */
export interface SequenceOptions {
  readonly shape: Shape
  /** What is read; of `one-to-many` the one thing that a sequence is written from. */
  readonly input: SequenceInput
  readonly output: SequenceOutput
  /**
   * Layers from the input up, at least one: cells, `layer(cell, options)`, `branches(stacks)` or `dense(units)`. Of
   * `many-to-many` those that write, the decoder.
   */
  readonly layers: readonly Layer[]
  /** Of `many-to-many`: layers that read; none where what is read is attended to as it is. */
  readonly encoder?: readonly Layer[]
  /** Of `many-to-many`: `states` unless given. */
  readonly handover?: Handover
  /** Of `many-to-one`: what the answer is made from; `last` unless given. */
  readonly pool?: Pool
  /** Of `one-to-many`: `every-step` unless given. */
  readonly condition?: Conditioning
  /** Most steps of a sequence; a longer one is an error. No limit unless given. */
  readonly longest?: number
  /** Share of every layer's outputs that training drops, in [0, 1), unless the layer says another; 0 unless given. */
  readonly dropout?: number
  /** Seed of the starting weights and of dropout, 0 to 2^32 - 1; 1 unless given. */
  readonly seed?: number
}

const optionKeys = 'shape input output layers encoder handover pool condition longest dropout seed'.split(' ')

/** The configuration of a sequence model. @throws SluiceError `option-value`, `option-unknown` or `model-unsupported` */
export function sequenceConfig(options: SequenceOptions): SequenceConfig {
  knownKeys('sequenceModel', options, optionKeys)
  const { layers, encoder = [] } = options
  return checkedConfig({ ...options, layers: layers.map(layerConfig), encoder: encoder.map(layerConfig) })
}

/** Reads a stored configuration from outside. @throws SluiceError `model-config`, `option-value` or `option-unknown` */
export function readSequenceConfig(value: unknown): SequenceConfig {
  const { task, ...config } = record(value, 'the configuration')
  if (task !== 'sequence') throw new SluiceError('model-config/sequence', { task: JSON.stringify(task) })
  knownKeys('The configuration', config, optionKeys)
  const encoder = readLayers(config.encoder ?? [], 'encoder.')
  return checkedConfig({ ...config, layers: readLayers(config.layers, ''), encoder })
}

function checkedConfig({
  layers,
  encoder,
  ...given
}: Readonly<Record<string, unknown>> & Record<'layers' | 'encoder', readonly LayerConfig[]>): SequenceConfig {
  const {
    pool = 'last',
    condition = 'every-step',
    handover = 'states',
    longest,
    dropout = 0,
    seed = 1,
  } = given
  const shape = oneOf('shape', given.shape, shapes)
  const pooled = oneOf('pool', pool, ['last', 'mean', 'max'])
  const conditioned = oneOf('condition', condition, ['every-step', 'first-step'])
  if (pooled !== 'last') requireShape('pool', shape, 'many-to-one')
  if (conditioned !== 'every-step') requireShape('condition', shape, 'one-to-many')
  const handed = oneOf('handover', handover, ['states', 'zero'] satisfies Handover[])
  if (handed !== 'states') requireShape('handover', shape, 'many-to-many')
  if (encoder.length > 0) requireShape('encoder', shape, 'many-to-many')
  return {
    task: 'sequence',
    shape,
    input: readInput(record(given.input, 'input')),
    output: readOutput(record(given.output, 'output'), shape),
    layers,
    ...(pooled !== 'last' && { pool: pooled }),
    ...(conditioned !== 'every-step' && { condition: conditioned }),
    ...(encoder.length > 0 && { encoder }),
    ...(handed !== 'states' && { handover: handed }),
    ...(longest !== undefined && { longest: wholeNumber('longest', longest, 1) }),
    dropout: share('dropout', dropout),
    seed: wholeNumber('seed', seed, 0, 2 ** 32 - 1),
  }
}

function requireShape(option: string, shape: Shape, needed: Shape): void {
  if (shape !== needed) throw new SluiceError('model-shape/option', { option, shape, needed })
}

type Fields = Readonly<Record<string, unknown>>

function readInput(input: Fields): SequenceInput {
  if ('vectors' in input) {
    knownKeys('The input', input, ['vectors'])
    return { vectors: wholeNumber('vectors', input.vectors, 1) }
  }
  knownKeys('The input', input, ['tokens', 'embedding', 'embeddingDropout'])
  const embedding = wholeNumber('embedding', input.embedding ?? 0, 0)
  const embeddingDropout = share('embeddingDropout', input.embeddingDropout ?? 0)
  if (embedding === 0 && embeddingDropout > 0)
    throw new SluiceError('model-layer/embedding', { option: 'embeddingDropout' })
  return {
    tokens: wholeNumber('tokens', input.tokens, 1),
    ...(embedding > 0 && { embedding }),
    ...(embeddingDropout > 0 && { embeddingDropout }),
  }
}

function readOutput(output: Fields, shape: Shape): SequenceOutput {
  if (writes({ shape }) && !('classes' in output)) throw new SluiceError('model-shape/written', { shape })
  if ('values' in output) return readValues(output)
  if ('bits' in output) return readBits(output)
  if ('ctc' in output) {
    requireShape('ctc', shape, 'synced')
    knownKeys('The output', output, ['ctc', 'names'])
    const ctc = wholeNumber('ctc', output.ctc, 1)
    return { ctc, ...names(output.names, ctc) }
  }
  return readClasses(output, shape)
}

function readClasses(output: Fields, shape: Shape): ClassesOutput {
  knownKeys('The output', output, ['classes', 'smoothing', 'weights', 'names', 'embedding'])
  const classes = wholeNumber('classes', output.classes, 1)
  const smoothing = share('smoothing', output.smoothing ?? 0)
  const embedding = wholeNumber('embedding of the output', output.embedding ?? 0, 0)
  if (embedding > 0 && !writes({ shape }))
    throw new SluiceError('model-shape/option', {
      option: 'embedding of the output',
      shape,
      needed: 'one-to-many or many-to-many',
    })
  return {
    classes,
    ...(smoothing > 0 && { smoothing }),
    ...weights(output.weights, classes),
    ...names(output.names, classes),
    ...(embedding > 0 && { embedding }),
  }
}

function readValues(output: Fields): ValuesOutput {
  const own = { huber: ['delta'], smooth_l1: ['delta'], quantile: ['levels'], squared: [], absolute: [] }
  const losses = Object.keys(own) as readonly ValueLoss[]
  const loss = oneOf('loss', output.loss ?? 'squared', losses)
  const activation = oneOf('activation', output.activation ?? 'identity', activations)
  knownKeys(`The output with the loss ${loss}`, output, ['values', 'loss', 'activation', ...own[loss]])
  return {
    values: wholeNumber('values', output.values, 1),
    ...(loss !== 'squared' && { loss }),
    ...(loss === 'quantile' && {
      levels: numbers('levels', output.levels ?? [0.1, 0.5, 0.9], { above: 0, below: 1 }),
    }),
    ...(output.delta !== undefined && { delta: numberWithin('delta', output.delta, { above: 0 }) }),
    ...(activation !== 'identity' && { activation }),
  }
}

function readBits(output: Fields): BitsOutput {
  knownKeys('The output', output, ['bits', 'weights'])
  const bits = wholeNumber('bits', output.bits, 1)
  return { bits, ...weights(output.weights, bits) }
}

function numbers(name: string, list: unknown, range: Parameters<typeof numberWithin>[2]): readonly number[] {
  if (!Array.isArray(list) || list.length === 0) throw new SluiceError('option-value/list', { name })
  return list.map((value, index) => numberWithin(`${name} ${index}`, value, range))
}

function weights(given: unknown, count: number): { readonly weights?: readonly number[] } {
  if (given === undefined) return {}
  const read = numbers('weights', given, { above: 0 })
  if (read.length !== count)
    throw new SluiceError('model-shape/count', { what: 'weights', count, given: read.length })
  return { weights: read }
}

function names(given: unknown, count: number): { readonly names?: readonly string[] } {
  if (given === undefined) return {}
  const isNames = Array.isArray(given) && given.every((name) => typeof name === 'string')
  if (!isNames) throw new SluiceError('option-value/list', { name: 'names' })
  if (given.length !== count)
    throw new SluiceError('model-shape/count', { what: 'names', count, given: given.length })
  return { names: given }
}
