import { functions } from '../functions.ts'
import type { Notation } from '../print/notation.ts'
import type { Source } from '../source.ts'
import {
  type CellSyntax,
  type Declaration,
  type Equation,
  type Expression,
  type Name,
  within,
} from '../syntax.ts'

/**
 * Checks every rule about names: one meaning a name, new values read only below their definition, states and the
 * input read at all. `sizes` are the names of sizes. Throws an EquationError at the first breach.
 */
export function checkNames(
  syntax: CellSyntax,
  source: Source,
  sizes: readonly string[],
  notation: Notation,
): void {
  oneMeaning(syntax, source)
  new Reading(syntax, source, sizes, notation).check()
  for (const { name, at } of syntax.outputs) {
    if (!syntax.equations.some(({ target }) => target === name)) {
      throw source.error('equation-output/undefined', at, { name, now: notation.local(name) })
    }
  }
}

/** Every name of the cell that is not a parameter, with what it names. */
function meanings(syntax: CellSyntax): readonly Meaning[] {
  const label = (list: readonly Declaration[], what: string) =>
    list.map(({ name, at }) => ({ name, at, what }))
  const targets = syntax.equations.map(({ target, at }) => ({ name: target, at }))
  return [
    ...label([syntax.input], 'the input'),
    ...label(syntax.sizes, 'a size'),
    ...label(syntax.constants, 'a constant'),
    ...label(syntax.functions, 'a function'),
    ...label(syntax.matrices, 'a matrix'),
    ...label(syntax.vectors, 'a vector'),
    ...label(syntax.memories, 'a memory'),
    ...label(targets, 'defined'),
  ]
}

function oneMeaning(syntax: CellSyntax, source: Source): void {
  const seen = new Map<string, { at: number; what: string }>()
  for (const { name, at, what } of meanings(syntax)) {
    const first = seen.get(name)
    if (functions.has(name)) throw source.error('equation-duplicate/function', at, { name })
    if (name === 'hidden' || name === 'input') {
      throw source.error('equation-duplicate/size', at, { name })
    }
    if (first) throw duplicate(source, { name, at, what }, first)
    seen.set(name, { at, what })
  }
  for (const list of [syntax.outputs, syntax.states]) {
    const names = list.map(({ name }) => name)
    const again = list.find(({ name }, index) => names.indexOf(name) < index)
    if (again) throw source.error('equation-duplicate/declared', again.at, { name: again.name })
  }
}

type Meaning = Declaration & { readonly what: string }

function duplicate(source: Source, { name, at, what }: Meaning, first: Omit<Meaning, 'name'>): Error {
  const line = source.line(first.at)
  if (first.what !== 'defined')
    return source.error('equation-duplicate/meaning', at, { name, what: first.what, line })
  const key = what === 'defined' ? 'equation-duplicate/definition' : 'equation-duplicate/header'
  return source.error(key, at, { name, line })
}

/** Follows the equations from top to bottom and checks what each name reads. */
class Reading {
  readonly #syntax: CellSyntax
  readonly #source: Source
  readonly #defined = new Set<string>()
  readonly #read = new Set<string>()
  readonly #targets: ReadonlyMap<string, Equation>
  readonly #sizes: readonly string[]
  readonly #notation: Notation
  readonly #aliases: ReadonlySet<string>

  constructor(syntax: CellSyntax, source: Source, sizes: readonly string[], notation: Notation) {
    this.#sizes = sizes
    this.#notation = notation
    this.#aliases = new Set(syntax.functions.map(({ name }) => name))
    this.#syntax = syntax
    this.#source = source
    this.#targets = new Map(syntax.equations.map((equation) => [equation.target, equation]))
  }

  check(): void {
    for (const equation of this.#syntax.equations) {
      for (const part of within(equation.value)) this.#part(part)
      this.#defined.add(equation.target)
    }
    this.#everythingRead()
  }

  #part(part: Expression): void {
    if (part.kind === 'product') this.#matrix(part.matrix, part.at)
    if (part.kind === 'call') this.#arguments(part.function, part.arguments.length, part.at)
    if (part.kind !== 'name') return
    this.#refuseOthers(part.name, part.at)
    if (part.primed) this.#newValue(part)
    else this.#value(part)
  }

  /** Refuses functions and sizes where a value is read. */
  #refuseOthers(name: string, at: number): void {
    if (functions.has(name) || this.#aliases.has(name)) {
      throw this.#source.error('equation-function/argument', at, { name })
    }
    if (this.#sizes.includes(name)) {
      throw this.#source.error('equation-syntax/size', at, { name })
    }
  }

  #matrix(name: string, at: number): void {
    const { input, constants, vectors, memories } = this.#syntax
    this.#read.add(name)
    this.#refuseOthers(name, at)
    const others = [input, ...constants, ...memories]
    const variable = this.#targets.has(name) || others.some((other) => other.name === name)
    if (variable) {
      throw this.#source.error('equation-matrix/variable', at, { name })
    }
    const vector = vectors.find((declared) => declared.name === name)
    if (vector) {
      const line = this.#source.line(vector.at)
      throw this.#source.error('equation-matrix/both', at, { name, kind: 'matrix', other: 'vector', line })
    }
  }

  #arguments(name: string, count: number, at: number): void {
    const called = this.#syntax.functions.find((alias) => alias.name === name)?.function ?? name
    const wanted = functions.get(called)!
    if (count === wanted) return
    const key = wanted === 1 ? 'equation-function/one' : 'equation-function/several'
    throw this.#source.error(key, at, { name, wanted, count })
  }

  #newValue({ name, at }: Name): void {
    const definition = this.#targets.get(name)
    if (!definition) throw this.#source.error('equation-order/undefined', at, { name })
    if (!definition.primed) throw this.#source.error('equation-order/state', at, { name })
    if (this.#defined.has(name)) return
    const line = this.#source.line(definition.at)
    const [now, before] = [true, false].map((primed) => this.#notation.name(name, primed)) as [string, string]
    throw this.#source.error('equation-order/new', at, { now, before, line })
  }

  #value({ name, at }: Name): void {
    this.#read.add(name)
    const definition = this.#targets.get(name)
    if (!definition || definition.primed || this.#defined.has(name)) return
    const line = this.#source.line(definition.at)
    const [written, way] = [this.#notation.name(name, false), this.#notation.wayBack(name)]
    throw this.#source.error('equation-order/value', at, { name: written, line, way })
  }

  #everythingRead(): void {
    const { input, states, matrices, vectors, memories } = this.#syntax
    for (const { name } of states) {
      if (this.#read.has(name)) continue
      const { at } = this.#targets.get(name)!
      throw this.#source.error('equation-state/unread', at, { name })
    }
    for (const { name, at } of [...matrices, ...vectors]) {
      if (!this.#read.has(name)) throw this.#source.error('equation-unused/parameter', at, { name })
    }
    for (const { name, at } of memories) {
      if (!this.#read.has(name)) throw this.#source.error('equation-memory/unread', at, { name })
    }
    if (!this.#read.has(input.name)) {
      throw this.#source.error('equation-input/unread', input.at, { name: input.name })
    }
  }
}
