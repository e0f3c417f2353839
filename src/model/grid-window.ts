import { cell } from '../cells/index.ts'
import { lazy } from '../core/lazy.ts'
import { Builder, type Port, type StepGraph, numbers } from '../graph/index.ts'
import type { Program } from '../runtime/index.ts'
import { gridStep } from './grid.ts'

/** A model of the next token on a grid of time and depth. */
export interface GridParts {
  /** The cell along both dimensions, with all sizes fixed; its input is as wide as its output. */
  readonly cell: StepGraph
  readonly depth: number
  readonly symbols: number
  /** Whether all depths share their parameters, as in the paper's tied grid; not unless given. */
  readonly tied?: boolean
}

/** The window of a grid, and the step of each prefix of its parameters' names. */
export interface GridWindow extends Pick<Program, 'graph' | 'states'> {
  readonly steps: ReadonlyMap<string, StepGraph>
}

const dense = lazy(() => cell('dense', 'output y: units\ny = W @ x + b'))

/**
 * The window graph of a grid LSTM in two dimensions (Kalchbrenner, Danihelka and Graves 2015): dense layers make the
 * states along depth from the one-hot token, each depth passes them on over the whole window, and the output that
 * leaves the last depth gives the logits. Outputs `loss` and `logits`; states `0.time.h`, and `0.time.h next`.
 */
export function gridWindow(parts: GridParts): GridWindow {
  return new GridWindowWriter(parts).write()
}

class GridWindowWriter {
  readonly #parts: GridParts
  readonly #build = new Builder(numbers)
  readonly #inputs: Port[] = []
  readonly #outputs: Port[] = []
  readonly #parameters: Port[] = []
  readonly #states: { initial: string; final: string }[] = []
  readonly #steps = new Map<string, StepGraph>()

  constructor(parts: GridParts) {
    this.#parts = parts
  }

  write(): GridWindow {
    const { cell: own, depth, symbols, tied = false } = this.#parts
    const step = gridStep(own, ['time', 'depth'])
    const tokens = this.#input('tokens', [], 'step')
    const targets = this.#input('targets', [], 'step')
    const encoded = this.#build.add('onehot', [tokens], { classes: symbols })
    const sizeOf = (port: Port): number => step.nodes[port.node]!.type.shape[0]!
    let flowing = new Map(
      step.inputs.map((port) => [
        port.name,
        this.#dense(`enter.${port.name}`, encoded, symbols, sizeOf(port)),
      ]),
    )
    for (let layer = 0; layer < depth; layer++) {
      const sequences = step.inputs.map(({ name }) => flowing.get(name)!)
      const results = this.#scan(tied ? 'grid' : `${layer}`, `${layer}`, step, sequences)
      flowing = new Map(step.outputs.map(({ name }, index) => [name, results[index]!]))
    }
    const [output] = step.outputs as readonly [Port]
    const logits = this.#dense('head', flowing.get(output.name)!, sizeOf(output), symbols)
    const loss = this.#build.add('cross_entropy', [logits, targets])
    this.#outputs.unshift({ name: 'loss', node: loss }, { name: 'logits', node: logits })
    const [nodes, inputs, parameters, outputs] = [
      this.#build.nodes,
      this.#inputs,
      this.#parameters,
      this.#outputs,
    ]
    return { graph: { nodes, inputs, parameters, outputs }, states: this.#states, steps: this.#steps }
  }

  #input(name: string, shape: readonly number[], extent: 'step' | 'row'): number {
    const node = this.#build.leaf('input', name, { extent, shape })
    this.#inputs.push({ name, node })
    return node
  }

  /** A parameter; known by its name where it is shared. */
  #parameter(name: string, shape: readonly number[]): number {
    const node = this.#build.leaf('parameter', name, { extent: 'once', shape })
    if (this.#parameters.every((port) => port.node !== node)) this.#parameters.push({ name, node })
    return node
  }

  #dense(name: string, sequence: number, input: number, units: number): number {
    return this.#scan(name, name, dense()({ units }).cell.graph({ input, units }), [sequence])[0]!
  }

  /** A step over the window; gives its outputs. */
  #scan(
    parameters: string,
    states: string,
    step: StepGraph,
    sequences: readonly number[],
  ): readonly number[] {
    this.#steps.set(parameters, step)
    const shape = (node: number): readonly number[] => step.nodes[node]!.type.shape
    const initial = step.states.map((state) =>
      this.#input(`${states}.${state.name}`, shape(state.previous), 'row'),
    )
    const own = step.parameters.map((port) => this.#parameter(`${parameters}.${port.name}`, shape(port.node)))
    const scan = this.#build.add('scan', [...sequences, ...initial, ...own], { step })
    const pick = (index: number): number => this.#build.add('pick', [scan], { index })
    step.states.forEach((state, index) => {
      const name = `${states}.${state.name}`
      this.#outputs.push({ name: `${name} next`, node: pick(step.outputs.length + index) })
      this.#states.push({ initial: name, final: `${name} next` })
    })
    return step.outputs.map((_port, index) => pick(index))
  }
}
