import { SluiceError } from '../core/errors.ts'
import type { Node, StepGraph, WindowGraph } from '../graph/index.ts'
import type { ModelConfig } from './config.ts'
import { partsOf } from './parts.ts'
import { countOf, shapesOf } from './start.ts'
import { nextTokenWindow } from './window.ts'

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
  const { graph } = nextTokenWindow(partsOf(config, symbols), true)
  const weights = weightCount(graph)
  // The model's own, value, gradient, and packed for the products of both directions.
  const copies = 5 + shape.slots
  // What the scans keep, and the gradient of the logits.
  const values = graph.nodes.reduce((total, node) => total + valueCount(node), symbols)
  return { weights, bytes: 4 * (weights * copies + shape.rows * shape.steps * values) }
}

/** Number of weights of a window. */
export function weightCount(graph: WindowGraph): number {
  return sum([...shapesOf(graph).values()].map(countOf))
}

/** Most weights that the plans of runtimes address. */
const mostWeights = 2 ** 31 - 1

/** @throws SluiceError `model-too-large` */
export function requireAddressable(graph: WindowGraph): void {
  const weights = weightCount(graph)
  if (weights > mostWeights) throw new SluiceError('model-too-large/limit', { weights, most: mostWeights })
}

/** Numbers that a row and step of a scan keep for the way back: plans compute about half of a cell's values again. */
function valueCount({ op, attributes }: Node): number {
  if (op !== 'scan') return 0
  const free = new Set(['input', 'parameter', 'constant', 'concat', 'slice'])
  const { nodes } = attributes.step as StepGraph
  return sum(nodes.map((node) => (free.has(node.op) ? 0 : countOf(node.type.shape)))) / 2
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
