import { Cursor, tokenText } from './cursor.ts'
import { type KnownNames, functionName, readExpression } from './expression.ts'
import { functions } from './functions.ts'
import { type Headers, isHeader, readHeaders } from './headers.ts'
import type { Source } from './source.ts'
import { type Statement, statements } from './statements.ts'
import type { CellSyntax, Equation, SizedDeclaration, StateDeclaration } from './syntax.ts'
import { tokenize } from './tokens.ts'

/** The left-hand side of an equation, and a cursor behind its equals sign. */
interface Begun {
  readonly target: string
  readonly primed: boolean
  readonly at: number
  readonly cursor: Cursor
}

/**
 * Reads a cell in the plain spelling: primed left-hand names are the states, the input is `x` and the output `h`
 * unless a header says otherwise. Throws an EquationError at the first mistake of form.
 */
export function readPlain(source: Source): CellSyntax {
  const all = statements(source, tokenize(source))
  if (all.length === 0)
    throw source.error(
      'equation-syntax',
      0,
      "expected equations, as in h' = tanh(U @ x + W @ h + b), but found none",
    )
  const headers = readHeaders(source, all.filter(isHeader))
  const begun = all.filter((statement) => !isHeader(statement)).map((statement) => begin(source, statement))
  const names = knownNames(headers, begun)
  const equations = begun.map((equation) => finish(equation, names))
  return {
    input: headers.inputs[0] ?? { name: 'x', at: 0 },
    states: statesOf(source, headers.states, equations),
    outputs: headers.outputs.length > 0 ? headers.outputs : [defaultOutput(source, equations)],
    sizes: headers.sizes,
    constants: headers.constants,
    functions: headers.functions,
    matrices: headers.matrices,
    vectors: headers.vectors,
    memories: headers.memories,
    equations,
  }
}

function begin(source: Source, statement: Statement): Begun {
  const cursor = new Cursor(source, statement)
  const target = cursor.expectName('an equation, as in f = tanh(a),')
  const primed = cursor.take("'") !== undefined
  if (cursor.sees('(') && functions.has(functionName(target.text)))
    cursor.fail('the left-hand side of an equation is one name, as in f = tanh(a)')
  cursor.expect(
    '=',
    `after "${target.text}${primed ? "'" : ''}", as an equation has one name on its left-hand side`,
  )
  return { target: target.text, primed, at: target.at, cursor }
}

function finish({ target, primed, at, cursor }: Begun, names: KnownNames): Equation {
  const value = readExpression(cursor, names)
  if (cursor.peek().kind !== 'end') cursor.fail(expectedOperator(cursor))
  return { target, primed, value, at }
}

function expectedOperator(cursor: Cursor): string {
  const token = cursor.peek()
  if (token.text === '=') return 'an equation has one "="; start another equation on a new line'
  const juxtaposed =
    token.kind === 'name' || token.kind === 'number' || token.text === '(' || token.text === '['
  const hint = juxtaposed ? ': write W @ h for a matrix product, a * b for a product of entries' : ''
  return `expected an operator or the end of the line, but found ${tokenText(token)}${hint}`
}

function knownNames(headers: Headers, begun: readonly Begun[]): KnownNames {
  const nameSet = (list: readonly { readonly name: string }[]): Set<string> =>
    new Set(list.map(({ name }) => name))
  const variables = nameSet(headers.inputs.length > 0 ? headers.inputs : [{ name: 'x' }])
  for (const { target } of begun) variables.add(target)
  return {
    functions: new Set([...functions.keys(), ...nameSet(headers.functions)]),
    variables,
    constants: nameSet(headers.constants),
    matrices: nameSet(headers.matrices),
    vectors: nameSet(headers.vectors),
  }
}

/** The primed names, each with what its header says. */
function statesOf(
  source: Source,
  declared: readonly StateDeclaration[],
  equations: readonly Equation[],
): readonly StateDeclaration[] {
  const primed = equations.filter((equation) => equation.primed)
  for (const { name, at } of declared) {
    if (primed.some(({ target }) => target === name)) continue
    const other = equations.find(({ target }) => target === name)
    const why = other ? `; write ${name}' on the left-hand side in line ${source.line(other.at)}` : ''
    throw source.error('equation-state', at, `the state "${name}" has no equation ${name}' = …${why}`)
  }
  return primed.map(
    ({ target, at }) => declared.find(({ name }) => name === target) ?? { name: target, initial: 'zero', at },
  )
}

function defaultOutput(source: Source, equations: readonly Equation[]): SizedDeclaration {
  const found = equations.find(({ target }) => target === 'h')
  if (found) return { name: 'h', at: found.at }
  throw source.error(
    'equation-output',
    source.text.length,
    'nothing defines the output h; define it, or name another with a line such as: output y',
  )
}
