import { SluiceError, invariant } from '../core/errors.ts'
import { Builder, numbers } from './builder.ts'
import { StepRewriter } from './rewrite-step.ts'
import type { MemoryPort, Node, StepGraph } from './types.ts'

/*
 * Memories of a step in a window. Inside a step `U @ M` is a product like any other; but it is the same at every step, so a
 * window makes it once, from the sequence that M is, and the step that is scanned reads it as an input.
 */

/** Something that a step reads of a memory at every step: the memory itself, or a matrix times each of its places. */
export interface MemoryRead {
  /** Name of the scanned step's input: `M`, `U @ M` or `U^T @ M`. */
  readonly input: string
  /** Which of the step's memories. */
  readonly memory: number
  /** `[places, size]` */
  readonly shape: readonly number[]
  /** Which of the step's parameters its places are multiplied with. */
  readonly matrix?: number
  readonly transpose: boolean
}

/** A memory that is a sequence of the same window: step t is place t. */
export interface MemorySequence {
  readonly sequence: number
  /** Mask [places], one a row; at least as many places as the window has steps. */
  readonly mask: number
  /** Lengths of the rows, where the mask says no more than they do: products then skip the padding. */
  readonly lengths?: number | undefined
}

/** A memory that was made before: what the step reads, by the names of `memoryReads`, each once a row. */
export interface MemoryRows {
  readonly reads: ReadonlyMap<string, number>
  readonly mask: number
}

export type MemoryInputs = MemorySequence | MemoryRows

const masksName = ({ name }: MemoryPort): string => `mask of ${name}`

/** Everything that a step reads of its memories, masks apart, in the order in which the scanned step takes it. */
export function memoryReads(step: StepGraph): readonly MemoryRead[] {
  return (step.memories ?? []).flatMap(({ name, values }, memory) => {
    const readers = step.nodes.filter(({ inputs }) => inputs.includes(values))
    const products = readers.filter(({ op }) => op === 'product').map((node) => projection(step, node, name))
    const own = { input: name, memory, shape: step.nodes[values]!.type.shape, transpose: false }
    return [
      ...(products.length < readers.length ? [own] : []),
      ...products.map((part) => ({ ...part, memory })),
    ]
  })
}

function projection(step: StepGraph, { inputs, attributes, type }: Node, name: string) {
  const matrix = step.parameters.findIndex(({ node }) => node === inputs[0])
  const transpose = attributes.transpose === true
  const input = `${step.parameters[matrix]!.name}${transpose ? '^T' : ''} @ ${name}`
  return { input, matrix, transpose, shape: type.shape }
}

const known = new WeakMap<StepGraph, StepGraph>()

/** The step as a scan takes it: what it reads of memories, and their masks, are inputs after its own. */
export function plainStep(step: StepGraph): StepGraph {
  const { memories, ...plain } = step
  if (!memories) return step
  const made = known.get(step) ?? withoutMemories(step, memories, new StepRewriter(plain))
  known.set(step, made)
  return made
}

function withoutMemories(
  step: StepGraph,
  memories: readonly MemoryPort[],
  rewriter: StepRewriter,
): StepGraph {
  const reads = memoryReads(step)
  for (const [memory, port] of memories.entries()) {
    rewriter.input(masksName(port), step.nodes[port.mask]!.type.shape[0]!)
    for (const { input, shape } of reads.filter((read) => read.memory === memory))
      rewriter.input(input, ...shape)
  }
  const inputOf = (name: string): number | null => {
    const read = reads.find(({ input }) => input === name)
    return read ? rewriter.input(read.input, ...read.shape) : null
  }
  rewriter.write((node, id) => {
    const port = memories.find(({ values, mask }) => values === id || mask === id)
    if (port)
      return port.mask === id ? rewriter.input(masksName(port), ...node.type.shape) : inputOf(port.name)
    const of = memories.find(({ values }) => node.op === 'product' && node.inputs[1] === values)
    return of ? inputOf(projection(step, node, of.name).input) : undefined
  })
  return rewriter.finish()
}

/**
 * The nodes that a scan takes for the memories of a step, in the order of `plainStep`.
 * @throws SluiceError `cell-memory` where a memory is missing
 */
export function memoryInputs(
  build: Builder,
  step: StepGraph,
  memories: readonly MemoryInputs[],
  parameters: readonly number[],
): readonly number[] {
  const reads = memoryReads(step)
  const wanted = step.memories?.length ?? 0
  if (memories.length !== wanted) throw new SluiceError('cell-memory', { cell: step.name })
  return memories.flatMap((memory, index) => [
    memory.mask,
    ...reads
      .filter((read) => read.memory === index)
      .map((read) =>
        'reads' in memory ? given(memory, read) : remembered(build, step, memory, read, parameters),
      ),
  ])
}

function given({ reads }: MemoryRows, { input }: MemoryRead): number {
  const node = reads.get(input)
  invariant(node !== undefined, `the memory ${input} is given`)
  return node
}

function remembered(
  build: Builder,
  step: StepGraph,
  memory: MemorySequence,
  read: MemoryRead,
  parameters: readonly number[],
): number {
  const sequence = readSequence(build, step, memory, read, parameters)
  return build.add('remember', [sequence], { places: read.shape[0]! })
}

function readSequence(
  build: Builder,
  step: StepGraph,
  memory: MemorySequence,
  read: MemoryRead,
  parameters: readonly number[],
): number {
  return read.matrix === undefined ? memory.sequence : addProjection(build, step, read, memory, parameters)
}

/**
 * Everything that a step reads of its memories as sequences, by the names of `memoryReads`: what a window of an encoder
 * gives, so that a decoder can take it later, step by step.
 */
export function memorySequences(
  build: Builder,
  step: StepGraph,
  memories: readonly MemorySequence[],
  parameters: readonly number[],
): ReadonlyMap<string, number> {
  const sequence = (read: MemoryRead): number =>
    readSequence(build, step, memories[read.memory]!, read, parameters)
  return new Map(memoryReads(step).map((read) => [read.input, sequence(read)]))
}

/** The sequence of a matrix of a step times each place of a memory; zero in the padding. */
function addProjection(
  build: Builder,
  step: StepGraph,
  { matrix, transpose }: MemoryRead,
  { sequence, mask, lengths }: MemorySequence,
  parameters: readonly number[],
): number {
  const { name, node } = step.parameters[matrix!]!
  const dense = denseStep(name, step.nodes[node]!.type.shape, transpose)
  const isMasked = lengths !== undefined
  const inputs = [isMasked ? sequence : build.add('keep', [sequence, mask]), parameters[matrix!]!]
  const scan = isMasked
    ? build.add('scan', [...inputs, lengths], { step: dense, masked: true })
    : build.add('scan', inputs, { step: dense })
  return build.add('pick', [scan], { index: 0 })
}

/** A step without states that multiplies its input with a matrix, or with its transpose. */
function denseStep(name: string, shape: readonly number[], transpose: boolean): StepGraph {
  const build = new Builder(numbers)
  const x = build.leaf('input', 'x', { extent: 'row', shape: [shape[transpose ? 0 : 1]!] })
  const matrix = build.leaf('parameter', name, { extent: 'once', shape })
  const node = build.add('product', [matrix, x], transpose ? { transpose } : {})
  return {
    name,
    nodes: build.nodes,
    inputs: [{ name: 'x', node: x }],
    states: [],
    parameters: [{ name, node: matrix }],
    outputs: [{ name: 'y', node }],
    traces: [],
  }
}

/** A step that gives some of its traces as further outputs, such as the weights of its attention. */
export function withTraces(step: StepGraph, names: readonly string[]): StepGraph {
  const ports = names.map((name) => {
    const port = step.traces.find((trace) => trace.name === name)
    invariant(port, `${step.name} has no trace ${name}`)
    return port
  })
  return { ...step, outputs: [...step.outputs, ...ports] }
}
