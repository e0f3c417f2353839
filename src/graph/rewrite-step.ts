import { invariant } from '../core/errors.ts'
import { Builder, numbers } from './builder.ts'
import type { Node, Port, StepGraph } from './types.ts'

/** What becomes of a node: other inputs for the same operation, a node of the new graph, or nothing new. */
type Change = readonly number[] | number | undefined

const leaves: ReadonlySet<string> = new Set(['input', 'state', 'parameter'])

/** Writes a changed copy of a step graph. */
export class StepRewriter {
  readonly build = new Builder(numbers)
  readonly #step: StepGraph
  readonly #made: number[] = []
  /** Copies of nodes that others may stand for. */
  readonly #copies: number[] = []
  readonly #added: Port[] = []
  readonly #addedParameters: Port[] = []

  constructor(step: StepGraph) {
    this.#step = step
  }

  /** The new node of an old one. */
  at(id: number): number {
    const made = this.#made[id]
    invariant(made !== undefined, `node ${id} of ${this.#step.name} is written before it is read`)
    return made
  }

  /** Another input, a vector of a size. */
  input(name: string, size: number): number {
    const node = this.build.leaf('input', name, { extent: 'row', shape: [size] })
    if (!this.#added.some((port) => port.node === node)) this.#added.push({ name, node })
    return node
  }

  /** Another parameter, a vector of a size. */
  parameter(name: string, size: number): number {
    const node = this.build.leaf('parameter', name, { extent: 'once', shape: [size] })
    this.#addedParameters.push({ name, node })
    return node
  }

  /** Copies all nodes in order, changed as `change` says. */
  write(change: (node: Node, id: number) => Change): void {
    this.#step.nodes.forEach((node, id) => {
      const changed = change(node, id)
      this.#made.push(typeof changed === 'number' ? changed : this.#copy(node, changed))
      if (leaves.has(node.op)) this.#copies[id] = this.#made[id]!
    })
  }

  /** Copies all nodes in order; everything that read a node reads what `stead` makes of its copy. */
  replace(stead: (copy: number, id: number) => number): void {
    this.#step.nodes.forEach((node, id) => {
      const copy = this.#copy(node, undefined)
      this.#copies[id] = copy
      this.#made.push(stead(copy, id))
    })
  }

  #copy({ op, inputs, attributes, type, name }: Node, given: readonly number[] | undefined): number {
    if (leaves.has(op)) {
      const kind = op as 'input' | 'state' | 'parameter'
      return this.build.leaf(kind, attributes.name as string, type)
    }
    return this.build.add(op, given ?? inputs.map((input) => this.at(input)), attributes, name)
  }

  /** The new step; `results` has new nodes for outputs, next states and traces by the old ones. */
  finish(results: ReadonlyMap<number, number> = new Map()): StepGraph {
    const { name, inputs, states, parameters, outputs, traces } = this.#step
    const result = (id: number): number => results.get(id) ?? this.at(id)
    const ports = (list: readonly Port[], node = result): Port[] =>
      list.map((port) => ({ name: port.name, node: node(port.node) }))
    const leaf = (id: number): number => this.#copies[id]!
    return {
      name,
      nodes: this.build.nodes,
      inputs: [...ports(inputs, leaf), ...this.#added],
      states: states.map((state) => ({
        ...state,
        previous: leaf(state.previous),
        next: result(state.next),
      })),
      parameters: [...ports(parameters, leaf), ...this.#addedParameters],
      outputs: ports(outputs),
      traces: ports(traces),
    }
  }
}
