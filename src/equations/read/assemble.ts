import { type Cursor, tokenText } from './cursor.ts'
import { readExpression } from './expression.ts'
import { functions } from '../functions.ts'
import type { Headers } from './headers.ts'
import type { KnownNames } from './known-names.ts'
import type { Notation } from '../print/notation.ts'
import type { Source } from '../source.ts'
import type { CellSyntax, Declaration, Equation, SizedDeclaration, StateDeclaration } from '../syntax.ts'

/** What was read of a cell, and how its errors write. */
export interface ReadCell {
  readonly syntax: CellSyntax
  readonly notation: Notation
}

/** An equation up to its equals sign, and a cursor behind it. */
export interface Begun extends Declaration {
  readonly label: string | undefined
  readonly cursor: Cursor
}

/** Most equations of a cell. */
const most = 2000

/** Refuses a cell with more equations than are ever meant. */
export function checkCount(source: Source, equations: readonly { readonly at: number }[]): void {
  const first = equations[most]
  if (first) throw source.error('equation-too-large/equations', first.at, { most })
}

/** The right-hand side of an equation, up to its end. */
export function finish({ name, label, at, cursor }: Begun, primed: boolean, names: KnownNames): Equation {
  const value = readExpression(cursor, names)
  if (cursor.sees(',') && cursor.peek(1).kind === 'end') cursor.next()
  if (cursor.peek().kind !== 'end') expectedOperator(cursor, names)
  return { target: name, primed, ...(label !== undefined && { label }), value, at }
}

function expectedOperator(cursor: Cursor, { textbookStates }: KnownNames): never {
  const token = cursor.peek()
  if (token.text === '=') return cursor.fail('equation-syntax/second-equals', {})
  const juxtaposed =
    token.kind === 'name' || token.kind === 'number' || token.text === '(' || token.text === '['
  const key =
    juxtaposed && !textbookStates ? 'equation-syntax/expected-sign' : 'equation-syntax/expected-operator'
  return cursor.fail(key, { found: tokenText(token) })
}

/** The names of a cell by what its headers and equations make of them. */
export function knownNames(headers: Headers, variables: ReadonlySet<string>, notation: Notation): KnownNames {
  const namesOf = (list: readonly Declaration[]): readonly string[] => list.map(({ name }) => name)
  return {
    functions: new Set([...functions.keys(), ...namesOf(headers.functions)]),
    variables,
    constants: new Set(namesOf(headers.constants)),
    matrices: new Set(namesOf(headers.matrices)),
    vectors: new Set(namesOf([...headers.vectors, ...headers.memories])),
    notation,
  }
}

/** The tree of a cell: what its headers say, and what follows from its equations where they say nothing. */
export function assemble(
  source: Source,
  { inputs: _inputs, outputs, ...headers }: Headers,
  input: Declaration,
  equations: readonly Equation[],
  notation: Notation,
  defaultOutput: () => SizedDeclaration,
): ReadCell {
  const states = statesOf(source, headers.states, equations, notation)
  const named = outputs.length > 0 ? outputs : [defaultOutput()]
  return { syntax: { ...headers, input, states, outputs: named, equations }, notation }
}

/** The states among the equations, each with what its header says; refuses headers of what is no state. */
function statesOf(
  source: Source,
  declared: readonly StateDeclaration[],
  equations: readonly Equation[],
  notation: Notation,
): readonly StateDeclaration[] {
  const carried = equations.filter((equation) => equation.primed)
  for (const { name, at } of declared) {
    if (carried.some(({ target }) => target === name)) continue
    const other = equations.find(({ target }) => target === name)
    throw notStated(source, { name, at }, other, notation)
  }
  return carried.map(
    ({ target, at }) => declared.find(({ name }) => name === target) ?? { name: target, initial: 'zero', at },
  )
}

function notStated(
  source: Source,
  { name, at }: Declaration,
  other: Equation | undefined,
  notation: Notation,
): Error {
  const now = notation.carried(name)
  if (!other) return source.error('equation-state/undefined', at, { name, now })
  const line = source.line(other.at)
  const key = now === notation.local(name) ? 'equation-state/local' : 'equation-state/unprimed'
  return source.error(key, at, { name, now, line })
}
