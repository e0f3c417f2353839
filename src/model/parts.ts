import { SluiceError } from '../core/errors.ts'
import { type InitSpec, type LayerCell, cell } from '../cells/index.ts'
import { lazy } from '../core/lazy.ts'
import {
  type BranchesConfig,
  type CellConfig,
  type LayerConfig,
  type ModelConfig,
  layerFrom,
} from './config.ts'
import { type Encoding, encodedWidth } from './encoder.ts'
import type { Join, StoredAround, StoredOptions } from './layer.ts'
import type { StepGraph } from '../graph/index.ts'
import type { NamedStep } from './window-writer.ts'

/** A layer with all sizes fixed. */
export type LayerPart = CellPart | BranchesPart

interface AroundPart {
  /** Prefix of its names: `layers.0`. */
  readonly name: string
  /** Its number among all layers of the model, counted in depth: what its random numbers depend on. */
  readonly number: number
  /** What it reads, joined: 0 is the input of its stack, i the output of layer i - 1. */
  readonly reads: readonly number[]
  readonly join: Join
  readonly residual: boolean
  readonly norm: NamedStep | undefined
  readonly dropout: number
  /** Entries of its output. */
  readonly size: number
}

/** A layer of a cell: one step for each way it reads. */
export interface CellPart extends AroundPart {
  readonly ways: readonly WayPart[]
  readonly init: InitSpec
  readonly options: StoredOptions
}

/** One way of a layer through its sequence, with parameters of its own. */
export interface WayPart extends NamedStep {
  readonly isReverse: boolean
}

/** A layer of branches. */
export interface BranchesPart extends AroundPart {
  readonly branches: readonly (readonly LayerPart[])[]
}

/** What a window of a next-token model is made of. */
export interface WindowParts {
  readonly encoding: Encoding
  readonly layers: readonly LayerPart[]
  readonly head: NamedStep
  /** Whether the head's matrix is the embedding. */
  readonly tied: boolean
}

/** The width of a sequence, and whether it is, or holds, a one-hot vector: those can be multiplied and nothing else. */
export interface Width {
  readonly size: number
  readonly isOneHot: boolean
}

/** What decoders attend to: how many places it has at most, and how many entries each. */
export interface MemoryWidth {
  readonly places: number
  readonly size: number
}

/** How a stack stands in its model. */
export interface StackPlace {
  /** Prefix of its names; `layers` unless given. */
  readonly name?: string
  /** Number of its first layer in the model; 0 unless given. */
  readonly first?: number
  /** What its layers may attend to. */
  readonly memory?: MemoryWidth | undefined
}

/** A softmax over symbols stands on one dense layer. */
const head = lazy(() => cell('dense', 'input x\noutput y: symbols\ny = W @ x + b\n'))

/** Layer norm with visible parameters. */
const norm = lazy(() => cell('norm', 'input x\noutput y\ny = norm(x, gain, bias)\n')({}).cell)

/**
 * Layers and head of a model with all sizes fixed.
 * @throws SluiceError `cell-sizes` or `model-layer` where the sizes do not fit together, or `model-unsupported`
 */
export function partsOf(config: ModelConfig, symbols: number): WindowParts {
  const { embedding, embeddingDropout = 0, tied = false } = config
  if (embedding === 0 && (tied || embeddingDropout > 0))
    throw new SluiceError('model-layer/embedding', { option: tied ? 'tied' : 'embeddingDropout' })
  const encoding = { symbols, embedding, embeddingDropout }
  const layers = stackParts(config.layers, encodedWidth(encoding), config.dropout)
  requireForward(layers)
  const output = layers.at(-1)!.size
  if (tied && output !== embedding) throw new SluiceError('model-layer/tied', { embedding, output })
  const { cell: compiled, sizes } = head()({ symbols })
  const step = compiled.graph({ ...sizes, input: output })
  return { encoding, layers, head: { name: 'head', step }, tied }
}

/** Every layer of a stack and of its branches, in the order of their numbers. */
export function allLayers(layers: readonly LayerPart[]): readonly LayerPart[] {
  return layers.flatMap((part) => [part, ...('branches' in part ? part.branches.flatMap(allLayers) : [])])
}

/** @throws SluiceError `model-unsupported` where a layer reads backward: it would see what the model predicts */
export function requireForward(layers: readonly LayerPart[]): void {
  const backward = allLayers(layers).find((part) => 'ways' in part && part.ways.some((way) => way.isReverse))
  if (backward) throw new SluiceError('model-unsupported/future', { layer: backward.name })
}

/**
 * The layers of a stack over an input, with all sizes fixed.
 * @param dropout share of the outputs that every layer drops, unless it says another
 * @throws SluiceError `cell-sizes` or `model-layer` where the sizes do not fit together, or `model-unsupported`
 */
export function stackParts(
  layers: readonly LayerConfig[],
  input: Width,
  dropout = 0,
  { name = 'layers', first = 0, memory }: StackPlace = {},
): readonly LayerPart[] {
  if (layers.length === 0) throw new SluiceError('option-value/layers')
  return new StackSizer(first, memory).stack(layers, input, { dropout, name })
}

class StackSizer {
  readonly #memory: MemoryWidth | undefined
  #count: number

  constructor(first: number, memory: MemoryWidth | undefined) {
    this.#count = first
    this.#memory = memory
  }

  stack(
    layers: readonly LayerConfig[],
    input: Width,
    { dropout, name }: { readonly dropout: number; readonly name: string },
  ): readonly LayerPart[] {
    const widths = [input]
    return layers.map((config, index): LayerPart => {
      const place = `${name}.${index}`
      const number = this.#count++
      const reads = readsOf(config, index)
      const width = joined(reads.map((read) => widths[read]!))
      const core =
        'branches' in config
          ? this.#branches(config, width, place)
          : cellCore(config, width, place, this.#memory)
      const { size } = core
      if (config.residual) requireResidual(place, widths[index]!, size)
      widths.push({ size, isOneHot: false })
      return {
        ...core,
        name: place,
        number,
        reads,
        residual: config.residual === true,
        norm: config.norm && { name: `${place}.norm`, step: norm().graph({ input: size }) },
        dropout: config.dropout ?? dropout,
      }
    })
  }

  #branches({ branches, join: given }: BranchesConfig, input: Width, name: string): Core<BranchesPart> {
    const join: Join = given ?? 'concat'
    const stacks = branches.map((stack, index) =>
      this.stack(stack, input, { dropout: 0, name: `${name}.${index}` }),
    )
    const sizes = stacks.map((stack) => stack.at(-1)!.size)
    if (join === 'sum' && sizes.some((size) => size !== sizes[0]))
      throw new SluiceError('model-layer/sum', { layer: name, sizes: sizes.join(', ') })
    const size = join === 'concat' ? sizes.reduce((sum, each) => sum + each) : sizes[0]!
    return { branches: stacks, join, size }
  }
}

/** What a layer is without what stands around it. */
type Core<Part extends LayerPart> = Omit<Part, Exclude<keyof AroundPart, 'join' | 'size'>>

function cellCore(
  config: CellConfig,
  { size: input, isOneHot }: Width,
  name: string,
  memory: MemoryWidth | undefined,
): Core<CellPart> {
  const { direction = 'forward' } = config
  const join: Join = config.join ?? 'concat'
  const made = layerFrom(config)
  const { cell: compiled, sizes, init } = made
  if (isOneHot && config.inputDropout !== undefined)
    throw new SluiceError('model-layer/onehot', { layer: name, option: 'inputDropout' })
  const step = compiled.graph({
    ...sizes,
    ...(compiled.sizes.includes('input') && { input }),
    ...memorySizes(made, memory),
  })
  for (const { values } of step.memories ?? []) requireMemorySize(step, values, memory!.size)
  if (step.inputs.length !== 1)
    throw new SluiceError('model-unsupported/inputs', { cell: config.name, count: step.inputs.length })
  const forward = { name, step, isReverse: false }
  const reverse = { name: `${name}.reverse`, step, isReverse: true }
  const ways = { forward: [forward], reverse: [reverse], both: [forward, reverse] }[direction]
  const each = step.nodes[step.outputs[0]!.node]!.type.shape[0]!
  return { ways, init, options: config, join, size: join === 'concat' ? each * ways.length : each }
}

/** Sizes that a cell has of the memory that it attends to. @throws SluiceError `cell-memory` where there is none */
function memorySizes(
  { cell: { step, sizes: names }, sizes }: LayerCell,
  memory: MemoryWidth | undefined,
): Readonly<Record<string, number>> {
  if (!step.memories) return {}
  if (!memory) throw new SluiceError('cell-memory', { cell: step.name })
  const own = step.memories.map(({ values }) => String(step.nodes[values]!.type.shape[1]))
  const free = own.filter((name) => names.includes(name) && name !== 'input' && !(name in sizes))
  const given = names.includes('places') ? { places: memory.places } : {}
  return { ...given, ...Object.fromEntries(free.map((name) => [name, memory.size])) }
}

function requireMemorySize({ name, nodes }: StepGraph, values: number, size: number): void {
  const needed = nodes[values]!.type.shape[1]!
  if (needed !== size) throw new SluiceError('cell-sizes/memory', { cell: name, needed, size })
}

/** Numbers of what a layer reads, lowest first. */
function readsOf({ skip }: StoredAround, index: number): readonly number[] {
  const below = Array.from({ length: index + 1 }, (_unused, i) => i)
  if (skip === 'all') return below
  return skip === 'input' ? [...new Set([0, index])] : [index]
}

function joined(widths: readonly Width[]): Width {
  const size = widths.reduce((sum, width) => sum + width.size, 0)
  return { size, isOneHot: widths.some(({ isOneHot }) => isOneHot) }
}

function requireResidual(layer: string, { size: input, isOneHot }: Width, output: number): void {
  if (isOneHot) throw new SluiceError('model-layer/onehot', { layer, option: 'residual' })
  if (input !== output) throw new SluiceError('model-layer/residual', { layer, input, output })
}
