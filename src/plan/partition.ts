import type { Node, Port, StatePort, StepGraph, WindowGraph } from '../graph/index.ts'
import { Builder, isLoss, numbers, operation } from '../graph/index.ts'
import { type Axes, Cuts, bodyAxes, windowAxes } from './cuts.ts'
import { Unsupported, invariant } from '../core/errors.ts'

/** One part of a named vector or matrix; a vector is a matrix of one column. */
export interface Piece {
  readonly name: string
  readonly row: number
  readonly rows: number
  readonly column: number
  readonly columns: number
}

/** A window graph without slices and concatenations: cut vectors and matrices are several values instead. */
export interface Partition {
  readonly graph: WindowGraph
  readonly inputs: ReadonlyMap<string, readonly Piece[]>
  readonly outputs: ReadonlyMap<string, readonly Piece[]>
  readonly parameters: ReadonlyMap<string, readonly Piece[]>
}

/** Nodes of the new graph that stand for one node of the old: the parts of a vector, or of a matrix row by row. */
type Parts = readonly number[]

/** Cuts a window graph and the bodies of its scans where slices and concatenations need it. */
export function partition(graph: WindowGraph): Partition {
  const cuts = new Cuts(graph)
  const writer = new Writer(graph.nodes, windowAxes, cuts)
  const ports = (list: readonly Port[]): ReadonlyMap<string, readonly Piece[]> =>
    new Map(list.map(({ name, node }) => [name, writer.pieces(name, node)]))
  graph.nodes.forEach((_node, id) => writer.write(id))
  const named = (list: readonly Port[]): readonly Port[] =>
    list.flatMap(({ name, node }) => writer.ports(name, node))
  return {
    graph: {
      nodes: writer.build.nodes,
      inputs: named(graph.inputs),
      parameters: named(graph.parameters),
      outputs: named(graph.outputs),
    },
    inputs: ports(graph.inputs),
    outputs: ports(graph.outputs),
    parameters: ports(graph.parameters),
  }
}

/** Operations beside losses whose vectors must be whole. */
const whole: ReadonlySet<string> = new Set(['log_softmax', 'onehot', 'attention_softmax', 'places'])

/** Makes sure that vectors of `counts` parts are whole. @throws Unsupported `unsupported/cut` */
function requireWhole(op: string, ...counts: readonly number[]): void {
  if (counts.some((count) => count > 1)) throw new Unsupported('unsupported/cut', { op })
}

class Writer {
  readonly build = new Builder(numbers)
  readonly #nodes: readonly Node[]
  readonly #axes: Axes
  readonly #cuts: Cuts
  readonly #parts: Parts[] = []
  /** Parts of each result of a node with several results. */
  readonly #results = new Map<number, readonly Parts[]>()

  constructor(nodes: readonly Node[], axes: Axes, cuts: Cuts) {
    this.#nodes = nodes
    this.#axes = axes
    this.#cuts = cuts
  }

  parts(id: number): Parts {
    return this.#parts[id]!
  }

  /** The parts of a named node, with their places in it. */
  pieces(name: string, id: number): readonly Piece[] {
    const { shape } = this.#nodes[id]!.type
    if (shape.length === 0) return [{ name, row: 0, rows: 1, column: 0, columns: 1 }]
    const rows = spans(this.#bounds(id, 0))
    const columns = shape.length === 2 ? spans(this.#bounds(id, 1)) : [{ from: 0, to: 1 }]
    return rows.flatMap((row) =>
      columns.map((column) => ({
        name:
          rows.length * columns.length === 1
            ? name
            : `${name}[${row.from}:${row.to}${shape.length === 2 ? `,${column.from}:${column.to}` : ''}]`,
        row: row.from,
        rows: row.to - row.from,
        column: column.from,
        columns: column.to - column.from,
      })),
    )
  }

  ports(name: string, id: number): readonly Port[] {
    return this.pieces(name, id).map((piece, index) => ({ name: piece.name, node: this.parts(id)[index]! }))
  }

  #bounds(id: number, axis: 0 | 1): readonly number[] {
    const matrix = this.#nodes[id]!.type.shape.length === 2
    return this.#cuts.bounds(matrix ? this.#axes.matrix(id, axis) : this.#axes.vector(id))
  }

  write(id: number): void {
    this.#parts[id] = this.#written(id)
  }

  #written(id: number): Parts {
    const node = this.#nodes[id]!
    switch (node.op) {
      case 'input':
      case 'state':
      case 'parameter':
        return this.#leaf(id, node.op)
      case 'product':
        return this.#product(node)
      case 'concat':
        return node.inputs.flatMap((input) => this.#rowwise(input))
      case 'slice':
      case 'place':
        return this.#moved(id)
      case 'mean':
      case 'sum':
        return [this.#summed(node)]
      case 'scan':
        return this.#scan(id)
      case 'pick':
        return this.#results.get(node.inputs[0]!)![node.attributes.index as number]!
      case 'gather':
        return this.#parts[node.inputs[0]!]!.map((part) =>
          this.build.add('gather', [part, ...this.#parts[node.inputs[1]!]!]),
        )
      case 'dropout':
      case 'sequence_dropout':
      case 'mask':
        return this.#counted(id)
      case 'weight_dropout':
        return this.#weights(id)
      case 'reverse':
        return this.#reversed(id)
      case 'score':
      case 'score_additive':
        return [this.#scored(node)]
      case 'mix':
      case 'keep':
        return this.#beside(node)
      case 'remember':
        return this.#parts[node.inputs[0]!]!.map((part) =>
          this.build.add('remember', [part], node.attributes),
        )
      default:
        return this.#plain(id)
    }
  }

  #leaf(id: number, op: 'input' | 'state' | 'parameter'): Parts {
    const { type, attributes } = this.#nodes[id]!
    return this.pieces(attributes.name as string, id).map(({ name, rows, columns }) => {
      const shape = type.shape.length === 0 ? [] : type.shape.length === 1 ? [rows] : [rows, columns]
      return this.build.leaf(op, name, { extent: type.extent, shape })
    })
  }

  /** Parts of a vector; one that exists once is repeated for each row, so that its gradient is summed in one place. */
  #rowwise(id: number): Parts {
    const { type } = this.#nodes[id]!
    if (type.extent !== 'once' || type.shape.length !== 1 || this.#axes === windowAxes)
      return this.#parts[id]!
    return this.#parts[id]!.map((part) =>
      this.build.type(part).extent === 'once' ? this.build.add('spread', [part], { extent: 'row' }) : part,
    )
  }

  #product(node: Node): Parts {
    const [matrix, vector] = node.inputs as [number, number]
    const { transpose } = node.attributes
    const operands = this.#rowwise(vector)
    const blocks = this.#parts[matrix]!
    const columns = spans(this.#bounds(matrix, 1)).length
    const outputs = blocks.length / operands.length
    return Array.from({ length: outputs }, (_unused, i) =>
      operands
        .map((operand, k) => {
          const block = transpose ? k * columns + i : i * columns + k
          return this.build.add('product', [blocks[block]!, operand], transpose ? { transpose } : {})
        })
        .reduce((sum, part) => this.build.add('add', [sum, part])),
    )
  }

  /** A slice is some of the parts of its input; a place is its input among zeros. */
  #moved(id: number): Parts {
    const node = this.#nodes[id]!
    const offset = node.attributes.offset as number
    const input = node.inputs[0]!
    const given = this.#rowwise(input)
    const size = this.#nodes[node.op === 'slice' ? id : input]!.type.shape[0]!
    const within = (from: number): boolean => from >= offset && from < offset + size
    if (node.op === 'slice') {
      const starts = spans(this.#bounds(input, 0))
      return given.filter((_part, index) => within(starts[index]!.from))
    }
    let next = 0
    return spans(this.#bounds(id, 0)).map(({ from, to }) =>
      within(from) ? given[next++]! : this.build.add('spread', [this.build.constant(0)], { size: to - from }),
    )
  }

  #summed(node: Node): number {
    const parts = this.#rowwise(node.inputs[0]!)
    if (parts.length === 1) return this.build.add(node.op, parts)
    const total = parts
      .map((part) => this.build.add('sum', [part]))
      .reduce((sum, part) => this.build.add('add', [sum, part]))
    const size = this.#nodes[node.inputs[0]!]!.type.shape[0]!
    return node.op === 'sum' ? total : this.build.add('mul', [total, this.build.constant(1 / size)])
  }

  /** The score of a vector is the sum of those of its parts. */
  #scored({ op, inputs }: Node): number {
    const parts = inputs.map((input) => this.#parts[input]!)
    return parts[0]!
      .map((_part, index) =>
        this.build.add(
          op,
          parts.map((own) => own[index]!),
        ),
      )
      .reduce((sum, score) => this.build.add('add', [sum, score]))
  }

  /** The parts of a memory or sequence, each with the weights or the mask of its places. */
  #beside({ op, inputs }: Node): Parts {
    const isMix = op === 'mix'
    const places = this.#parts[inputs[isMix ? 0 : 1]!]!
    requireWhole(op, places.length)
    return this.#parts[inputs[isMix ? 1 : 0]!]!.map((part) =>
      this.build.add(op, isMix ? [places[0]!, part] : [part, places[0]!]),
    )
  }

  /** Operations that count the units of the whole: parts know where they start. */
  #counted(id: number): Parts {
    const { op, inputs, attributes } = this.#nodes[id]!
    return spans(this.#bounds(id, 0)).map(({ from, to }, index) => {
      const size = attributes.size === undefined ? {} : { size: to - from }
      const offset = from > 0 ? { offset: from } : {}
      const parts = inputs.map((input) => this.#parts[input]![index]!)
      return this.build.add(op, parts, { ...attributes, ...size, ...offset })
    })
  }

  /** Parts of a matrix whose columns are masked; the others are as they were. */
  #weights(id: number): Parts {
    const { op, inputs, attributes } = this.#nodes[id]!
    const { from, to, ...random } = attributes as { readonly from: number; readonly to: number }
    return this.pieces('', id).map(({ row, column, columns }, index) => {
      const part = this.#parts[inputs[0]!]![index]!
      if (column < from || column >= to) return part
      return this.build.add(op, [part], { ...random, from: 0, to: columns, row, column })
    })
  }

  /** A sequence is reversed part by part, one-hot vectors by their tokens. */
  #reversed(id: number): Parts {
    const [sequence, ...lengths] = this.#nodes[id]!.inputs as [number, ...number[]]
    const beside = lengths.flatMap((input) => this.#parts[input]!)
    const reverse = (part: number): number => {
      const { op, inputs, attributes } = this.build.nodes[part]!
      return op === 'onehot'
        ? this.build.add('onehot', inputs.map(reverse), attributes)
        : this.build.add('reverse', [part, ...beside])
    }
    return this.#parts[sequence]!.map(reverse)
  }

  /** Elementwise operations part by part; everything else must be whole. */
  #plain(id: number): Parts {
    const node = this.#nodes[id]!
    const count = node.type.shape.length === 1 ? this.#bounds(id, 0).length - 1 : 1
    const inputs = node.inputs.map((input) => this.#rowwise(input))
    if (isLoss(node.op) || whole.has(node.op))
      requireWhole(node.op, count, ...inputs.map(({ length }) => length))
    return Array.from({ length: count }, (_unused, index) => {
      const part = inputs.map((parts) => parts[parts.length === 1 ? 0 : index]!)
      const attributes = node.attributes.size === undefined ? node.attributes : this.#sized(id, index)
      return this.build.add(node.op, part, attributes, count === 1 ? node.name : undefined)
    })
  }

  #sized(id: number, index: number): Node['attributes'] {
    const { from, to } = spans(this.#bounds(id, 0))[index]!
    return { ...this.#nodes[id]!.attributes, size: to - from }
  }

  #scan(id: number): Parts {
    const node = this.#nodes[id]!
    const step = node.attributes.step as StepGraph
    const cut = cutStep(step, bodyAxes(id), this.#cuts, node.attributes.masked === true)
    const inputs = node.inputs.flatMap((input) => this.#parts[input]!)
    const scan = this.build.add('scan', inputs, { ...node.attributes, step: cut.step })
    let index = 0
    const picks = cut.results.map((count) =>
      Array.from({ length: count }, () => this.build.add('pick', [scan], { index: index++ })),
    )
    this.#results.set(id, picks)
    return [scan]
  }
}

/**
 * A cut body, and how many parts each of its results has (outputs, then states). With `apart` no output is the new
 * value of a state: where a row stands still, the two differ.
 */
function cutStep(
  step: StepGraph,
  axes: Axes,
  cuts: Cuts,
  apart: boolean,
): { step: StepGraph; results: readonly number[] } {
  const writer = new Writer(step.nodes, axes, cuts)
  step.nodes.forEach((_node, id) => writer.write(id))
  const named = (ports: readonly Port[]): readonly Port[] =>
    ports.flatMap(({ name, node }) => writer.ports(name, node))
  const outputs = (avoided: ReadonlySet<number>): readonly Port[] =>
    named(step.outputs).map(({ name, node }) => ({ name, node: resultNode(writer.build, node, avoided) }))
  const free = apart ? undefined : outputs(new Set())
  const taken = new Set<number>()
  const states = step.states.flatMap(({ name, previous, next, initial }): readonly StatePort[] => {
    const before = writer.ports(name, previous)
    invariant(before.length === writer.parts(next).length, `state ${name} is cut alike before and after`)
    return before.map((port, index) => {
      const own = resultNode(writer.build, writer.parts(next)[index]!, taken)
      taken.add(own)
      return { name: port.name, previous: port.node, next: own, initial }
    })
  })
  const count = (node: number): number => writer.parts(node).length
  return {
    step: {
      name: step.name,
      nodes: writer.build.nodes,
      inputs: named(step.inputs),
      parameters: named(step.parameters),
      outputs: free ?? outputs(taken),
      states,
      traces: named(step.traces.filter(({ node }) => step.nodes[node]!.type.shape.length === 1)),
    },
    results: [...step.outputs.map(({ node }) => count(node)), ...step.states.map(({ next }) => count(next))],
  }
}

/** The node of a result: once a row, and no leaf or repeated value, nor one of those that are `taken`. */
function resultNode(build: Builder, node: number, taken: ReadonlySet<number>): number {
  const isRow = build.type(node).extent === 'row'
  let own = isRow ? node : build.add('spread', [node], { extent: 'row' })
  while (taken.has(own) || isShown(build.nodes[own]!.op)) own = build.add('copy', [own])
  return own
}

/** Whether a node only shows a value that stands elsewhere. */
function isShown(op: string): boolean {
  return op === 'spread' || operation(op).kind === 'leaf'
}

function spans(bounds: readonly number[]): readonly { from: number; to: number }[] {
  return bounds.slice(1).map((to, index) => ({ from: bounds[index]!, to }))
}
