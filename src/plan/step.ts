import type { Graph, Node, Port, StepGraph } from '../graph/index.ts'
import { differentiateStep } from '../graph/differentiate.ts'
import { Builder, ancestors, numbers } from '../graph/index.ts'
import { Algebra } from './algebra.ts'
import { invariant } from '../core/errors.ts'

/** What a plan wants of the derivative of a scan. */
export interface StepRequest {
  /** Whether each output has a gradient coming in, and whether each input's gradient is wanted. */
  readonly outputs: readonly boolean[]
  readonly inputs: readonly boolean[]
  /** Whether each parameter is trained; all are unless given. */
  readonly parameters?: readonly boolean[]
}

/** Part of a state's gradient on its way to the step before: what this step computes and where that step reads it. */
export interface Carry {
  readonly leaf: number
  /** `undefined`: always zero, so that only the gradient of the final state passes through the leaf. */
  readonly source: number | undefined
}

/** One contribution to the gradient of a matrix: sum over rows and steps of `gradient` times `operand`. */
export interface MatrixGradient {
  readonly parameter: number
  readonly transposed: boolean
  readonly gradient: number
  readonly operand: number
  /** Whether the sum is wanted; if not, the gradient is only on its way to others. */
  readonly wanted: boolean
}

/** One contribution to the gradient of a vector: sum over rows and steps of `value`. */
export interface VectorGradient {
  readonly parameter: number
  readonly value: number
}

export interface StateProgram {
  readonly name: string
  readonly previous: number
  readonly next: number
  readonly carries: readonly Carry[]
}

/**
 * A step and its derivative as one list of nodes in which each sum that products belong to is one `accumulate`. Nodes
 * below `forward` are the step itself.
 */
export interface StepProgram extends Graph {
  readonly name: string
  readonly forward: number
  readonly inputs: readonly Port[]
  readonly parameters: readonly Port[]
  readonly outputs: readonly Port[]
  readonly states: readonly StateProgram[]
  /** Leaf of the gradient of each output; `undefined` where nothing comes in. */
  readonly seeds: readonly (number | undefined)[]
  /** Gradient of each input, where wanted and not zero; not of memories. */
  readonly inputGradients: readonly (number | undefined)[]
  /** Terms of the gradient of each input that is a memory: the same memory at every step, so that all of them add up. */
  readonly memoryGradients: readonly (readonly number[])[]
  readonly matrices: readonly MatrixGradient[]
  readonly vectors: readonly VectorGradient[]
}

/** Prepares a step for planning; without a request, its forward pass alone. */
export function stepProgram(step: StepGraph, request?: StepRequest): StepProgram {
  return new StepWriter(step, request).write()
}

/** Operations that give zero where what comes in as a gradient is zero. */
const linear: ReadonlySet<string> = new Set([
  'mul',
  'div',
  'neg',
  'sum',
  'mean',
  'spread',
  'copy',
  'score',
  'mix',
  'row_outer',
  'attention_softmax_gradient',
  'score_additive_query',
  'score_additive_keys',
  'score_additive_vector',
])

class StepWriter {
  readonly #step: StepGraph
  readonly #request: StepRequest | undefined
  readonly #nodes: readonly Node[]
  readonly #build = new Builder(numbers)
  readonly #algebra = new Algebra(this.#build)
  readonly #uses = new Map<number, number>()
  /** New node of each old one; `null` where the value is zero. */
  readonly #made = new Map<number, number | null>()
  readonly #absorbed = new Set<number>()
  /** Gradients of parameters and memories: sums over all steps, made outside the nodes. */
  readonly #trees = new Set<number>()
  readonly #carryParts = new Map<number, readonly [number[], number[]]>()

  constructor(step: StepGraph, request: StepRequest | undefined) {
    this.#step = step
    this.#request = request
    this.#nodes = request ? differentiateStep(step).graph.nodes : step.nodes
  }

  write(): StepProgram {
    const { name, inputs, parameters, outputs, states } = this.#step
    const gradient = this.#request && differentiateStep(this.#step)
    const wanted = [...outputs.map(({ node }) => node), ...states.map(({ next }) => next)]
    const dInputs =
      gradient?.inputs.map((node, index) => (this.#request!.inputs[index] ? node : undefined)) ?? []
    const later = [...dInputs, ...(gradient?.states ?? []), ...(gradient?.parameters ?? [])].filter(
      (node) => node !== undefined,
    )
    const needed = [...ancestors({ nodes: this.#nodes }, [...wanted, ...later])].sort((a, b) => a - b)
    this.#countUses(needed, [...wanted, ...later])
    this.#leaves()
    if (gradient) this.#seeds(gradient.seeds.outputs, gradient.seeds.states, gradient.states)
    for (const id of gradient?.parameters ?? []) if (id !== undefined) this.#parameterTree(id)
    for (const id of dInputs) if (id !== undefined && this.#isMemory(id)) this.#memoryTree(id)
    this.#absorb(needed)
    const own = needed.filter((id) => id < this.#step.nodes.length)
    for (const id of own) this.#node(id)
    const forward = this.#build.nodes.length
    for (const id of needed.slice(own.length)) this.#node(id)
    const port = ({ name: label, node }: Port): Port => ({ name: label, node: this.#at(node) })
    const parts = gradient && this.#parameterGradients(gradient.parameters)
    return {
      name,
      forward,
      inputs: inputs.map(port),
      parameters: parameters.map(port),
      outputs: outputs.map(port),
      states: states.map((state, index) => ({
        name: state.name,
        previous: this.#at(state.previous),
        next: this.#at(state.next),
        carries: gradient ? this.#carries(gradient.seeds.states[index]!) : [],
      })),
      seeds: gradient?.seeds.outputs.map((node) => this.#made.get(node) ?? undefined) ?? [],
      inputGradients: dInputs.map((node) =>
        node === undefined || this.#isMemory(node) ? undefined : (this.#made.get(node) ?? undefined),
      ),
      memoryGradients: dInputs.map((node) =>
        node !== undefined && this.#isMemory(node)
          ? this.#allTerms(node).flatMap((term) => this.#value(term) ?? [])
          : [],
      ),
      matrices: parts?.matrices ?? [],
      vectors: parts?.vectors ?? [],
      nodes: this.#build.nodes,
    }
  }

  /** New node of an old one; `null` for zero. */
  #value(id: number): number | null {
    const made = this.#made.get(id)
    invariant(made !== undefined, `node ${id} of ${this.#step.name} is made before it is read`)
    return made
  }

  #at(id: number): number {
    const made = this.#value(id)
    invariant(made !== null, `node ${id} of ${this.#step.name} is not zero`)
    return made
  }

  #countUses(needed: readonly number[], results: readonly number[]): void {
    const use = (id: number): unknown => this.#uses.set(id, (this.#uses.get(id) ?? 0) + 1)
    for (const id of needed) this.#nodes[id]!.inputs.forEach(use)
    results.forEach(use)
  }

  /** Leaves come first, so that the forward pass is one range of nodes. */
  #leaves(): void {
    const { inputs, states, parameters } = this.#step
    const ports = [
      ...inputs,
      ...states.map(({ name, previous }) => ({ name, node: previous })),
      ...parameters,
    ]
    for (const { node } of ports) {
      const { op, attributes, type } = this.#nodes[node]!
      this.#made.set(node, this.#build.leaf(op as 'input', attributes.name as string, type))
    }
  }

  /** Gradients that come in: of the outputs, and of the new states from the step after. */
  #seeds(
    outputs: readonly number[],
    states: readonly number[],
    results: readonly (number | undefined)[],
  ): void {
    const leaf = (label: string, id: number): number =>
      this.#build.leaf('input', label, this.#nodes[id]!.type)
    outputs.forEach((id, index) => {
      this.#made.set(
        id,
        this.#request!.outputs[index] ? leaf(`d output ${this.#step.outputs[index]!.name}`, id) : null,
      )
    })
    states.forEach((id, index) => {
      const { name } = this.#step.states[index]!
      const terms = this.#carryTerms(results[index])
      const products = terms.filter((term) => this.#isProduct(term))
      const others = terms.filter((term) => !products.includes(term))
      this.#carryParts.set(id, [products, others])
      const leaves = [
        ...(products.length > 0 ? [leaf(`d next ${name} by products`, id)] : []),
        ...(others.length > 0 || products.length === 0 ? [leaf(`d next ${name}`, id)] : []),
      ]
      this.#made.set(
        id,
        leaves.reduce((sum, part) => this.#build.add('add', [sum, part])),
      )
    })
  }

  /** Terms of the gradient of a state; one term where something else reads the sum too. */
  #carryTerms(result: number | undefined): readonly number[] {
    if (result === undefined) return []
    if (this.#uses.get(result)! > 1) return [result]
    this.#absorbTree(result)
    if (this.#nodes[result]!.op === 'add' || this.#isProduct(result)) this.#absorbed.add(result)
    return this.#terms(result, true)
  }

  #carries(seed: number): readonly Carry[] {
    const [products, others] = this.#carryParts.get(seed)!
    const made = this.#made.get(seed)!
    const { op, inputs } = this.#build.nodes[made]!
    const leaves = op === 'add' ? inputs : [made]
    const sources = [
      ...(products.length > 0 ? [this.#accumulated(products) ?? undefined] : []),
      ...(others.length > 0 || products.length === 0 ? [this.#sum(others) ?? undefined] : []),
    ]
    return leaves.map((leaf, index) => ({ leaf, source: sources[index] }))
  }

  /** Leaves of the tree of additions at a node; inner additions that something else reads are leaves. */
  #terms(id: number, root: boolean): number[] {
    const { op, inputs } = this.#nodes[id]!
    if (op !== 'add' || (!root && this.#uses.get(id)! > 1)) return [id]
    return inputs.flatMap((input) => this.#terms(input, false))
  }

  /** Marks what becomes part of a larger sum, and is not a node of its own. */
  #absorb(needed: readonly number[]): void {
    for (const id of [...needed].reverse()) {
      if (this.#nodes[id]!.op !== 'add' || this.#absorbed.has(id)) continue
      const terms = this.#terms(id, true)
      if (!terms.some((term) => this.#isProduct(term))) continue
      this.#absorbTree(id)
    }
  }

  #isProduct(id: number): boolean {
    return this.#nodes[id]!.op === 'product' && this.#uses.get(id) === 1
  }

  #absorbTree(id: number): void {
    if (this.#nodes[id]!.op !== 'add') return
    for (const input of this.#nodes[id]!.inputs) {
      if (this.#isProduct(input)) this.#absorbed.add(input)
      else if (this.#nodes[input]!.op === 'add' && this.#uses.get(input) === 1) {
        this.#absorbed.add(input)
        this.#absorbTree(input)
      }
    }
  }

  #node(id: number): void {
    if (this.#made.has(id) || this.#absorbed.has(id)) return
    this.#made.set(id, this.#written(id))
  }

  #written(id: number): number | null {
    const { op, inputs, attributes, name } = this.#nodes[id]!
    if (this.#trees.has(id)) return null
    if (op === 'product') return this.#accumulated([id])
    const terms = op === 'add' ? this.#terms(id, true) : []
    if (terms.some((term) => this.#isProduct(term))) return this.#sum(terms, name)
    const values = inputs.map((input) => this.#value(input))
    if (values.includes(null)) return this.#withZero(op, values as [number | null, number | null])
    return this.#algebra.add(op, values as number[], attributes, name)
  }

  /** The sum of terms: those that are products (and biases beside them) in one `accumulate`, then the others. */
  #sum(terms: readonly number[], name?: string): number | null {
    const products = terms.filter((term) => this.#isProduct(term))
    const biases = products.length > 0 ? terms.filter((term) => this.#isBias(term)) : []
    const others = terms.filter((term) => !products.includes(term) && !biases.includes(term))
    const parts = others.map((term) => this.#value(term)).filter((part) => part !== null)
    if (products.length > 0) {
      const total = this.#accumulated(products, biases)
      if (total !== null) parts.unshift(total)
    }
    if (parts.length === 0) return null
    const sum = parts.reduce((total, part) => this.#build.add('add', [total, part]))
    if (name !== undefined && this.#build.nodes[sum]!.name === undefined) this.#build.rename(sum, name)
    return sum
  }

  #isBias(id: number): boolean {
    const { op, inputs } = this.#nodes[id]!
    return op === 'spread' && this.#nodes[inputs[0]!]!.op === 'parameter'
  }

  #accumulated(products: readonly number[], biases: readonly number[] = []): number | null {
    const terms = products.flatMap((id) => {
      const { inputs, attributes } = this.#nodes[id]!
      const vector = this.#value(inputs[1]!)
      return vector === null
        ? []
        : [{ matrix: this.#at(inputs[0]!), vector, letter: attributes.transpose ? 't' : 'n' }]
    })
    if (terms.length === 0) {
      const vectors = biases.map((id) => this.#at(id))
      return vectors.length === 0 ? null : vectors.reduce((sum, id) => this.#build.add('add', [sum, id]))
    }
    const inputs = [
      ...terms.flatMap(({ matrix, vector }) => [matrix, vector]),
      ...biases.map((id) => this.#at(this.#nodes[id]!.inputs[0]!)),
    ]
    const transposes = terms.map(({ letter }) => letter).join('')
    return this.#build.add('accumulate', inputs, { count: terms.length, transposes })
  }

  /** Gradients that are zero make zero of what is linear in them. */
  #withZero(op: string, [a, b]: readonly [number | null, number | null]): number | null {
    if (op === 'add') return a ?? b
    if (op === 'sub') return b === null ? a : this.#build.add('neg', [b])
    invariant(linear.has(op) && (op !== 'div' || b !== null), `${op} of zero`)
    return null
  }

  /** Takes the gradients of parameters apart into sums over rows and steps. */
  #parameterGradients(gradients: readonly (number | undefined)[]) {
    const matrices: MatrixGradient[] = []
    const vectors: VectorGradient[] = []
    gradients.forEach((gradient, index) => {
      const parameter = this.#at(this.#step.parameters[index]!.node)
      const isWanted = this.#request!.parameters?.[index] ?? true
      for (const id of gradient === undefined ? [] : this.#allTerms(gradient)) {
        const { op, inputs } = this.#nodes[id]!
        const values = inputs.map((input) => this.#value(input))
        if (values.includes(null)) continue
        if (op === 'sum_rows') {
          if (isWanted) vectors.push({ parameter, value: values[0]! })
        } else {
          invariant(op === 'outer', `the gradient of a parameter is a sum of products, not ${op}`)
          const transposed = inputs[0]! < this.#step.nodes.length
          const [left, right] = values as [number, number]
          matrices.push({
            parameter,
            transposed,
            gradient: transposed ? right : left,
            operand: transposed ? left : right,
            wanted: isWanted,
          })
        }
      }
    })
    return { matrices, vectors }
  }

  #isMemory(id: number): boolean {
    return this.#nodes[id]!.type.shape.length === 2
  }

  /** The terms of a memory's gradient are nodes, their sums are not. */
  #memoryTree(id: number): void {
    const { op, inputs } = this.#nodes[id]!
    if (op !== 'add') return
    this.#trees.add(id)
    for (const input of inputs) this.#memoryTree(input)
  }

  #parameterTree(id: number): void {
    const { op, inputs } = this.#nodes[id]!
    this.#trees.add(id)
    if (op === 'add') for (const input of inputs) this.#parameterTree(input)
  }

  #allTerms(id: number): number[] {
    const { op, inputs } = this.#nodes[id]!
    return op === 'add' ? inputs.flatMap((input) => this.#allTerms(input)) : [id]
  }
}
