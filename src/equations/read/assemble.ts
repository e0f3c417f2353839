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
  if (first) throw source.error('equation-too-large', first.at, `a cell has at most ${most} equations`)
}

/** The right-hand side of an equation, up to its end. */
export function finish({ name, label, at, cursor }: Begun, primed: boolean, names: KnownNames): Equation {
  const value = readExpression(cursor, names)
  if (cursor.sees(',') && cursor.peek(1).kind === 'end') cursor.next()
  if (cursor.peek().kind !== 'end') cursor.fail(expectedOperator(cursor, names))
  return { target: name, primed, ...(label !== undefined && { label }), value, at }
}

function expectedOperator(cursor: Cursor, { textbookStates }: KnownNames): string {
  const token = cursor.peek()
  if (token.text === '=') return 'an equation has one "="; start another equation on a new line'
  const juxtaposed =
    token.kind === 'name' || token.kind === 'number' || token.text === '(' || token.text === '['
  const hint =
    juxtaposed && !textbookStates
      ? ': write W @ h for a matrix product, a * b for a product of entries; or give every variable a time index (h_t, h_{t-1}), as a textbook does'
      : ''
  return `expected an operator or the end of the line, but found ${tokenText(token)}${hint}`
}

/** The names of a cell by what its headers and equations make of them. */
export function knownNames(headers: Headers, variables: ReadonlySet<string>, notation: Notation): KnownNames {
  const namesOf = (list: readonly Declaration[]): readonly string[] => list.map(({ name }) => name)
  return {
    functions: new Set([...functions.keys(), ...namesOf(headers.functions)]),
    variables,
    constants: new Set(namesOf(headers.constants)),
    matrices: new Set(namesOf(headers.matrices)),
    vectors: new Set(namesOf(headers.vectors)),
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
    throw source.error('equation-state', at, notStated(source, name, other, notation))
  }
  return carried.map(
    ({ target, at }) => declared.find(({ name }) => name === target) ?? { name: target, initial: 'zero', at },
  )
}

function notStated(source: Source, name: string, other: Equation | undefined, notation: Notation): string {
  const now = notation.carried(name)
  if (!other) return `the state "${name}" has no equation ${now} = …`
  const line = source.line(other.at)
  return now === notation.local(name)
    ? `no equation reads the state "${name}", which line ${line} defines, at t-1; leave this header out if it is not carried to the next step`
    : `the state "${name}" has no equation ${now} = …; write ${now} on the left-hand side in line ${line}`
}
