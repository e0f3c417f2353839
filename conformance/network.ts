import {
  Builder,
  type Port,
  type StepGraph,
  type Type,
  type WindowGraph,
  numbers,
} from '../src/graph/index.ts'

/** What surrounds the names of a layer's parameters; its states have the suffix alone. */
export interface LayerNames {
  readonly prefix?: string
  readonly suffix?: string
}

/** A state that a window may carry on: its input, its output, and its entries in a row. */
export interface CarriedState {
  readonly initial: string
  readonly final: string
  readonly size: number
}

/** Writes the window graph of a case, layer by layer. */
export class Network {
  readonly build = new Builder(numbers)
  readonly states: CarriedState[] = []
  readonly #inputs: Port[] = []
  readonly #parameters: Port[] = []
  readonly #outputs: Port[] = []

  get graph(): WindowGraph {
    const { nodes } = this.build
    return { nodes, inputs: this.#inputs, parameters: this.#parameters, outputs: this.#outputs }
  }

  input(name: string, type: Type): number {
    return this.#leaf('input', this.#inputs, name, type)
  }

  output(name: string, node: number): void {
    this.#outputs.push({ name, node })
  }

  /**
   * Adds a scan of a cell over a sequence and gives the sequence of its first output. A state `c` is the input `c0`
   * and the output `c_n`.
   */
  layer(step: StepGraph, sequence: number, { prefix = '', suffix = '' }: LayerNames = {}): number {
    const typeOf = (node: number): Type => step.nodes[node]!.type
    const states = step.states.map(({ name, previous }) => ({
      initial: `${name}0${suffix}`,
      final: `${name}_n${suffix}`,
      size: typeOf(previous).shape[0]!,
    }))
    const initial = step.states.map(({ previous }, index) =>
      this.input(states[index]!.initial, typeOf(previous)),
    )
    const parameters = step.parameters.map(({ name, node }) =>
      this.#leaf('parameter', this.#parameters, `${prefix}${name}${suffix}`, typeOf(node)),
    )
    const scan = this.build.add('scan', [sequence, ...initial, ...parameters], { step })
    states.forEach(({ final }, index) => this.output(final, this.#pick(scan, step.outputs.length + index)))
    this.states.push(...states)
    return this.#pick(scan, 0)
  }

  #pick(scan: number, index: number): number {
    return this.build.add('pick', [scan], { index })
  }

  #leaf(op: 'input' | 'parameter', ports: Port[], name: string, type: Type): number {
    const node = this.build.leaf(op, name, type)
    ports.push({ name, node })
    return node
  }
}
