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
  refuseMemories(syntax, source)
  oneMeaning(syntax, source)
  new Reading(syntax, source, sizes, notation).check()
  for (const { name, at } of syntax.outputs) {
    if (!syntax.equations.some(({ target }) => target === name)) {
      throw source.error(
        'equation-output',
        at,
        `nothing defines the output "${name}"; add an equation ${notation.local(name)} = …`,
      )
    }
  }
}

function refuseMemories({ memories, equations }: CellSyntax, source: Source): void {
  const calls = equations.flatMap(({ value }) => [...within(value)])
  const attention = calls.find((part) => part.kind === 'call' && part.function.startsWith('attend'))
  const found = memories[0] ?? attention
  if (found)
    throw source.error('equation-unsupported', found.at, 'attention over a memory is not supported yet')
}

/** Every name of the cell that is not a parameter, with what it names. */
function meanings(syntax: CellSyntax): readonly (Declaration & { readonly what: string })[] {
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
    ...label(targets, 'defined'),
  ]
}

function oneMeaning(syntax: CellSyntax, source: Source): void {
  const seen = new Map<string, { at: number; what: string }>()
  for (const { name, at, what } of meanings(syntax)) {
    const first = seen.get(name)
    if (functions.has(name))
      throw source.error(
        'equation-duplicate',
        at,
        `"${name}" is a function of the language; choose another name`,
      )
    if (name === 'hidden' || name === 'input') {
      throw source.error('equation-duplicate', at, `"${name}" is the name of a size; choose another name`)
    }
    if (first) throw source.error('equation-duplicate', at, duplicate(source, name, what, first))
    seen.set(name, { at, what })
  }
  for (const list of [syntax.outputs, syntax.states]) {
    const names = list.map(({ name }) => name)
    const again = list.find(({ name }, index) => names.indexOf(name) < index)
    if (again) throw source.error('equation-duplicate', again.at, `"${again.name}" is declared twice`)
  }
}

function duplicate(source: Source, name: string, what: string, first: { at: number; what: string }): string {
  const line = source.line(first.at)
  if (first.what !== 'defined')
    return `"${name}" is ${first.what} already (line ${line}); choose another name`
  const verb = what === 'defined' ? 'is defined in' : 'names what is defined in'
  return `"${name}" ${verb} line ${line} already; a name has one definition`
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
      const why = `"${name}" is a function; give it an argument: ${name}(…)`
      throw this.#source.error('equation-function', at, why)
    }
    if (this.#sizes.includes(name)) {
      throw this.#source.error('equation-syntax', at, `"${name}" is a size, not a value`)
    }
  }

  #matrix(name: string, at: number): void {
    const { input, constants, vectors } = this.#syntax
    this.#read.add(name)
    this.#refuseOthers(name, at)
    const variable =
      this.#targets.has(name) || name === input.name || constants.some((constant) => constant.name === name)
    if (variable) {
      throw this.#source.error(
        'equation-matrix',
        at,
        `"${name}" is no parameter; left of "@" stands a matrix of parameters (use * for a product of entries)`,
      )
    }
    const vector = vectors.find((declared) => declared.name === name)
    if (vector) {
      throw this.#source.error(
        'equation-matrix',
        at,
        `"${name}" is a matrix here and a vector in line ${this.#source.line(vector.at)}`,
      )
    }
  }

  #arguments(name: string, count: number, at: number): void {
    const called = this.#syntax.functions.find((alias) => alias.name === name)?.function ?? name
    const wanted = functions.get(called)!
    if (count === wanted) return
    throw this.#source.error(
      'equation-function',
      at,
      `${name} takes ${plural(wanted, 'argument')}, not ${count}`,
    )
  }

  #newValue({ name, at }: Name): void {
    const definition = this.#targets.get(name)
    const error = (why: string) => this.#source.error('equation-order', at, why)
    if (!definition) throw error(`${name}' is read, but no equation ${name}' = … defines it`)
    if (!definition.primed) throw error(`"${name}" is no state; read it without the prime`)
    if (this.#defined.has(name)) return
    const line = this.#source.line(definition.at)
    throw error(
      `${this.#notation.name(name, true)} is read above its definition in line ${line}; ` +
        `write ${this.#notation.name(name, false)} for the previous value, or move the equation down`,
    )
  }

  #value({ name, at }: Name): void {
    this.#read.add(name)
    const definition = this.#targets.get(name)
    if (!definition || definition.primed || this.#defined.has(name)) return
    const line = this.#source.line(definition.at)
    throw this.#source.error(
      'equation-order',
      at,
      `"${this.#notation.name(name, false)}" is read above its definition in line ${line}; ` +
        `move the equation down, or ${this.#notation.wayBack(name)}`,
    )
  }

  #everythingRead(): void {
    const { input, states, matrices, vectors } = this.#syntax
    for (const { name } of states) {
      if (this.#read.has(name)) continue
      const { at } = this.#targets.get(name)!
      throw this.#source.error(
        'equation-state',
        at,
        `the previous value of the state "${name}" is never read; write ${name} = … if it is not carried to the next step`,
      )
    }
    for (const { name, at } of [...matrices, ...vectors]) {
      if (!this.#read.has(name))
        throw this.#source.error('equation-unused', at, `"${name}" is declared but never read`)
    }
    if (!this.#read.has(input.name)) {
      throw this.#source.error(
        'equation-input',
        input.at,
        `the input "${input.name}" is never read; name another with a line such as: input E`,
      )
    }
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
