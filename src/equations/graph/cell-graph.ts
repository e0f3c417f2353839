import {
  Builder,
  type Node,
  type Port,
  type StatePort,
  type StepGraph,
  type Type,
} from '../../graph/index.ts'
import { checkNames } from './check.ts'
import { readConstants } from './constants.ts'
import { DeclaredSizes } from './declared.ts'
import { type Notation, plain } from '../print/notation.ts'
import { Memories } from './memories.ts'
import { Parameters } from './parameters.ts'
import { Size } from './size.ts'
import { type SizeConstraint, Solver } from './solver.ts'
import type { Source } from '../source.ts'
import type { CellSyntax, Equation } from '../syntax.ts'
import { type Context, Values } from './values.ts'

/** A cell as a graph whose sizes are linear forms in `sizes`. */
export interface BuiltCell {
  readonly step: StepGraph<Size>
  /** The names in its sizes: `input`, `hidden`, then declared ones. */
  readonly sizes: readonly string[]
  /** Equalities of sizes that hold only for some values of them. */
  readonly constraints: readonly SizeConstraint[]
}

const leaves = new Set(['input', 'state', 'parameter', 'constant'])

/** Builds the step graph of a cell. Throws an EquationError where names or sizes do not fit. */
export function buildCell(
  syntax: CellSyntax,
  source: Source,
  name: string,
  notation: Notation = plain,
): BuiltCell {
  return new CellBuilder(syntax, source, notation).build(name)
}

class CellBuilder {
  readonly #context: Context
  readonly #sizes: DeclaredSizes
  readonly #values: Values
  /** The size of each state, its previous value and, once defined, its new value. */
  readonly #states = new Map<string, { readonly size: Size; readonly previous: number; next?: number }>()
  readonly #traces: Port[] = []
  /** Sizes whose unknowns were replaced. */
  readonly #closedSizes = new Map<Size, Size>()

  constructor(syntax: CellSyntax, source: Source, notation: Notation) {
    const constants = readConstants(syntax, source)
    this.#sizes = new DeclaredSizes(syntax, source, constants)
    checkNames(syntax, source, this.#sizes.names, notation)
    const solver = new Solver()
    const builder = new Builder<Size>(solver)
    const parameters = new Parameters(builder, solver, source, syntax, this.#sizes)
    const memories = new Memories(builder, solver, syntax, this.#sizes)
    const known = { syntax, source, notation, constants, builder, solver, parameters, memories }
    this.#context = { ...known, scope: new Map() }
    this.#values = new Values(this.#context)
  }

  build(name: string): BuiltCell {
    const { syntax, source, builder, parameters, memories } = this.#context
    this.#leaves()
    for (const equation of syntax.equations) source.placing(equation.at, () => this.#define(equation))
    const outputs = syntax.outputs.map((output) =>
      this.#output(output.name, output.size && this.#sizes.read(output.size), output.at),
    )
    const nodes = this.#solved(builder.nodes)
    const step = {
      name,
      nodes,
      inputs: [{ name: syntax.input.name, node: this.#context.scope.get(syntax.input.name)!.node }],
      states: this.#statePorts(),
      parameters: parameters.ports(),
      ...(memories.ports.length > 0 && { memories: memories.ports }),
      outputs,
      traces: this.#traces,
    }
    return { step, sizes: this.#usedSizes(nodes), constraints: this.#context.solver.constraints }
  }

  #leaves(): void {
    const { syntax, builder, scope } = this.#context
    const { name } = syntax.input
    scope.set(name, { node: builder.leaf('input', name, { extent: 'row', shape: [Size.named('input')] }) })
    for (const state of syntax.states) {
      const size = state.size ? this.#sizes.read(state.size) : Size.named('hidden')
      const previous = builder.leaf('state', state.name, { extent: 'row', shape: [size] })
      scope.set(state.name, { node: previous, at: state.at })
      this.#states.set(state.name, { size, previous })
    }
  }

  #define({ target, primed, label, value, at }: Equation): void {
    const { scope } = this.#context
    const own = this.#values.of(value)
    const state = primed ? this.#states.get(target)! : undefined
    const named = label === undefined ? target : `${label}.${target}`
    this.#weights(named, at)
    const node = state ? this.#newState(target, state.size, own, () => this.#values.describe(value), at) : own
    if (state) state.next = node
    this.#label(node, target)
    scope.set(primed ? `${target}'` : target, { node, at })
    this.#traces.push({ name: named, node })
  }

  /** The weights of the attention of an equation are traces beside its value. */
  #weights(equation: string, at: number): void {
    const { source, syntax } = this.#context
    for (const [index, node] of this.#values.takeWeights().entries()) {
      const name = `${equation}_weights${index === 0 ? '' : `_${index + 1}`}`
      const taken = syntax.equations.find(({ target }) => target === name)
      if (taken) throw source.error('equation-memory/weights', taken.at, { name, line: source.line(at) })
      this.#label(node, name)
      this.#traces.push({ name, node })
    }
  }

  /** Names a node that has no name yet. */
  #label(node: number, name: string): void {
    const { builder } = this.#context
    if (builder.nodes[node]!.name === undefined) builder.rename(node, name)
  }

  /** The new value of a state as a node of its own: once a row, of the state's size. */
  #newState(name: string, size: Size, value: number, described: () => string, at: number): number {
    const { builder } = this.#context
    const taken = new Set([...this.#states.values()].map(({ next }) => next))
    let node = this.#perRow(value, size)
    this.#sizedAs(`the state ${name}`, size, node, described, at)
    while (taken.has(node) || leaves.has(builder.nodes[node]!.op)) node = builder.add('copy', [node])
    return node
  }

  /** A value repeated for every row, and a single number over `size` entries. */
  #perRow(node: number, size: Size): number {
    const { builder } = this.#context
    const { extent, shape } = builder.type(node)
    if (shape.length === 0) return builder.add('spread', [node], { size, extent: 'row' })
    return extent === 'once' ? builder.add('spread', [node], { extent: 'row' }) : node
  }

  #sizedAs(what: string, size: Size, node: number, described: () => string, at: number): void {
    const { builder, solver } = this.#context
    this.#values.agree(
      at,
      () => what,
      described,
      () => solver.same(size, builder.type(node).shape[0]!),
    )
  }

  #output(name: string, size: Size | undefined, at: number): Port {
    const { builder, scope, source } = this.#context
    const value = (scope.get(`${name}'`) ?? scope.get(name))!.node
    const own = size ?? builder.type(value).shape[0]
    if (!own) throw source.error('equation-sizes/output', at, { name })
    let node = this.#perRow(value, own)
    this.#sizedAs(`the output ${name}`, own, node, () => `its value \`${name}\``, at)
    if (leaves.has(builder.nodes[node]!.op)) node = builder.add('copy', [node])
    this.#label(node, name)
    return { name, node }
  }

  #statePorts(): readonly StatePort[] {
    return this.#context.syntax.states.map(({ name, initial }) => {
      const { previous, next } = this.#states.get(name)!
      return { name, previous, next: next!, initial }
    })
  }

  /** The nodes with every unknown size replaced by its solution. */
  #solved(nodes: readonly Node<Size>[]): readonly Node<Size>[] {
    const { solver } = this.#context
    return nodes.map((node) => {
      const { size } = node.attributes
      const attributes =
        size instanceof Size ? { ...node.attributes, size: solver.resolve(size) } : node.attributes
      return { ...node, attributes, type: this.#closed(node.type) }
    })
  }

  #closed(type: Type<Size>): Type<Size> {
    return { ...type, shape: type.shape.map((size) => this.#closedSize(size)) }
  }

  #closedSize(size: Size): Size {
    const { solver } = this.#context
    const known = this.#closedSizes.get(size)
    if (known) return known
    const open = solver.open(size)
    if (open !== undefined) throw this.#openSize(open)
    const closed = solver.resolve(size)
    this.#closedSizes.set(size, closed)
    return closed
  }

  /** Asks for a declaration that fixes an unknown, named `rows of W`. */
  #openSize(open: string): Error {
    const { syntax, source, parameters, scope } = this.#context
    const name = open.split(' of ')[1]!
    const memory = syntax.memories.find((declared) => declared.name === name)
    if (memory) throw source.error('equation-open-size', memory.at, { size: open, line: `memory ${name}: p` })
    const output = syntax.outputs.find((port) =>
      this.#hasUnknown((scope.get(`${port.name}'`) ?? scope.get(port.name))!.node, open),
    )
    const line = output ? `output ${output.name}: p` : this.#declarationOf(name)
    return source.error('equation-open-size', parameters.firstUse(name)!, { size: open, line })
  }

  #hasUnknown(node: number, open: string): boolean {
    const { builder, solver } = this.#context
    return builder.type(node).shape.some((size) => solver.resolve(size).names.includes(open))
  }

  #declarationOf(name: string): string {
    const { builder, solver, parameters } = this.#context
    const { node } = parameters.ports().find((port) => port.name === name)!
    const shape = builder
      .type(node)
      .shape.map((size) => (solver.open(size) === undefined ? solver.resolve(size) : 'p'))
    return shape.length === 1 ? `vector ${name}: p` : `matrix ${name}: [${shape.join(', ')}]`
  }

  #usedSizes(nodes: readonly Node<Size>[]): readonly string[] {
    const shapes = new Set(nodes.flatMap(({ type }) => type.shape))
    const equal = this.#context.solver.constraints.flatMap(({ left, right }) => [left, right])
    const used = new Set([...shapes, ...equal].flatMap((size) => size.names))
    const unused = this.#context.syntax.sizes.find(({ name }) => !used.has(name))
    if (unused) throw this.#context.source.error('equation-unused/size', unused.at, { name: unused.name })
    return this.#sizes.names.filter((name) => used.has(name))
  }
}
