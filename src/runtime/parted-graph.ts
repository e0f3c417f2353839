import { Builder, type Node, type Port, type StepGraph, type WindowGraph, numbers } from '../graph/index.ts'
import { Unsupported } from '../core/errors.ts'

/** A state of a window that runs in parts: the input that a part starts it from, and the output it leaves it in. */
export interface PartState {
  readonly initial: string
  readonly final: string
  readonly size: number
}

/** A window graph whose every state starts from an input and ends in an output, so that it can run in parts. */
export interface PartedGraph {
  readonly graph: WindowGraph
  readonly states: readonly PartState[]
  /** Inputs that say of each row whether it begins anew; in all parts but the first no row does. */
  readonly flags: ReadonlySet<string>
  /** Those of them that the graph did not have: every row begins in the first part. */
  readonly added: ReadonlySet<string>
  /** Inputs that are lengths of rows. */
  readonly lengths: ReadonlySet<string>
}

/**
 * The same graph with an input and an output for each state.
 * @throws Unsupported where a step needs a later one, as in a reversed sequence or for `ctc_loss`
 */
export function partGraph(graph: WindowGraph): PartedGraph {
  return new GraphParter(graph).write()
}

/** Operations that need the whole window before its first step. */
const whole: ReadonlySet<string> = new Set(['reverse', 'ctc_loss', 'remember', 'places', 'keep'])

/** Names of what the graph did not have. */
const begins = 'first part'
const stateName = (scan: number, index: number): string => `state ${index} of %${scan}`

class GraphParter {
  readonly #build = new Builder(numbers)
  readonly #graph: WindowGraph
  readonly #inputs: Port[] = []
  readonly #outputs: Port[] = []
  readonly #states: PartState[] = []
  readonly #flags = new Set<string>()
  readonly #added = new Set<string>()
  readonly #lengths = new Set<string>()
  /** New node of each old one. */
  readonly #made: number[] = []

  constructor(graph: WindowGraph) {
    this.#graph = graph
  }

  write(): PartedGraph {
    this.#graph.nodes.forEach((node, id) => this.#made.push(this.#written(node, id)))
    const renumbered = (ports: readonly Port[]): Port[] =>
      ports.map(({ name, node }) => ({ name, node: this.#made[node]! }))
    const { inputs, outputs, parameters } = this.#graph
    const graph = {
      nodes: this.#build.nodes,
      inputs: [...renumbered(inputs), ...this.#inputs],
      outputs: [...renumbered(outputs), ...this.#outputs],
      parameters: renumbered(parameters),
    }
    const { added, flags, lengths } = { added: this.#added, flags: this.#flags, lengths: this.#lengths }
    return { graph, states: this.#states, flags, added, lengths }
  }

  #written({ op, inputs, attributes, type, name }: Node, id: number): number {
    if (whole.has(op)) throw new Unsupported('unsupported/parts')
    if (op === 'input' || op === 'parameter' || op === 'state')
      return this.#build.leaf(op, attributes.name as string, type)
    const own = inputs.map((input) => this.#made[input]!)
    return op === 'scan' ? this.#scan(own, id) : this.#build.add(op, own, attributes, name)
  }

  #scan(inputs: readonly number[], id: number): number {
    const { attributes } = this.#graph.nodes[id]!
    const step = attributes.step as StepGraph
    if (attributes.masked === true) this.#lengths.add(this.#inputName(inputs.at(-1)!))
    const given = [...inputs]
    const initial = step.states.map((_state, index) => {
      const at = step.inputs.length + index
      const found = this.#start(given[at]!, stateName(id, index))
      given[at] = found.node
      return found.name
    })
    const scan = this.#build.add('scan', given, attributes)
    step.states.forEach(({ previous }, index) => {
      const size = step.nodes[previous]!.type.shape[0]!
      const final = this.#final(scan, id, step.outputs.length + index, stateName(id, index))
      this.#states.push({ initial: initial[index]!, final, size })
    })
    return scan
  }

  /** A start that an input can give, and that input. */
  #start(node: number, name: string): { node: number; name: string } {
    const { op, inputs } = this.#build.nodes[node]!
    const isFree = (at: number): boolean =>
      this.#build.nodes[at]!.op === 'input' &&
      !this.#states.some(({ initial }) => initial === this.#inputName(at))
    if (op === 'input' && isFree(node)) return { node, name: this.#inputName(node) }
    if (op === 'select' && isFree(inputs[2]!)) {
      this.#flags.add(this.#inputName(inputs[0]!))
      return { node, name: this.#inputName(inputs[2]!) }
    }
    if (op === 'input' || op === 'select') throw new Unsupported('unsupported/initial')
    if (op === 'pick') throw new Unsupported('unsupported/parts')
    const other = this.#input(name, this.#build.type(node).shape)
    this.#flags.add(begins)
    this.#added.add(begins)
    return { node: this.#build.add('select', [this.#input(begins, []), node, other]), name }
  }

  #inputName(node: number): string {
    return this.#build.nodes[node]!.attributes.name as string
  }

  #input(name: string, shape: readonly number[]): number {
    const node = this.#build.leaf('input', name, { extent: 'row', shape })
    if (!this.#inputs.some((port) => port.node === node)) this.#inputs.push({ name, node })
    return node
  }

  /** The output that is result `index` of a scan, which was node `id`. */
  #final(scan: number, id: number, index: number, name: string): string {
    const isResult = ({ op, inputs, attributes }: Node): boolean =>
      op === 'pick' && inputs[0] === id && attributes.index === index
    const port = this.#graph.outputs.find(({ node }) => isResult(this.#graph.nodes[node]!))
    if (port) return port.name
    this.#outputs.push({ name, node: this.#build.add('pick', [scan], { index }) })
    return name
  }
}
