import { SluiceError } from '../core/errors.ts'
import type { StepGraph } from '../graph/index.ts'
import type { ModelConfig } from './config.ts'
import { partsOf } from './parts.ts'
import type { WindowParts } from './window.ts'

/** What training a model takes, reckoned before anything is allocated. */
export interface Demand {
  readonly weights: number
  /** About as many bytes of memory. */
  readonly bytes: number
}

/** How a model is trained, as far as memory depends on it. */
export interface TrainingShape {
  readonly rows: number
  /** Longest window. */
  readonly steps: number
  /** Optimizer buffers for each parameter. */
  readonly slots: number
}

/** The memory that training takes: weights in all their copies, and values and gradients of a window. */
export function trainingDemand(config: ModelConfig, symbols: number, shape: TrainingShape): Demand {
  const parts = partsOf(config, symbols)
  const weights = weightCount(parts)
  // The model's own, value, gradient, and packed for the products of both directions.
  const copies = 5 + shape.slots
  const values = parts.layers.reduce((total, { step }) => total + valueCount(step), 2 * symbols)
  return { weights, bytes: 4 * (weights * copies + shape.rows * shape.steps * values) }
}

/** Number of weights of a model. */
export function weightCount({ symbols, embedding, layers, head }: WindowParts): number {
  return [...layers, head].reduce(
    (total, { step }) => total + sum(step.parameters.map(({ node }) => sizeOf(step, node))),
    symbols * embedding,
  )
}

/** Most weights that the plans of runtimes address. */
const mostWeights = 2 ** 31 - 1

/** @throws SluiceError `model-too-large` */
export function requireAddressable(parts: WindowParts): void {
  const weights = weightCount(parts)
  if (weights > mostWeights) throw new SluiceError('model-too-large/limit', { weights, most: mostWeights })
}

/** Numbers that a row and step keep for the way back: plans compute about half of a cell's values again. */
function valueCount(step: StepGraph): number {
  const free = new Set(['input', 'parameter', 'constant', 'concat', 'slice'])
  return sum(step.nodes.map(({ op }, node) => (free.has(op) ? 0 : sizeOf(step, node)))) / 2
}

function sizeOf(step: StepGraph, node: number): number {
  return step.nodes[node]!.type.shape.reduce((product, size) => product * size, 1)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
