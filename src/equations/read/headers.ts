import { Cursor, tokenText } from './cursor.ts'
import { readExpression } from './expression.ts'
import { functionName, functions, isFunction } from '../functions.ts'
import type { KnownNames } from './known-names.ts'
import { didYouMean } from '../nearest.ts'
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
  readonly memories: Declaration[]
}

/** Names that headers declare as something that does not change with time. */
export function declaredNames({
  constants,
  functions: aliases,
  matrices,
  vectors,
}: Headers): ReadonlySet<string> {
  return new Set([constants, aliases, matrices, vectors].flat().map(({ name }) => name))
}

type Read = (cursor: Cursor, headers: Headers) => void

/** The header keywords and what stands behind each. */
const keywords: Readonly<Record<string, Read>> = {
  input: (cursor, { inputs }) => readInput(cursor, inputs),
  state: (cursor, { states }) => readStates(cursor, states),
  output: (cursor, { outputs }) => readSized(cursor, outputs, 'the name of an output'),
  size: (cursor, { sizes }) => readList(cursor, sizes, 'the name of a size', (name) => name),
  const: (cursor, { constants }) =>
    readList(cursor, constants, 'the name of a constant', (name) => readConstant(cursor, name)),
  fun: (cursor, all) =>
    readList(cursor, all.functions, 'the name of a function', (name) => readAlias(cursor, name)),
  matrix: (cursor, { matrices }) =>
    readList(cursor, matrices, 'the name of a matrix', (name) => readMatrix(cursor, name)),
  vector: (cursor, { vectors }) => readSized(cursor, vectors, 'the name of a vector'),
  memory: (cursor, { memories }) => readList(cursor, memories, 'the name of a memory', (name) => name),
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
    if (cursor.peek().kind !== 'end') {
      cursor.fail(
        `expected "," or the end of the ${statement[0]!.text} line, but found ${tokenText(cursor.peek())}`,
      )
    }
  }
  return headers
}

/** Most names of one kind that headers declare. */
const most = 2000

function readList<T>(cursor: Cursor, list: T[], what: string, read: (name: Declaration) => T): void {
  do {
    list.push(read(readName(cursor, what)))
    if (list.length > most)
      cursor.fail(`headers declare at most ${most} names of a kind`, 'equation-too-large')
  } while (cursor.take(','))
}

/** A declared name; headers declare it for all times. */
function readName(cursor: Cursor, what: string): Declaration {
  const { text, at, time } = cursor.expectName(what)
  if (time === undefined) return { name: text, at }
  return cursor.fail(`a header names "${text}" without its time index`, 'equation-time', at)
}

function readInput(cursor: Cursor, inputs: Declaration[]): void {
  const input = readName(cursor, 'the name of the input')
  if (inputs.length > 0)
    cursor.fail(
      `the input is "${inputs[0]!.name}" already; a cell has one input`,
      'equation-duplicate',
      input.at,
    )
  inputs.push(input)
  if (cursor.sees(',')) cursor.fail('a cell has one input')
  if (cursor.sees(':')) cursor.fail('the input always has the size "input"; leave the size out')
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
  readList(cursor, states, 'the name of a state', ({ name, at }) => {
    const state: StateDeclaration = { name, at, ...readSize(cursor), initial: readInitial(cursor) }
    if (!state.size && state.initial === 'zero') bare.push(name)
    else if (bare.length > 0) {
      cursor.fail(
        `two readings: the size or initial value could be meant for "${name}" alone or for ${[...bare, name].join(', ')}; ` +
          'declare each state on a line of its own',
        'equation-ambiguous',
        at,
      )
    }
    return state
  })
}

function readInitial(cursor: Cursor): 'zero' | 'learned' {
  if (!cursor.take('=')) return 'zero'
  const token = cursor.peek()
  if (token.text !== 'learned' && !(token.kind === 'number' && Number(token.text) === 0)) {
    cursor.fail(`expected 0 or learned, the initial value of a state, but found ${tokenText(token)}`)
  }
  cursor.next()
  return token.text === 'learned' ? 'learned' : 'zero'
}

function readConstant(cursor: Cursor, name: Declaration): ConstantDeclaration {
  cursor.expect('=', 'and a number after the name of a constant')
  return { ...name, value: readExpression(cursor, plainNames) }
}

function readAlias(cursor: Cursor, name: Declaration): FunctionDeclaration {
  cursor.expect('=', 'and a function after its new name')
  const { text, at } = cursor.expectName('the name of a function')
  if (!isFunction(text)) {
    cursor.fail(`unknown function "${text}".${didYouMean(text, functions.keys())}`, 'equation-function', at)
  }
  return { ...name, function: functionName(text) }
}

function readMatrix(cursor: Cursor, name: Declaration): MatrixDeclaration {
  if (!cursor.take(':')) return name
  cursor.expect('[', 'and the rows and columns of the matrix')
  const rows = readExpression(cursor, plainNames)
  cursor.expect(',', 'between the rows and columns')
  const columns = readExpression(cursor, plainNames)
  cursor.expect(']', 'after the columns')
  return { ...name, shape: [rows, columns] }
}
