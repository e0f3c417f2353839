import { Cursor } from './cursor.ts'
import { readExpression } from './expression.ts'
import { functionName, functions, isFunction } from '../functions.ts'
import type { KnownNames } from './known-names.ts'
import { nearest } from '../nearest.ts'
import { plain } from '../print/notation.ts'
import type { Source } from '../source.ts'
import type { Statement } from './statements.ts'
import type {
  ConstantDeclaration,
  Declaration,
  Expression,
  FunctionDeclaration,
  MatrixDeclaration,
  SizedDeclaration,
  StateDeclaration,
} from '../syntax.ts'

/** Everything that header lines declare, in their order. */
export interface Headers {
  readonly inputs: Declaration[]
  readonly states: StateDeclaration[]
  readonly outputs: SizedDeclaration[]
  readonly sizes: Declaration[]
  readonly constants: ConstantDeclaration[]
  readonly functions: FunctionDeclaration[]
  readonly matrices: MatrixDeclaration[]
  readonly vectors: SizedDeclaration[]
  readonly memories: SizedDeclaration[]
}

/** Names that headers declare as something that does not change with time. */
export function declaredNames({
  constants,
  functions: aliases,
  matrices,
  vectors,
  memories,
}: Headers): ReadonlySet<string> {
  return new Set([constants, aliases, matrices, vectors, memories].flat().map(({ name }) => name))
}

type Read = (cursor: Cursor, headers: Headers) => void

/** The header keywords and what stands behind each. */
const keywords: Readonly<Record<string, Read>> = {
  input: (cursor, { inputs }) => readInput(cursor, inputs),
  state: (cursor, { states }) => readStates(cursor, states),
  output: (cursor, { outputs }) => readSized(cursor, outputs, 'an output'),
  size: (cursor, { sizes }) => readList(cursor, sizes, 'a size', (name) => name),
  const: (cursor, { constants }) =>
    readList(cursor, constants, 'a constant', (name) => readConstant(cursor, name)),
  fun: (cursor, all) => readList(cursor, all.functions, 'a function', (name) => readAlias(cursor, name)),
  matrix: (cursor, { matrices }) =>
    readList(cursor, matrices, 'a matrix', (name) => readMatrix(cursor, name)),
  vector: (cursor, { vectors }) => readSized(cursor, vectors, 'a vector'),
  memory: (cursor, { memories }) => readSized(cursor, memories, 'a memory'),
}

/** Right-hand sides of headers hold numbers, constants and sizes only. */
const plainNames: KnownNames = {
  functions: new Set(functions.keys()),
  variables: new Set(),
  constants: new Set(),
  matrices: new Set(),
  vectors: new Set(),
  notation: plain,
}

/** The keywords behind whose name an equals sign may stand. */
const withValue = new Set(['state', 'const', 'fun'])

/** Whether a statement is a header: a keyword and then a name, but no equation with the label `input` or `output`. */
export function isHeader(statement: Statement): boolean {
  const [first, second, third] = statement
  const isKeyword = first?.kind === 'name' && first.time === undefined && Object.hasOwn(keywords, first.text)
  const isLabel = second?.time !== undefined && third?.text === '=' && !withValue.has(first!.text)
  return isKeyword && second?.kind === 'name' && !isLabel
}

/** Reads header statements. Throws an EquationError at the first mistake of form. */
export function readHeaders(source: Source, statements: readonly Statement[]): Headers {
  const headers: Headers = {
    inputs: [],
    states: [],
    outputs: [],
    sizes: [],
    constants: [],
    functions: [],
    matrices: [],
    vectors: [],
    memories: [],
  }
  for (const statement of statements) {
    const cursor = new Cursor(source, statement)
    keywords[cursor.next().text]!(cursor, headers)
    if (cursor.peek().kind !== 'end')
      cursor.expected('equation-syntax/expected-header', { header: statement[0]!.text })
  }
  return headers
}

/** Most names of one kind that headers declare. */
const most = 2000

function readList<T>(cursor: Cursor, list: T[], what: string, read: (name: Declaration) => T): void {
  do {
    list.push(read(readName(cursor, what)))
    if (list.length > most) cursor.fail('equation-too-large/names', { most })
  } while (cursor.take(','))
}

/** A declared name; headers declare it for all times. */
function readName(cursor: Cursor, what: string): Declaration {
  const { text, at, time } = cursor.expectName('equation-syntax/expected-name', { what })
  if (time === undefined) return { name: text, at }
  return cursor.fail('equation-time/header', { name: text }, at)
}

function readInput(cursor: Cursor, inputs: Declaration[]): void {
  const input = readName(cursor, 'the input')
  if (inputs.length > 0) cursor.fail('equation-duplicate/input', { name: inputs[0]!.name }, input.at)
  inputs.push(input)
  if (cursor.sees(',')) cursor.fail('equation-syntax/one-input', {})
  if (cursor.sees(':')) cursor.fail('equation-syntax/input-size', {})
}

function readSize(cursor: Cursor): { readonly size?: Expression } {
  return cursor.take(':') ? { size: readExpression(cursor, plainNames) } : {}
}

/** Names, each with its own size behind it or none. */
function readSized(cursor: Cursor, list: SizedDeclaration[], what: string): void {
  readList(cursor, list, what, (name) => ({ ...name, ...readSize(cursor) }))
}

/** As `readSized`; but what follows bare names could be meant for all of them, and both readings would make a cell. */
function readStates(cursor: Cursor, states: StateDeclaration[]): void {
  const bare: string[] = []
  readList(cursor, states, 'a state', ({ name, at }) => {
    const state: StateDeclaration = { name, at, ...readSize(cursor), initial: readInitial(cursor) }
    if (!state.size && state.initial === 'zero') bare.push(name)
    else if (bare.length > 0) {
      cursor.fail('equation-ambiguous/states', { name, all: [...bare, name].join(', ') }, at)
    }
    return state
  })
}

function readInitial(cursor: Cursor): 'zero' | 'learned' {
  if (!cursor.take('=')) return 'zero'
  const token = cursor.peek()
  if (token.text !== 'learned' && !(token.kind === 'number' && Number(token.text) === 0)) {
    cursor.expected('equation-syntax/expected-initial', {})
  }
  cursor.next()
  return token.text === 'learned' ? 'learned' : 'zero'
}

function readConstant(cursor: Cursor, name: Declaration): ConstantDeclaration {
  cursor.expect('=', 'equation-syntax/expected-constant', {})
  return { ...name, value: readExpression(cursor, plainNames) }
}

function readAlias(cursor: Cursor, name: Declaration): FunctionDeclaration {
  cursor.expect('=', 'equation-syntax/expected-alias', {})
  const { text, at } = cursor.expectName('equation-syntax/expected-name', { what: 'a function' })
  if (!isFunction(text)) {
    cursor.fail('equation-function/alias', { name: text, nearest: nearest(text, functions.keys()) }, at)
  }
  return { ...name, function: functionName(text) }
}

function readMatrix(cursor: Cursor, name: Declaration): MatrixDeclaration {
  if (!cursor.take(':')) return name
  cursor.expect('[', 'equation-syntax/expected-shape', {})
  const rows = readExpression(cursor, plainNames)
  cursor.expect(',', 'equation-syntax/expected-comma', {})
  const columns = readExpression(cursor, plainNames)
  cursor.expect(']', 'equation-syntax/expected-columns', {})
  return { ...name, shape: [rows, columns] }
}
