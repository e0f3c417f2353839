import { initialise } from '../cells/index.ts'
import { Stream } from '../core/random.ts'
import type { WindowGraph } from '../graph/index.ts'
import { type LayerPart, allLayers } from './parts.ts'
import { embeddingStream, previousStream, weightStream } from './streams.ts'
import { embeddingName, previousName } from './encoder.ts'
import type { NamedStep } from './window-writer.ts'

/** Weights of one parameter, row-major in its shape. */
export interface Weights {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A step beside the layers, such as the head, and the random stream of its weights. */
export interface SeededStep extends NamedStep {
  readonly stream: number
}

/** Names and shapes of the parameters of a window, in its order. */
export function shapesOf({ nodes, parameters }: WindowGraph): ReadonlyMap<string, readonly number[]> {
  return new Map(parameters.map(({ name, node }) => [name, nodes[node]!.type.shape]))
}

/**
 * Weights as the cells and the seed start them: an embedding in U(-0.1, 0.1), learned initial states and biases at zero,
 * gains of norms at one.
 * @param beside the steps that stand beside the layers
 */
export function startingWeights(
  graph: WindowGraph,
  layers: readonly LayerPart[],
  seed: number,
  beside: readonly SeededStep[] = [],
): ReadonlyMap<string, Weights> {
  const values = new Map<string, Float32Array>()
  const add = (name: string, own: ReadonlyMap<string, Float32Array>): void => {
    for (const [parameter, data] of own) values.set(`${name}.${parameter}`, data)
  }
  for (const part of allLayers(layers)) {
    if (part.norm) add(part.norm.name, initialise(part.norm.step, {}, seed))
    if (!('ways' in part)) continue
    for (const { name, step, isReverse } of part.ways)
      add(name, initialise(step, part.init, seed, weightStream(part.number, isReverse)))
  }
  for (const { name, step, stream } of beside) add(name, initialise(step, {}, seed, stream))
  const shapes = shapesOf(graph)
  for (const [name, stream] of [
    [embeddingName, embeddingStream],
    [previousName, previousStream],
  ] as const) {
    const embedding = shapes.get(name)
    if (embedding) values.set(name, embeddingWeights(countOf(embedding), seed, stream))
  }
  return new Map(
    [...shapes].map(([name, shape]) => [
      name,
      { shape, data: values.get(name) ?? new Float32Array(countOf(shape)) },
    ]),
  )
}

function embeddingWeights(count: number, seed: number, stream: number): Float32Array {
  const random = new Stream(seed, stream)
  return Float32Array.from({ length: count }, () => 0.2 * random.float() - 0.1)
}

/** Entries of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
