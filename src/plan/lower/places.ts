import type { Port } from '../../graph/index.ts'
import type { Piece } from '../partition.ts'
import type { Plan } from '../plan.ts'
import { type Operand, later } from './arena.ts'

/** Where one part of an input or output stands; its value is the sum of all `places`. */
export interface Place {
  readonly piece: Piece
  /** `steps`: one vector a step and row. `rows`: one a row. `final`: one a row, at the end of the window. */
  readonly kind: 'steps' | 'rows' | 'final' | 'tokens' | 'loss'
  readonly places: readonly Operand[]
  /** Offset of a number for each row; rows where it is not 0 are zero. */
  readonly unless?: number
}

/** Where everything with a name stands, part by part: inputs, outputs, and their gradients `d NAME`. */
export class Places {
  readonly byName = new Map<string, Place[]>()
  readonly #plan: Plan

  constructor(plan: Plan) {
    this.#plan = plan
  }

  add(name: string, place: Place): void {
    const list = this.byName.get(name)
    if (list) list.push(place)
    else this.byName.set(name, [place])
  }

  /** An input, or the gradient of an output that is written like one. */
  addInput(node: number, kind: Place['kind'], operand: Operand): void {
    const { graph, inputs, outputs } = this.#plan.partition
    for (const { name, piece } of named(graph.inputs, inputs, node))
      this.#addParts(name, inputs.get(name)!, node, { piece, kind, places: [operand] })
    const seeds = new Set(this.#plan.seeds.filter((seed) => seed.node === node).map((seed) => seed.name))
    for (const port of graph.outputs.filter(({ name }) => seeds.has(`d ${name}`))) {
      for (const { name, piece } of named([port], outputs, port.node)) {
        this.add(`d ${name}`, { piece, kind, places: [operand] })
      }
    }
  }

  /** The gradient of each input: the sum of what stands at its places. */
  addInputGradients(placesOf: (node: number) => Pick<Place, 'places' | 'unless'>): void {
    const { partition, inputGradients, nodes } = this.#plan
    for (const node of new Set(inputGradients.map((port) => port.node))) {
      const kind = nodes[node]!.type.extent === 'step' ? 'steps' : 'rows'
      for (const { name, piece } of named(inputGradients, partition.inputs, node)) {
        this.#addParts(`d ${name}`, partition.inputs.get(name)!, node, { piece, kind, ...placesOf(node) })
      }
    }
  }

  /** A memory is a vector of all its places, and each place a part of it. */
  #addParts(name: string, whole: readonly Piece[], node: number, place: Place): void {
    if (this.#plan.nodes[node]!.type.shape.length < 2) return this.add(name, place)
    const size = Math.max(...whole.map(({ column, columns }) => column + columns))
    const { row, rows, column, columns } = place.piece
    for (let at = 0; at < rows; at++) {
      const piece = { ...place.piece, row: (row + at) * size + column, rows: columns, column: 0, columns: 1 }
      this.add(name, { ...place, piece, places: place.places.map((operand) => later(operand, at)) })
    }
  }

  /** Names of the outputs that a node is the value of, or a part. */
  outputsOf(node: number): ReadonlySet<string> {
    const { graph, outputs } = this.#plan.partition
    return new Set(named(graph.outputs, outputs, node).map(({ name }) => name))
  }

  addOutputs(placeOf: (node: number) => Pick<Place, 'kind' | 'places'>): void {
    const { graph, outputs } = this.#plan.partition
    for (const [name, pieces] of outputs) {
      for (const piece of pieces) {
        const { node } = graph.outputs.find((port) => port.name === piece.name)!
        this.add(name, { piece, ...placeOf(node) })
      }
    }
  }

  readonly #redirected = new Map<Operand, Operand[]>()

  /** Lets what was to be written at one place be written at another instead, or at several. */
  redirect(from: Operand, to: Operand): void {
    const known = this.#redirected.get(from)
    if (known) {
      known.push(to)
      return
    }
    const places = [to]
    this.#redirected.set(from, places)
    for (const list of this.byName.values()) {
      list.forEach((place, index) => {
        if (place.places[0] === from) list[index] = { ...place, places }
      })
    }
  }
}

/** Names and parts of the ports that a node stands for. */
function named(
  ports: readonly Port[],
  pieces: ReadonlyMap<string, readonly Piece[]>,
  node: number,
): readonly { name: string; piece: Piece }[] {
  return ports
    .filter((port) => port.node === node)
    .flatMap((port) =>
      [...pieces].flatMap(([name, list]) => {
        const piece = list.find((part) => part.name === port.name)
        return piece ? [{ name, piece }] : []
      }),
    )
}
