import type { Attributes, Graph, StepGraph, WindowGraph } from '../graph/index.ts'

/** One axis of one value: a window node's result, a node inside the body of a scan, or an axis of a matrix. */
export type Axis = string

export const windowAxis = (node: number, result = 0): Axis => `w${node}.${result}`
export const matrixAxis = (node: number, axis: 0 | 1): Axis => `w${node}:${axis}`
const bodyAxis = (scan: number, node: number): Axis => `s${scan}/${node}`
const bodyMatrix = (scan: number, node: number, axis: 0 | 1): Axis => `s${scan}/${node}:${axis}`

/** Names the axes of one graph: the window's, or the body of a scan. */
export interface Axes {
  vector(node: number, result?: number): Axis
  matrix(node: number, axis: 0 | 1): Axis
}

export const windowAxes: Axes = { vector: windowAxis, matrix: matrixAxis }

export function bodyAxes(scan: number): Axes {
  return { vector: (node) => bodyAxis(scan, node), matrix: (node, axis) => bodyMatrix(scan, node, axis) }
}

/** Operations that read or make memories, or vectors with an entry for each place. */
const places: ReadonlySet<string> = new Set([
  'score',
  'score_additive',
  'mix',
  'attention_softmax',
  'remember',
  'places',
])

/** A position c of `from` is position c + shift of `to`, as far as it lies inside. */
interface Link {
  readonly to: Axis
  readonly shift: number
}

/**
 * Where vectors must be cut so that every slice and concatenation falls on a cut: the least sets of positions that
 * agree along every operation. A plan then handles the parts as values of their own.
 */
export class Cuts {
  readonly #links = new Map<Axis, Link[]>()
  readonly #sizes = new Map<Axis, number>()
  readonly #cuts = new Map<Axis, Set<number>>()

  constructor(graph: WindowGraph) {
    this.#graph(graph, windowAxes)
    graph.nodes.forEach((node, id) => {
      if (node.op === 'scan') this.#scan(graph, id, node.attributes.step as StepGraph)
    })
    this.#propagate()
  }

  /** Bounds of the parts of an axis, from 0 to its size. */
  bounds(axis: Axis): readonly number[] {
    const inner = [...(this.#cuts.get(axis) ?? [])].sort((a, b) => a - b)
    return [0, ...inner, this.#sizes.get(axis) ?? 0]
  }

  #axis(axis: Axis, size: number | undefined): Axis {
    if (size !== undefined) this.#sizes.set(axis, size)
    return axis
  }

  #link(from: Axis, to: Axis, shift = 0): void {
    push(this.#links, from, { to, shift })
    push(this.#links, to, { to: from, shift: -shift })
  }

  #cut(axis: Axis, at: number): boolean {
    const size = this.#sizes.get(axis) ?? 0
    if (at <= 0 || at >= size) return false
    const set = this.#cuts.get(axis) ?? new Set()
    this.#cuts.set(axis, set)
    if (set.has(at)) return false
    set.add(at)
    return true
  }

  #graph(graph: Graph, axes: Axes): void {
    graph.nodes.forEach((node, id) => {
      const types = node.results ?? [node.type]
      types.forEach((type, result) =>
        this.#axis(axes.vector(id, result), type.shape.length === 1 ? type.shape[0] : undefined),
      )
      if (node.type.shape.length === 2) {
        this.#axis(axes.matrix(id, 0), node.type.shape[0])
        this.#axis(axes.matrix(id, 1), node.type.shape[1])
      }
    })
    graph.nodes.forEach((_node, id) => this.#operation(graph, id, axes))
  }

  #operation(graph: Graph, id: number, axes: Axes): void {
    const { op, inputs, attributes, type } = graph.nodes[id]!
    const self = axes.vector(id)
    const vector = (index: number): Axis => axes.vector(inputs[index]!)
    if (op === 'product') {
      const [down, across] = attributes.transpose ? ([1, 0] as const) : ([0, 1] as const)
      this.#link(self, axes.matrix(inputs[0]!, down))
      this.#link(vector(1), axes.matrix(inputs[0]!, across))
    } else if (op === 'gather') this.#link(self, axes.matrix(inputs[0]!, 1))
    else if (op === 'concat') this.#concat(graph, inputs, self, axes)
    else if (op === 'slice') this.#part(self, vector(0), attributes.offset as number)
    else if (op === 'place') this.#part(vector(0), self, attributes.offset as number)
    else if (op === 'pick') this.#link(self, axes.vector(inputs[0]!, attributes.index as number))
    else if (op === 'weight_dropout') this.#weights(id, inputs[0]!, attributes, axes)
    else if (places.has(op)) this.#attention(op, inputs, id, axes)
    else if (op === 'keep') this.#link(self, vector(0))
    else if (op !== 'scan' && type.shape.length === 1) {
      inputs.forEach((input, index) => {
        if (graph.nodes[input]!.type.shape.length === 1) this.#link(self, vector(index))
      })
    }
  }

  /** Vectors are cut as the places of a memory are; weights and scores, one for each place, never. */
  #attention(op: string, inputs: readonly number[], id: number, axes: Axes): void {
    const [first, memory, third] = inputs as [number, number, number?]
    if (op === 'remember') this.#link(axes.vector(first), axes.matrix(id, 1))
    if (op === 'mix') this.#link(axes.vector(id), axes.matrix(memory, 1))
    if (op.startsWith('score')) this.#link(axes.vector(first), axes.matrix(memory, 1))
    if (third !== undefined) this.#link(axes.vector(third), axes.matrix(memory, 1))
  }

  /** Columns that are masked and columns that are not are apart. */
  #weights(id: number, input: number, { from, to }: Attributes, axes: Axes): void {
    for (const axis of [0, 1] as const) this.#link(axes.matrix(id, axis), axes.matrix(input, axis))
    this.#cut(axes.matrix(id, 1), from as number)
    this.#cut(axes.matrix(id, 1), to as number)
  }

  #concat(graph: Graph, inputs: readonly number[], self: Axis, axes: Axes): void {
    let offset = 0
    for (const input of inputs) {
      this.#part(axes.vector(input), self, offset)
      offset += graph.nodes[input]!.type.shape[0]!
    }
  }

  #part(part: Axis, whole: Axis, offset: number): void {
    this.#link(part, whole, offset)
    this.#cut(whole, offset)
    this.#cut(whole, offset + (this.#sizes.get(part) ?? 0))
  }

  #scan(graph: WindowGraph, id: number, step: StepGraph): void {
    const body = bodyAxes(id)
    this.#graph(step, body)
    const { inputs } = graph.nodes[id]!
    const given = [
      ...step.inputs.map(({ node }) => node),
      ...step.states.map(({ previous }) => previous),
      ...step.parameters.map(({ node }) => node),
    ]
    given.forEach((leaf, index) => {
      this.#link(windowAxis(inputs[index]!), body.vector(leaf))
      if (step.nodes[leaf]!.type.shape.length < 2) return
      this.#link(matrixAxis(inputs[index]!, 0), body.matrix(leaf, 0))
      this.#link(matrixAxis(inputs[index]!, 1), body.matrix(leaf, 1))
    })
    step.outputs.forEach(({ node }, index) => this.#link(body.vector(node), windowAxis(id, index)))
    step.states.forEach(({ previous, next }, index) => {
      this.#link(body.vector(previous), body.vector(next))
      this.#link(body.vector(next), windowAxis(id, step.outputs.length + index))
    })
  }

  #propagate(): void {
    const open = [...this.#cuts.keys()]
    for (let axis = open.pop(); axis !== undefined; axis = open.pop()) {
      for (const { to, shift } of this.#links.get(axis) ?? []) {
        for (const at of this.#cuts.get(axis)!) if (this.#cut(to, at + shift)) open.push(to)
      }
    }
  }
}

function push(lists: Map<Axis, Link[]>, key: Axis, link: Link): void {
  const list = lists.get(key)
  if (list) list.push(link)
  else lists.set(key, [link])
}
