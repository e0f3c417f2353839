import { type Begun, type ReadCell, assemble, checkCount, finish, knownNames } from './assemble.ts'
import { Cursor } from './cursor.ts'
import { isFunction } from '../functions.ts'
import type { Headers } from './headers.ts'
import { plain } from '../print/notation.ts'
import type { Source } from '../source.ts'
import { type Statement, labelLength } from './statements.ts'
import type { Equation, SizedDeclaration } from '../syntax.ts'

/**
 * Reads a cell in the plain spelling: primed left-hand names are the states, the input is `x` and the output `h`
 * unless a header says otherwise. Throws an EquationError at the first mistake of form.
 */
export function readPlain(source: Source, headers: Headers, lines: readonly Statement[]): ReadCell {
  const begun = lines.map((line) => begin(source, line))
  checkCount(source, begun)
  const input = headers.inputs[0] ?? { name: 'x', at: 0 }
  const names = knownNames(headers, new Set([input.name, ...begun.map(({ name }) => name)]), plain)
  const equations = begun.map((equation) => finish(equation, equation.primed, names))
  return assemble(source, headers, input, equations, plain, () => defaultOutput(source, equations))
}

function begin(source: Source, line: Statement): Begun & { readonly primed: boolean } {
  const cursor = new Cursor(source, line)
  const label = labelLength(line) > 0 ? cursor.next().text : undefined
  if (label !== undefined) cursor.next()
  const { text, at } = cursor.expectName('equation-syntax/expected-equation', {})
  const primed = cursor.take("'") !== undefined
  if (cursor.sees('(') && isFunction(text)) cursor.fail('equation-syntax/left-call', {})
  cursor.expect('=', 'equation-syntax/expected-equals', { name: primed ? `${text}'` : text })
  return { name: text, primed, at, cursor, label }
}

function defaultOutput(source: Source, equations: readonly Equation[]): SizedDeclaration {
  const found = equations.find(({ target }) => target === 'h')
  if (found) return { name: 'h', at: found.at }
  throw source.error('equation-output/none', source.text.length, {})
}
