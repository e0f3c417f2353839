import type { Node, StepGraph } from '../graph/index.ts'
import { type Term, isNormal, normArgument, terms } from './terms.ts'

/** What a vertex stands for: the outer values, a gate or other affine function, an operation, vectors side by side. */
export type VertexKind = 'input' | 'state' | 'next' | 'output' | 'gate' | 'operation' | 'join'

/** A value of a cell in its diagram. */
export interface Vertex {
  readonly kind: VertexKind
  /** What stands in it: `f = σ(… + bf)`, `×`, `c′`. */
  readonly text: string
  /** What stands above it: the name of the value, where `text` does not say it. */
  readonly title?: string
  /** Left-hand names of the equations that it belongs to. */
  readonly values: readonly string[]
  /** Parameters inside it, such as a bias. */
  readonly parameters: readonly string[]
}

/** A value that flows into another. */
export interface Link {
  readonly from: number
  readonly to: number
  /** What happens on the way: `Wf`, `pf ⊙`, `−`; or nothing. */
  readonly label: string
  readonly parameters: readonly string[]
}

/** What a drawing shows of a step graph; sources stand before what reads them. */
export interface Diagram {
  readonly vertices: readonly Vertex[]
  readonly links: readonly Link[]
}

/**
 * The diagram of a cell: products with matrices and with vectors of parameters become links that carry the parameter's
 * name, biases go into what they are added to, and a function of a sum is one box.
 */
export function diagramOf<S>(step: StepGraph<S>): Diagram {
  return new DiagramWriter(step).write()
}

const symbols: Readonly<Record<string, string>> = {
  sigmoid: 'σ',
  add: '+',
  mul: '×',
  div: '÷',
  neg: '−',
  log_sigmoid: 'log σ',
  sqrt: '√',
  sum: 'Σ',
  score: '·',
  score_additive: 'additive score',
  mix: 'Σ ×',
}

const functions = new Set(
  'sigmoid tanh relu leaky_relu elu softplus exp log log_sigmoid abs sqrt softsign hard_sigmoid clip'.split(
    ' ',
  ),
)

function clipText({ lo, hi }: Readonly<Record<string, unknown>>): string {
  return lo === -Number(hi) ? `clip ±${String(hi)} ` : `clip ${String(lo)} … ${String(hi)} `
}

/** A link without its target. */
type Source = Omit<Link, 'to'>

class DiagramWriter<S> {
  readonly #step: StepGraph<S>
  readonly #nodes: readonly Node<S>[]
  readonly #readers: number[]
  readonly #vertices: Vertex[] = []
  readonly #links: Link[] = []
  /** Vertices by node. */
  readonly #known = new Map<number, number>()

  constructor(step: StepGraph<S>) {
    this.#step = step
    this.#nodes = step.nodes
    this.#readers = step.nodes.map(() => 0)
    for (const { inputs } of step.nodes) for (const input of inputs) this.#readers[input]!++
  }

  write(): Diagram {
    const { states, inputs, memories = [], outputs } = this.#step
    for (const { name, previous } of states) this.#leaf('state', name, previous)
    for (const { name, node } of inputs) this.#leaf('input', name, node)
    for (const { name, values } of memories) this.#leaf('input', name, values)
    for (const { name, next } of states) this.#end('next', `${name}′`, name, next)
    for (const { name, node } of outputs) {
      if (!states.some(({ next }) => next === node)) this.#end('output', name, name, node)
    }
    return { vertices: this.#vertices, links: this.#links }
  }

  #leaf(kind: VertexKind, name: string, node: number): void {
    this.#known.set(node, this.#push({ kind, text: name, values: [name], parameters: [] }, []))
  }

  /** A value that leaves the cell. What is nothing but a product flows straight into it. */
  #end(kind: VertexKind, text: string, name: string, node: number): void {
    const product = this.#nodes[node]!.op === 'product' && this.#readers[node] === 0
    const source = product ? this.#product(node) : this.#plain(node)
    this.#push({ kind, text, values: [name], parameters: [] }, [source])
  }

  #push(vertex: Vertex, sources: readonly Source[]): number {
    const to = this.#vertices.push(vertex) - 1
    for (const source of sources) this.#links.push({ ...source, to })
    return to
  }

  /** Left-hand names of a node. */
  #names(node: number): readonly string[] {
    return this.#step.traces.filter((trace) => trace.node === node).map(({ name }) => name)
  }

  /** Whether a node is a part of its one reader. */
  #isInner = (node: number): boolean => this.#readers[node] === 1 && this.#names(node).length === 0

  /** How a node's name is written: with a prime where it is a state's new value. */
  #title(node: number): string | undefined {
    const names = this.#names(node)
    const state = this.#step.states.find(({ next }) => next === node)
    const other = names.find((name) => name !== state?.name)
    return other ?? (state ? `${state.name}′` : undefined)
  }

  /** Whether a value has its name at the end that it flows into. */
  #isEnd(node: number): boolean {
    const { states, outputs } = this.#step
    return states.some(({ next }) => next === node) || outputs.some((output) => output.node === node)
  }

  #vertex(node: number): number {
    const known = this.#known.get(node)
    if (known !== undefined) return known
    const made = this.#make(node)
    this.#known.set(node, made)
    return made
  }

  #make(node: number): number {
    const { op, inputs, attributes } = this.#nodes[node]!
    if (op === 'parameter' || op === 'constant')
      return this.#operation(node, String(attributes.name ?? attributes.value), [])
    if (op === 'copy' || op === 'spread') return this.#vertex(inputs[0]!)
    if (op === 'concat') return this.#join(node)
    if (op === 'product') return this.#named(node)
    if (isNormal(this.#nodes, node)) return this.#norm(node)
    if (op === 'add' || op === 'sub')
      return this.#box(node, undefined, terms(this.#nodes, node, this.#isInner))
    if (functions.has(op)) return this.#function(node)
    // The mask belongs to the memory.
    if (op === 'attention_softmax') return this.#operation(node, 'softmax', [this.#source(inputs[0]!)])
    const text =
      op === 'power' ? `^${String(attributes.exponent)}` : op === 'block' ? '⊂' : (symbols[op] ?? op)
    return this.#many(node, text)
  }

  /** An operation on several values; parameters and numbers among them stand inside. */
  #many(node: number, symbol: string): number {
    const { op, inputs } = this.#nodes[node]!
    const inside = inputs.filter((input) => this.#isGiven(input))
    const sources = inputs.flatMap((input, index) => {
      if (this.#isGiven(input)) return []
      const source = op === 'block' ? this.#block(node) : this.#source(input)
      return [op === 'div' && index === 1 ? { ...source, label: `${source.label}÷`.trim() } : source]
    })
    const names = inside.map((input) => this.#given(input))
    return this.#operation(node, [symbol, ...names].join(' '), sources, inside)
  }

  #operation(
    node: number,
    text: string,
    sources: readonly Source[],
    inside: readonly number[] = [node],
  ): number {
    const title = this.#isEnd(node) ? undefined : this.#title(node)
    const values = this.#names(node)
    const parameters = this.#parameters(inside)
    return this.#push({ kind: 'operation', text, ...(title && { title }), values, parameters }, sources)
  }

  /** A product that has a name or several readers. */
  #named(node: number): number {
    const title = this.#title(node)
    const text = title === undefined ? '…' : `${title} = …`
    return this.#push({ kind: 'gate', text, values: this.#names(node), parameters: [] }, [
      this.#product(node),
    ])
  }

  /** Layer norm; its mean reads the argument too. */
  #norm(node: number): number {
    const argument = normArgument(this.#nodes, node)
    const isOwn = this.#readers[argument] === 2 && this.#names(argument).length === 0
    const isProduct = isOwn && this.#nodes[argument]!.op === 'product'
    return this.#operation(node, 'norm', [isProduct ? this.#product(argument) : this.#plain(argument)])
  }

  #join(node: number): number {
    const sources = this.#nodes[node]!.inputs.map((input) => this.#source(input))
    const texts = sources.map(({ from, label }) => label || this.#short(from))
    return this.#push({ kind: 'join', text: `[${texts.join(', ')}]`, values: [], parameters: [] }, sources)
  }

  /** How a join names a vertex. */
  #short(vertex: number): string {
    const { kind, text, title = '…', values } = this.#vertices[vertex]!
    if (kind === 'operation') return title
    return kind === 'gate' ? (values[0] ?? '…') : text
  }

  #function(node: number): number {
    const { op, inputs, attributes } = this.#nodes[node]!
    const [argument] = inputs as readonly [number]
    const name = op === 'clip' ? clipText(attributes) : (symbols[op] ?? op)
    const isSum = ['add', 'sub'].includes(this.#nodes[argument]!.op) && this.#isInner(argument)
    if (isSum) return this.#box(node, name, terms(this.#nodes, argument, this.#isInner))
    const source = this.#source(argument)
    if (source.parameters.length > 0) return this.#box(node, name, [{ node: argument, sign: 1 }])
    if (this.#title(node) === undefined) return this.#operation(node, name.trim(), [source])
    return this.#box(node, name, [{ node: argument, sign: 1 }])
  }

  /** A sum, or a function of one: a box with a name if it has one, else a small sign. */
  #box(node: number, symbol: string | undefined, sum: readonly Term[]): number {
    const given = sum.filter((term) => this.#isGiven(term.node))
    const flowing = sum.filter((term) => !this.#isGiven(term.node))
    const sources = flowing.map((term) => this.#signed(term, flowing.length === 1 && symbol === undefined))
    const title = this.#title(node)
    const isAffine = sources.some(({ parameters }) => parameters.length > 0)
    const inside = given.map((term) => `${term.sign < 0 ? '−' : '+'} ${this.#given(term.node)}`).join(' ')
    const parameters = this.#parameters(given.map((term) => term.node))
    const values = this.#names(node)
    if (symbol === undefined && !(isAffine && title !== undefined)) {
      const text = this.#sumText(flowing, given, inside)
      const shown = this.#isEnd(node) ? undefined : title
      return this.#push(
        { kind: 'operation', text, ...(shown && { title: shown }), values, parameters },
        sources,
      )
    }
    const body = ['…', inside].filter((part) => part !== '').join(' ')
    const whole = symbol === undefined ? body : `${symbol}(${body})`
    const text = title === undefined ? whole : `${title} = ${whole}`
    return this.#push({ kind: 'gate', text, values, parameters }, sources)
  }

  /** The sign of a sum: `+`, `+ b`, `1 −`, `− 1`. */
  #sumText(flowing: readonly Term[], given: readonly Term[], inside: string): string {
    const [only] = flowing
    if (flowing.length !== 1 || given.length === 0) return inside === '' ? '+' : inside
    if (only!.sign > 0) return inside
    return given.length === 1 && given[0]!.sign > 0 ? `${this.#given(given[0]!.node)} −` : `${inside} −`
  }

  #signed({ node, sign }: Term, isShown: boolean): Source {
    const source = this.#source(node)
    return sign > 0 || isShown ? source : { ...source, label: `−${source.label}` }
  }

  /** How a value reaches its reader: as itself, or multiplied by a parameter on the way. */
  #source(node: number): Source {
    if (!this.#isInner(node)) return this.#plain(node)
    const { op, inputs } = this.#nodes[node]!
    if (op === 'product') return this.#product(node)
    if (op === 'block') return this.#block(node)
    if (op === 'mul') {
      const factor = inputs.find((input) => this.#nodes[input]!.op === 'parameter')
      const other = inputs.find((input) => input !== factor)
      if (factor !== undefined && other !== undefined && !this.#isGiven(other))
        return this.#scaled(factor, other)
    }
    return this.#plain(node)
  }

  #scaled(factor: number, other: number): Source {
    return { from: this.#vertex(other), label: `${this.#given(factor)} ⊙`, parameters: [this.#given(factor)] }
  }

  #plain(node: number): Source {
    return { from: this.#vertex(node), label: '', parameters: [] }
  }

  #product(node: number): Source {
    const { inputs, attributes } = this.#nodes[node]!
    const name = this.#given(inputs[0]!)
    return {
      from: this.#vertex(inputs[1]!),
      label: attributes.transpose ? `${name}ᵀ` : name,
      parameters: [name],
    }
  }

  #block(node: number): Source {
    const { inputs, attributes } = this.#nodes[node]!
    const label = `${Number(attributes.index) + 1}/${String(attributes.count)}`
    return { from: this.#vertex(inputs[0]!), label, parameters: [] }
  }

  /** Whether a node is a parameter or a number: it flows from nowhere. */
  #isGiven(node: number): boolean {
    return ['parameter', 'constant'].includes(this.#nodes[node]!.op)
  }

  #given(node: number): string {
    const { name, value } = this.#nodes[node]!.attributes
    return String(name ?? value).replace(/^-/, '−')
  }

  #parameters(nodes: readonly number[]): readonly string[] {
    return nodes.filter((node) => this.#nodes[node]!.op === 'parameter').map((node) => this.#given(node))
  }
}
