import { type Cell, compile } from '../../src/equations/index.ts'
import {
  Builder,
  type MemoryInputs,
  type Port,
  type StepGraph,
  type Type,
  addLayer,
  memoryReads,
  memorySequences,
  numbers,
  withTraces,
} from '../../src/graph/index.ts'
import type { Program } from '../../src/runtime/index.ts'
import { sized } from './cases.ts'
import { type Data, randomData } from './windows.ts'

/** Cells that attend to memories in every way that planning and lowering must tell apart. */
const texts: Readonly<Record<string, string>> = {
  dot: "memory M\nh' = tanh(Wh @ [x, h])\ncontext = attend(h', M, M)\ny = tanh(Wc @ [context, h'])\noutput y: hidden",
  'general with input feeding': `
    output a
    memory M: encoder
    i  = sigmoid(Wi @ [x, a, h] + bi)
    c' = i * c + tanh(Wg @ [x, a, h] + bg)
    h' = i * tanh(c')
    context = attend(Wa^T @ h', M, M)
    a' = tanh(Wc @ [context, h'])`,
  additive: `
    memory M: encoder
    vector v: scores
    context = attend_additive(W @ h, U @ M, M, v)
    z  = sigmoid(Wz @ [x, context, h])
    h' = z * h + (1 - z) * tanh(Wh @ [x, context, h] + b)`,
  'dot with the state before': "memory M\nh' = tanh(Wx @ x + 0.3 * attend(h, M, M) + U @ h) + 0.1 * h",
  'a query of several parts': `
    memory M: input + hidden
    context = attend([h, x], M, V @ M)
    h' = tanh(Wh @ [x, h] + context) + 0.5 * block(attend([x, h], M, M), 0, 2)
    matrix V: [hidden, input + hidden]
    output h, e
    e = context * x`,
  'two memories, keys and values by the same matrix': `
    memory M: encoder, N
    h' = tanh(Wx @ x + attend(h, N, N) + attend(exp(0.1 * h), U @ M, U @ M))`,
}

/** The cells by name. */
export const decoders: readonly (readonly [name: string, cell: Cell])[] = Object.entries(texts).map(
  ([name, text]) => [name, compile(text, { name })] as const,
)

/** Numbers of a window over a decoder. */
export interface DecoderShape {
  readonly input: number
  readonly hidden: number
  readonly encoder: number
  readonly scores: number
  readonly places: number
  readonly rows: number
  readonly steps: number
}

export const decoderShapes: readonly DecoderShape[] = [
  { input: 5, hidden: 5, encoder: 4, scores: 2, places: 4, rows: 2, steps: 3 },
  { input: 16, hidden: 16, encoder: 24, scores: 32, places: 16, rows: 9, steps: 2 },
  { input: 1, hidden: 1, encoder: 1, scores: 1, places: 1, rows: 1, steps: 1 },
  { input: 37, hidden: 37, encoder: 70, scores: 19, places: 21, rows: 5, steps: 2 },
]

/** Where a decoder's memory comes from: a sequence with a mask, a sequence with lengths, or rows that were made before. */
export type Source = 'mask' | 'lengths' | 'rows'

/** A window over a decoder, whose every output, final state, trace of weights and gradient can be seen. */
export function decoderProgram(cell: Cell, shape: DecoderShape, source: Source): Program {
  const plain = sized(cell, { ...shape })
  const step = withTraces(
    plain,
    plain.traces.flatMap(({ name }) => (name.includes('weights') ? [name] : [])),
  )
  const build = new Builder(numbers)
  const [inputs, parameters]: [Port[], Port[]] = [[], []]
  const leaf = (ports: Port[], name: string, type: Type): number => {
    const node = build.leaf(ports === inputs ? 'input' : 'parameter', name, type)
    ports.push({ name, node })
    return node
  }
  const shapeOf = (node: number): readonly number[] => step.nodes[node]!.type.shape
  const row = (name: string, ...own: readonly number[]): number =>
    leaf(inputs, name, { extent: 'row', shape: own })
  const x = leaf(inputs, 'x', { extent: 'step', shape: shapeOf(step.inputs[0]!.node) })
  const initial = step.states.map(({ name, previous }) => row(`${name}0`, ...shapeOf(previous)))
  const own = step.parameters.map(({ name, node }) => leaf(parameters, name, step.nodes[node]!.type))
  const lengths = source === 'lengths' ? row('source lengths') : undefined
  const memories = step.memories!.map(({ name, values }, memory): MemoryInputs => {
    const [, size] = shapeOf(values) as [number, number]
    const mask =
      lengths === undefined
        ? row(`mask of ${name}`, shape.places)
        : build.add('places', [lengths], { places: shape.places })
    if (source !== 'rows')
      return { sequence: leaf(inputs, name, { extent: 'step', shape: [size] }), mask, lengths }
    const reads = memoryReads(step).filter((read) => read.memory === memory)
    return { reads: new Map(reads.map((read) => [read.input, row(read.input, ...read.shape)])), mask }
  })
  const ends = row('lengths')
  const layer = addLayer(build, step, { sequences: [x], initial, parameters: own, memories, lengths: ends })
  const outputs = [
    ...step.outputs.map(({ name }, i) => ({ name, node: layer.outputs[i]! })),
    ...step.states.map(({ name }, i) => ({ name: `${name} next`, node: layer.finals[i]! })),
  ]
  return {
    graph: { nodes: build.nodes, inputs, parameters, outputs },
    rows: shape.rows,
    steps: shape.steps,
    states: step.states.map(({ name }) => ({ initial: `${name}0`, final: `${name} next` })),
    gradient: {
      of: outputs.map(({ name }) => name),
      inputs: inputs.flatMap(({ name }) => (/lengths|mask/.test(name) ? [] : [name])),
      slots: 0,
    },
  }
}

/** Numbers for a window over a decoder: masks that are no prefixes, NaN in the padding, rows of different length. */
export function decoderData(program: Program, seed: number): Data {
  const data = randomData({ ...program, states: [] }, seed, 0.5)
  const { rows, steps } = program
  for (const [name, numbersOf] of data.inputs) {
    if (name.startsWith('d ')) continue
    if (name === 'lengths') numbersOf.forEach((_x, row) => (numbersOf[row] = Math.max(1, steps - (row % 3))))
    if (name === 'source lengths')
      numbersOf.forEach((_x, row) => (numbersOf[row] = Math.max(1, steps - (row % 2))))
    if (name.startsWith('mask of')) numbersOf.forEach((_x, i) => (numbersOf[i] = (i * 7 + 3) % 5 < 3 ? 1 : 0))
  }
  for (const { name, node } of program.graph.inputs) {
    const { type } = program.graph.nodes[node]!
    const mask = data.inputs.get(`mask of ${name.replace(/^.* @ /, '')}`)
    if (name.startsWith('mask') || !mask || (type.extent === 'row' && type.shape.length < 2)) continue
    const memory = data.inputs.get(name)!
    const places = mask.length / rows
    const size = type.shape.at(-1)!
    memory.forEach((_x, i) => {
      const at = Math.floor(i / size)
      const place = type.extent === 'step' ? Math.floor(at / rows) : at % places
      const own = type.extent === 'step' ? at % rows : Math.floor(at / places)
      if (mask[own * places + place] === 0) memory[i] = NaN
    })
  }
  return data
}

/** A window that gives what a decoder reads of its memories, `read M` and `read U @ M`, from sequences with lengths. */
export function memoryProgram(cell: Cell, shape: DecoderShape): Program {
  const step = sized(cell, { ...shape })
  const build = new Builder(numbers)
  const [inputs, parameters]: [Port[], Port[]] = [[], []]
  const leaf = (ports: Port[], name: string, type: Type): number => {
    const node = build.leaf(ports === inputs ? 'input' : 'parameter', name, type)
    ports.push({ name, node })
    return node
  }
  const own = step.parameters.map(({ name, node }) => leaf(parameters, name, step.nodes[node]!.type))
  const lengths = leaf(inputs, 'source lengths', { extent: 'row', shape: [] })
  const mask = build.add('places', [lengths], { places: shape.places })
  const memories = step.memories!.map(({ name, values }) => {
    const size = step.nodes[values]!.type.shape[1]!
    return { sequence: leaf(inputs, name, { extent: 'step', shape: [size] }), mask, lengths }
  })
  const sequences = memorySequences(build, step, memories, own)
  const outputs = Array.from(sequences, ([name, node]) => ({ name: `read ${name}`, node }))
  return {
    graph: { nodes: build.nodes, inputs, parameters, outputs },
    rows: shape.rows,
    steps: shape.steps,
    states: [],
  }
}

const rnn = compile("h' = tanh(W @ [h, x] + b)", { name: 'rnn' })

/**
 * An encoder in both directions, a decoder over what it remembers, which starts from the encoder's final states, and a second
 * decoder above it over the same memory.
 */
export function translation(shape: {
  readonly rows: number
  readonly steps: number
  readonly places: number
}): Program {
  const build = new Builder(numbers)
  const [inputs, parameters]: [Port[], Port[]] = [[], []]
  const leaf = (ports: Port[], name: string, type: Type): number => {
    const node = build.leaf(ports === inputs ? 'input' : 'parameter', name, type)
    ports.push({ name, node })
    return node
  }
  const own = (step: StepGraph, prefix: string): readonly number[] =>
    step.parameters.map(({ name, node }) => leaf(parameters, prefix + name, step.nodes[node]!.type))
  const cellOf = (name: string): Cell => decoders.find(([known]) => known === name)![1]
  const sizes = { hidden: 6, encoder: 6, places: shape.places }
  const step = cellOf('general with input feeding').graph({ ...sizes, input: 3 })
  const above = cellOf('additive').graph({ ...sizes, input: 6, scores: 2 })
  const way = rnn.graph({ input: 4, hidden: 3 })
  const source = leaf(inputs, 'source', { extent: 'step', shape: [4] })
  const x = leaf(inputs, 'x', { extent: 'step', shape: [3] })
  const [from, to] = ['source lengths', 'lengths'].map((name) =>
    leaf(inputs, name, { extent: 'row', shape: [] }),
  ) as [number, number]
  const zero = build.zeros({ extent: 'row', shape: [3] })
  const ways = [false, true].map((isReverse) =>
    addLayer(build, way, {
      sequences: [source],
      initial: [zero],
      parameters: own(way, isReverse ? 'back.' : 'there.'),
      lengths: from,
      isReverse,
    }),
  )
  const join = (nodes: readonly number[]): number => build.add('concat', nodes)
  const handed = join(ways.map(({ finals }) => finals[0]!))
  const memory = {
    sequence: join(ways.map(({ outputs }) => outputs[0]!)),
    mask: build.add('places', [from], { places: shape.places }),
    lengths: from,
  }
  const begin = build.zeros({ extent: 'row', shape: [6] })
  const layer = addLayer(build, step, {
    sequences: [x],
    initial: [handed, handed, begin],
    parameters: own(step, 'decoder.'),
    memories: [memory],
    lengths: to,
  })
  const top = addLayer(build, above, {
    sequences: [layer.outputs[0]!],
    initial: [begin],
    parameters: own(above, 'above.'),
    memories: [memory],
    lengths: to,
  })
  const outputs = [
    { name: 'a', node: layer.outputs[0]! },
    ...step.states.map(({ name }, i) => ({ name: `${name} next`, node: layer.finals[i]! })),
    { name: 'top', node: top.outputs[0]! },
    { name: 'there', node: ways[0]!.finals[0]! },
  ]
  return {
    graph: { nodes: build.nodes, inputs, parameters, outputs },
    rows: shape.rows,
    steps: shape.steps,
    states: [],
    gradient: { of: outputs.map(({ name }) => name), inputs: ['source', 'x'], slots: 0 },
  }
}
