import {
  type Node,
  type Port,
  type StepGraph,
  type WindowGraph,
  Builder,
  ancestors,
  numbers,
} from '../graph/index.ts'
import type { Program } from '../runtime/index.ts'
import { type NamedScan, scansOf } from './scans.ts'

/**
 * Another step for a scan, or undefined to leave it as it is. The step has the inputs, states, parameters and outputs of
 * the one before, in their order; what it has beyond them becomes inputs `layers.0.NAME` (sequences), parameters
 * `layers.0.NAME` and outputs `layers.0.NAME` of the window.
 */
export type StepChange = (scan: NamedScan) => StepGraph | undefined

/** A window with other steps in its scans. Outputs that are added come last, in the order of time. */
export function changeSteps(graph: WindowGraph, change: StepChange): WindowGraph {
  return new StepChanger(graph, change).write()
}

class StepChanger {
  readonly #graph: WindowGraph
  readonly #build = new Builder(numbers)
  readonly #made: number[] = []
  readonly #changed = new Map<number, { readonly scan: NamedScan; readonly step: StepGraph }>()
  readonly #inputs: Port[] = []
  readonly #parameters: Port[] = []
  readonly #outputs: Port[] = []

  constructor(graph: WindowGraph, change: StepChange) {
    this.#graph = graph
    for (const scan of scansOf(graph)) {
      const step = change(scan)
      if (step) this.#changed.set(scan.node, { scan, step })
    }
  }

  write(): WindowGraph {
    const { nodes, inputs, parameters, outputs } = this.#graph
    for (const [id, node] of nodes.entries()) this.#made.push(this.#copy(node, id))
    const moved = (ports: readonly Port[]): readonly Port[] =>
      ports.map(({ name, node }) => ({ name, node: this.#made[node]! }))
    return {
      nodes: this.#build.nodes,
      inputs: [...moved(inputs), ...this.#inputs],
      parameters: [...moved(parameters), ...this.#parameters],
      outputs: [...moved(outputs), ...this.#outputs],
    }
  }

  #copy({ op, inputs, attributes, type, name }: Node, id: number): number {
    if (op === 'input' || op === 'parameter') return this.#build.leaf(op, attributes.name as string, type)
    if (this.#changed.has(id)) return this.#scan(id)
    const own = inputs.map((input) => this.#made[input]!)
    const index = attributes.index as number
    const scan = op === 'pick' ? this.#changed.get(inputs[0]!) : undefined
    if (!scan || index < scan.scan.step.outputs.length) return this.#build.add(op, own, attributes, name)
    const added = scan.step.outputs.length - scan.scan.step.outputs.length
    return this.#build.add(op, own, { index: index + added }, name)
  }

  #scan(id: number): number {
    const { scan, step } = this.#changed.get(id)!
    const { inputs, attributes } = this.#graph.nodes[id]!
    const own = inputs.map((input) => this.#made[input]!)
    const { inputs: sequences, states, parameters } = scan.step
    const afterParameters = sequences.length + states.length + parameters.length
    const made = this.#build.add(
      'scan',
      [
        ...own.slice(0, sequences.length),
        ...this.#leaves('input', this.#inputs, scan, step, step.inputs.slice(sequences.length)),
        ...own.slice(sequences.length, afterParameters),
        ...this.#leaves('parameter', this.#parameters, scan, step, step.parameters.slice(parameters.length)),
        ...own.slice(afterParameters),
      ],
      { ...attributes, step },
    )
    this.#observe(scan, step, made, own)
    return made
  }

  #leaves(
    kind: 'input' | 'parameter',
    list: Port[],
    scan: NamedScan,
    step: StepGraph,
    ports: readonly Port[],
  ): readonly number[] {
    return ports.map((port) => {
      const { shape } = step.nodes[port.node]!.type
      const name = `${scan.name}.${port.name}`
      const node = this.#build.leaf(kind, name, { extent: kind === 'input' ? 'step' : 'once', shape })
      list.push({ name, node })
      return node
    })
  }

  /** Makes outputs of the window from those that the step has now; what is read in reverse is turned back. */
  #observe(
    { name, step: before }: NamedScan,
    step: StepGraph,
    scan: number,
    inputs: readonly number[],
  ): void {
    const { op, inputs: beside } = this.#build.nodes[inputs[0]!]!
    for (let index = before.outputs.length; index < step.outputs.length; index++) {
      const pick = this.#build.add('pick', [scan], { index })
      const node = op === 'reverse' ? this.#build.add(op, [pick, ...beside.slice(1)]) : pick
      this.#outputs.push({ name: `${name}.${step.outputs[index]!.name}`, node })
    }
  }
}

/** A window with some of its outputs, the final states of all cells that these need, and nothing else. */
export function onlyOutputs(
  program: Pick<Program, 'graph' | 'states'>,
  wanted: (name: string) => boolean,
): Pick<Program, 'graph' | 'states'> {
  const { graph } = program
  const asked = graph.outputs.filter(({ name }) => wanted(name))
  const read = neededBy(graph, asked)
  const initials = new Set(graph.inputs.filter(({ node }) => read.has(node)).map(({ name }) => name))
  const states = program.states.filter(({ initial }) => initials.has(initial))
  const kept = graph.outputs.filter(
    (port) => asked.includes(port) || states.some(({ final }) => final === port.name),
  )
  return { graph: withOutputs(graph, kept), states }
}

function neededBy(graph: WindowGraph, ports: readonly Port[]): ReadonlySet<number> {
  return ancestors(
    graph,
    ports.map(({ node }) => node),
  )
}

function withOutputs({ nodes, inputs, parameters }: WindowGraph, kept: readonly Port[]): WindowGraph {
  const needed = [...neededBy({ nodes, inputs, parameters, outputs: kept }, kept)].sort((a, b) => a - b)
  const numberOf = new Map(needed.map((id, index) => [id, index]))
  const moved = (ports: readonly Port[]): readonly Port[] =>
    ports.flatMap(({ name, node }) => {
      const number = numberOf.get(node)
      return number === undefined ? [] : [{ name, node: number }]
    })
  return {
    nodes: needed.map((id) => ({
      ...nodes[id]!,
      inputs: nodes[id]!.inputs.map((input) => numberOf.get(input)!),
    })),
    inputs: moved(inputs),
    parameters: moved(parameters),
    outputs: moved(kept),
  }
}
