import type { Attributes, Node, Type } from './types.ts'
import type { Sizes } from './operation.ts'
import { operation } from './table.ts'
import { invariant, SluiceError } from '../core/errors.ts'

/** Sizes of concrete graphs. */
export const numbers: Sizes<number> = {
  same(a, b) {
    if (a !== b) throw new SluiceError('graph-sizes/differ', { one: a, other: b })
    return a
  },
  sum: (parts) => parts.reduce((total, part) => total + part, 0),
  part(whole, count) {
    if (whole % count !== 0) throw new SluiceError('graph-sizes/blocks', { size: whole, count })
    return whole / count
  },
  of: (size) => size,
}

/** Writes a graph node by node; equal nodes (same operation, inputs and attributes) are made once. */
export class Builder<S = number> {
  readonly nodes: Node<S>[] = []
  readonly #sizes: Sizes<S>
  readonly #known = new Map<string, number>()

  constructor(sizes: Sizes<S>, nodes: readonly Node<S>[] = []) {
    this.#sizes = sizes
    for (const node of nodes) this.#push(node)
  }

  /** Appends an operation and returns its number. */
  add(op: string, inputs: readonly number[], attributes: Attributes = {}, name?: string): number {
    const key = keyOf(op, inputs, attributes)
    const known = key === undefined ? undefined : this.#known.get(key)
    if (known !== undefined) {
      if (name !== undefined && this.nodes[known]!.name === undefined) this.rename(known, name)
      return known
    }
    const row = operation(op)
    const types = inputs.map((input) => this.#typeRead(op, input, attributes))
    invariant(row.arity === 'any' || row.arity === inputs.length, `${op} with ${inputs.length} inputs`)
    const results = row.results?.(types as unknown as readonly Type[], attributes) as
      | readonly Type<S>[]
      | undefined
    const type = row.type(types, attributes, this.#sizes)
    return this.#push({
      op,
      inputs,
      attributes,
      type,
      ...(results && { results }),
      ...(name !== undefined && { name }),
    })
  }

  /** Appends a leaf: an `input`, `state` or `parameter` of a given type. Leaves of one name and kind are made once. */
  leaf(op: 'input' | 'state' | 'parameter', name: string, type: Type<S>): number {
    const known = this.#known.get(keyOf(op, [], { name })!)
    return known ?? this.#push({ op, inputs: [], attributes: { name }, type, name })
  }

  constant(value: number, name?: string): number {
    return this.add('constant', [], { value }, name)
  }

  /** Zeros of the type of a vector or number. */
  zeros({ extent, shape: [size] }: Type<S>): number {
    return this.add('spread', [this.constant(0)], { ...(size !== undefined && { size }), extent })
  }

  type(node: number): Type<S> {
    const found = this.nodes[node]
    invariant(found, `node ${node} of ${this.nodes.length}`)
    return found.type
  }

  /** Type that an operation sees of an input; `pick` sees the result that it takes. */
  #typeRead(op: string, input: number, attributes: Attributes): Type<S> {
    return op === 'pick' ? this.nodes[input]!.results![attributes.index as number]! : this.type(input)
  }

  /** Gives a node the left-hand name of its equation. */
  rename(node: number, name: string): void {
    this.nodes[node] = { ...this.nodes[node]!, name }
  }

  #push(node: Node<S>): number {
    const key = keyOf(node.op, node.inputs, node.attributes)
    if (key !== undefined) this.#known.set(key, this.nodes.length)
    return this.nodes.push(node) - 1
  }
}

function keyOf(op: string, inputs: readonly number[], attributes: Attributes): string | undefined {
  const entries = Object.entries(attributes)
  if (entries.some(([, value]) => typeof value === 'object')) return undefined
  return `${op}(${inputs.join(',')})${entries.map(([name, value]) => `${name}=${String(value)}`).join(',')}`
}
