import {
  Builder,
  type Layer,
  type LayerInputs,
  type Port,
  type StepGraph,
  type Type,
  type WindowGraph,
  addLayer,
  numbers,
} from '../graph/index.ts'
import type { Program } from '../runtime/index.ts'

/** A step with all sizes fixed, and the prefix of the names of its parameters. */
export interface NamedStep {
  readonly name: string
  readonly step: StepGraph
}

/** Writes a window graph: nodes, and the ports by which they are known. */
export class WindowWriter {
  readonly build = new Builder(numbers)
  readonly #inputs: Port[] = []
  readonly #outputs: Port[] = []
  readonly #parameters: Port[] = []
  readonly #states: { initial: string; final: string }[] = []
  readonly #finals = new Map<string, number>()

  /** An input, by its name made once. */
  input(name: string, extent: 'step' | 'row', shape: readonly number[] = []): number {
    return this.#leaf('input', this.#inputs, name, { extent, shape })
  }

  /** A parameter, by its name made once. */
  parameter(name: string, shape: readonly number[]): number {
    return this.#leaf('parameter', this.#parameters, name, { extent: 'once', shape })
  }

  #leaf(op: 'input' | 'parameter', ports: Port[], name: string, type: Type): number {
    const node = this.build.leaf(op, name, type)
    if (ports.every((port) => port.node !== node)) ports.push({ name, node })
    return node
  }

  output(name: string, node: number): void {
    this.#outputs.push({ name, node })
  }

  /** A state that windows may carry on: `NAME` in, `NAME next` out. */
  state(name: string): void {
    this.#states.push({ initial: name, final: finalName(name) })
  }

  /** The final value of a state: an output, which other layers may start from. */
  final(state: string, node: number): void {
    this.output(finalName(state), node)
    this.#finals.set(state, node)
  }

  /** The final values of all states so far, by names such as `layers.0.h`. */
  get finals(): ReadonlyMap<string, number> {
    return this.#finals
  }

  /** The parameters of a step. */
  parametersOf({ name, step }: NamedStep): readonly number[] {
    return step.parameters.map((port) =>
      this.parameter(`${name}.${port.name}`, step.nodes[port.node]!.type.shape),
    )
  }

  /** A step over sequences, with parameters of its own and no states unless they are given. */
  scan(named: NamedStep, inputs: Partial<LayerInputs> & Pick<LayerInputs, 'sequences'>): Layer {
    const parameters = inputs.parameters ?? this.parametersOf(named)
    return addLayer(this.build, named.step, { initial: [], ...inputs, parameters })
  }

  /** The window, with some outputs before those there are. */
  finish(first: readonly Port[]): Pick<Program, 'graph' | 'states'> {
    const graph: WindowGraph = {
      nodes: this.build.nodes,
      inputs: this.#inputs,
      parameters: this.#parameters,
      outputs: [...first, ...this.#outputs],
    }
    return { graph, states: this.#states }
  }
}

/** The output that has the final value of a state. */
export function finalName(state: string): string {
  return `${state} next`
}
