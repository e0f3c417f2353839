import { type Node, type StepGraph, typeText } from '../../graph/index.ts'

/** Operations whose two operands may change places. */
const commutes = new Set(['add', 'mul'])

const leaves = new Set(['input', 'state', 'parameter'])

/**
 * Text of what a step graph computes, for comparisons: equal texts mean the same cell. The order of the equations, the
 * names of values inside the cell and the order of the two operands of a sum or product do not show. `renaming` gives
 * inputs, states, parameters and outputs other names: `{ C: 'c' }` shows C as c.
 */
export function canonicalText<S>(
  step: StepGraph<S>,
  renaming: Readonly<Record<string, string>> = {},
): string {
  return new Canon(step, renaming).text()
}

class Canon<S> {
  readonly #step: StepGraph<S>
  readonly #renaming: Readonly<Record<string, string>>
  /** A number for what each node computes, which sorts the operands of sums and products. */
  readonly #ranks: readonly number[]
  readonly #lines: string[] = []
  /** The line of each node that was printed. */
  readonly #places = new Map<number, number>()

  constructor(step: StepGraph<S>, renaming: Readonly<Record<string, string>>) {
    this.#step = step
    this.#renaming = renaming
    const ranks: number[] = []
    for (const node of step.nodes)
      ranks.push(
        hash(
          this.#formula(
            node,
            sorted(node, ranks).map((id) => ranks[id]!),
          ),
        ),
      )
    this.#ranks = ranks
  }

  text(): string {
    const { states, outputs } = this.#step
    const carried = states
      .map(({ name, next, initial }) => ({ name: this.#name(name), next, learned: initial === 'learned' }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, next, learned }) => `state ${name} = %${this.#place(next)}${learned ? ' learned' : ''}`)
    const given = outputs.map(({ name, node }) => `output ${this.#name(name)} = %${this.#place(node)}`)
    return [...this.#lines, ...carried, ...given].join('\n')
  }

  /** The line of a node, printed with all that it needs. */
  #place(id: number): number {
    const known = this.#places.get(id)
    if (known !== undefined) return known
    const node = this.#step.nodes[id]!
    const operands = sorted(node, this.#ranks).map((operand) => this.#place(operand))
    const place = this.#lines.push(`%${this.#lines.length} ${this.#formula(node, operands)}`) - 1
    this.#places.set(id, place)
    return place
  }

  #formula({ op, type, attributes }: Node<S>, operands: readonly number[]): string {
    const settings = Object.entries(attributes).map(([key, value]) =>
      key === 'name' && leaves.has(op) ? this.#name(value as string) : `${key}: ${String(value)}`,
    )
    return `${typeText(type)} = ${op}(${[...operands.map((operand) => `%${operand}`), ...settings].join(', ')})`
  }

  #name(name: string): string {
    return this.#renaming[name] ?? name
  }
}

/** The operands of a node; those that may change places by their ranks. */
function sorted<S>({ op, inputs }: Node<S>, ranks: readonly number[]): readonly number[] {
  return commutes.has(op) ? inputs.toSorted((a, b) => ranks[a]! - ranks[b]!) : inputs
}

/** A whole number that equal texts share and others hardly ever do (Fowler, Noll and Vo). */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
