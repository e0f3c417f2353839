import {
  Builder,
  type Port,
  type StepGraph,
  type Type,
  type WindowGraph,
  addLayer,
  numbers,
} from '../src/graph/index.ts'

/** How a layer goes through its sequence, and what surrounds the names of its parameters. */
export interface LayerOptions {
  readonly prefix?: string
  /** After the names of parameters and states. */
  readonly suffix?: string
  /** Whether it starts at the end of each row. */
  readonly isReverse?: boolean
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
  /** The lengths of the rows, where they differ. */
  #lengths: number | undefined

  get graph(): WindowGraph {
    const { nodes } = this.build
    return { nodes, inputs: this.#inputs, parameters: this.#parameters, outputs: this.#outputs }
  }

  input(name: string, type: Type): number {
    return this.#leaf('input', this.#inputs, name, type)
  }

  parameter(name: string, type: Type): number {
    return this.#leaf('parameter', this.#parameters, name, type)
  }

  /** Lets each row end at its own length, the input `lengths`. */
  mask(): void {
    this.#lengths = this.input('lengths', { extent: 'row', shape: [] })
  }

  /** Sequences side by side; one alone as it is. */
  join(sequences: readonly number[]): number {
    return sequences.length === 1 ? sequences[0]! : this.build.add('concat', sequences)
  }

  output(name: string, node: number): void {
    this.#outputs.push({ name, node })
  }

  /**
   * Adds a scan of a cell over a sequence and gives the sequence of its first output. A state `c` is the input `c0`
   * and the output `c_n`.
   */
  layer(step: StepGraph, sequence: number, options: LayerOptions = {}): number {
    const { prefix = '', suffix = '', isReverse = false } = options
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
      this.parameter(`${prefix}${name}${suffix}`, typeOf(node)),
    )
    const layer = addLayer(this.build, step, {
      sequences: [sequence],
      initial,
      parameters,
      lengths: this.#lengths,
      isReverse,
    })
    states.forEach(({ final }, index) => this.output(final, layer.finals[index]!))
    this.states.push(...states)
    return layer.outputs[0]!
  }

  #leaf(op: 'input' | 'parameter', ports: Port[], name: string, type: Type): number {
    const node = this.build.leaf(op, name, type)
    ports.push({ name, node })
    return node
  }
}
