import { SluiceError } from '../core/errors.ts'
import { Builder, type Port, type StatePort, type StepGraph, instantiate, numbers } from '../graph/index.ts'

/**
 * One step of a grid of cells (Kalchbrenner, Danihelka and Graves 2015): the cell runs along every dimension, with
 * parameters and states of its own; what it carries on as its output, all dimensions see. The first dimension is time;
 * the states of the others come in as inputs `depth.h`, `depth.c` and go out as outputs of the same names, from one
 * layer of the grid to the next. Along one dimension alone the grid is the cell.
 *
 * The cell has all sizes fixed, and its input is as wide as the outputs of the other dimensions together. With the
 * LSTM of the library, a gate sees `[h, x]` with the other hidden vectors for x, as in the paper; the output is
 * `o * tanh(c')` where the paper has `tanh(o * c')`.
 * @throws SluiceError `model-unsupported` when the cell's output is not carried on
 */
export function gridStep(cell: StepGraph, dimensions: readonly string[]): StepGraph {
  return new GridWriter(cell, dimensions).write()
}

/** The cell along one dimension: where its states come from, and the numbers of its nodes. */
interface Lane {
  readonly name: string
  readonly states: readonly number[]
  readonly nodes: readonly number[]
}

class GridWriter {
  readonly #cell: StepGraph
  readonly #dimensions: readonly string[]
  readonly #build = new Builder(numbers)
  readonly #inputs: Port[] = []
  readonly #parameters: Port[] = []

  constructor(cell: StepGraph, dimensions: readonly string[]) {
    this.#cell = cell
    this.#dimensions = dimensions
  }

  write(): StepGraph {
    const { name, states, outputs, traces } = this.#cell
    const carried = states.findIndex(({ next }) => next === outputs[0]!.node)
    if (carried < 0) throw new SluiceError('model-unsupported/carried', { cell: name })
    const own = this.#dimensions.map((dimension, index) => this.#states(dimension, index === 0))
    const seen = own.map((nodes) => nodes[carried]!)
    const lanes = this.#dimensions.map((dimension, index) =>
      this.#lane(dimension, own[index]!, seen.toSpliced(index, 1)),
    )
    const [time, ...others] = lanes as [Lane, ...Lane[]]
    const ordered = [states[carried]!, ...states.toSpliced(carried, 1)]
    const leaving = others.flatMap((lane) => ordered.map((state) => port(lane, state.name, state.next)))
    return {
      name: `grid of ${name}`,
      nodes: this.#build.nodes,
      inputs: this.#inputs,
      states: states.map((state, index) => carriedOn(time, state, time.states[index]!)),
      parameters: this.#parameters,
      outputs: leaving.length > 0 ? leaving : outputs.map((output) => port(time, output.name, output.node)),
      traces: lanes.flatMap((lane) => traces.map((trace) => port(lane, trace.name, trace.node))),
    }
  }

  /** Leaves for the states along a dimension. */
  #states(dimension: string, isTime: boolean): readonly number[] {
    return this.#cell.states.map(({ name, previous }) => {
      const { type } = this.#cell.nodes[previous]!
      const node = this.#build.leaf(isTime ? 'state' : 'input', `${dimension}.${name}`, type)
      if (!isTime) this.#inputs.push({ name: `${dimension}.${name}`, node })
      return node
    })
  }

  /** The cell along a dimension, which sees what the others carry. */
  #lane(name: string, states: readonly number[], others: readonly number[]): Lane {
    const { inputs, parameters, nodes } = this.#cell
    const [input] = inputs as readonly [Port]
    const leaves = new Map(this.#cell.states.map(({ previous }, index) => [previous, states[index]!]))
    leaves.set(input.node, this.#seen(input, others))
    for (const parameter of parameters) {
      const { type } = nodes[parameter.node]!
      const own = `${name}.${parameter.name}`
      const node = this.#build.leaf('parameter', own, type)
      this.#parameters.push({ name: own, node })
      leaves.set(parameter.node, node)
    }
    return { name, states, nodes: instantiate(this.#build, this.#cell, leaves, (text) => `${name}.${text}`) }
  }

  #seen({ name, node }: Port, others: readonly number[]): number {
    if (others.length > 1) return this.#build.add('concat', others)
    if (others.length === 1) return others[0]!
    const leaf = this.#build.leaf('input', name, this.#cell.nodes[node]!.type)
    this.#inputs.push({ name, node: leaf })
    return leaf
  }
}

function port({ name, nodes }: Lane, own: string, node: number): Port {
  return { name: `${name}.${own}`, node: nodes[node]! }
}

function carriedOn(lane: Lane, { name, next, initial }: StatePort, previous: number): StatePort {
  return { name: `${lane.name}.${name}`, previous, next: lane.nodes[next]!, initial }
}
