import { isFunction, isMatrixName, looksLikeFunction } from '../functions.ts'
import { swallowed } from '../read/latex.ts'
import { type Notation, type Roles, type Spelling, plain, textbook } from './notation.ts'
import { printExpression } from './expression-text.ts'
import {
  type CellSyntax,
  type Declaration,
  type Equation,
  type SizedDeclaration,
  type StateDeclaration,
  within,
} from '../syntax.ts'

/**
 * Text of a cell: headers that differ from the defaults, then the equations, in the plain spelling or as a textbook
 * prints them. Reading it again gives the same tree (plain) or the same graph (textbook: it may declare parameters
 * whose letters would say the wrong kind).
 */
export function printCell(syntax: CellSyntax, spelling: Spelling = 'plain'): string {
  const whole = spelling === 'plain' ? syntax : { ...syntax, ...declaredKinds(syntax) }
  const notation = spelling === 'plain' ? plain : textbook(spelling, rolesOf(whole))
  const equations = whole.equations.map((equation) => printEquation(equation, notation, spelling === 'latex'))
  const lines =
    spelling === 'latex' ? ['\\begin{align*}', equations.join(' \\\\\n'), '\\end{align*}'] : equations
  return `${[...printHeaders(whole), ...lines].join('\n')}\n`
}

/** Text of a cell in a spelling, or of the equations of one. */
export function cellText({ syntax }: { readonly syntax: CellSyntax }, spelling: Spelling): string {
  return printCell(syntax, spelling)
}

function printEquation(
  { label, target, primed, value }: Equation,
  notation: Notation,
  latex: boolean,
): string {
  const named =
    label === undefined ? '' : latex ? `\\text{${label.replaceAll('_', '\\_')}}:\\quad ` : `${label}: `
  return `${named}${notation.name(target, primed)}${latex ? ' &= ' : ' = '}${printExpression(value, notation)}`
}

/** What a textbook has to know of the names of a cell. */
export function rolesOf(syntax: CellSyntax): Roles {
  const { input, states, equations, constants, functions, matrices, vectors, memories } = syntax
  const names = (list: readonly Declaration[]): readonly string[] => list.map(({ name }) => name)
  return {
    variables: new Set([input.name, ...equations.map(({ target }) => target)]),
    states: new Set(names(states)),
    declared: new Set([constants, functions, matrices, vectors, memories].flatMap(names)),
  }
}

/** The declared matrices and vectors, and those parameters that a textbook would take for the other kind. */
function declaredKinds(syntax: CellSyntax): Pick<CellSyntax, 'matrices' | 'vectors'> {
  const { variables, declared } = rolesOf(syntax)
  const matrices = new Map<string, number>()
  const vectors = new Map<string, number>()
  for (const { value } of syntax.equations) {
    for (const part of within(value)) {
      const scaled = part.kind === 'binary' && part.left.kind === 'number' ? part.right : undefined
      const beside = part.kind === 'product' ? part.operand : scaled
      if (part.kind === 'name' && isSuspect(part.name)) vectors.set(part.name, part.at)
      if (part.kind === 'product' && (!isMatrixName(part.matrix) || looksLikeFunction(part.matrix)))
        matrices.set(part.matrix, part.at)
      if (beside?.kind === 'name' && isMatrixName(beside.name)) vectors.set(beside.name, beside.at)
    }
  }
  const added = (found: ReadonlyMap<string, number>): readonly Declaration[] =>
    Array.from(found, ([name, at]) => ({ name, at })).filter(
      ({ name }) => !declared.has(name) && !variables.has(name),
    )
  return {
    matrices: [...syntax.matrices, ...added(matrices)],
    vectors: [...syntax.vectors, ...added(vectors)],
  }
}

/** Whether a textbook refuses a parameter of this name unless a header declares it. */
function isSuspect(name: string): boolean {
  return isFunction(name) || swallowed.has(name)
}

function printHeaders(syntax: CellSyntax): readonly string[] {
  const { input, states, outputs, sizes, constants, functions, matrices, vectors, memories } = syntax
  return [
    ...(input.name === 'x' ? [] : [`input ${input.name}`]),
    ...states.flatMap(printState),
    ...(outputs.length === 1 && outputs[0]!.name === 'h' && !outputs[0]!.size
      ? []
      : outputs.map(printSized('output'))),
    ...sizes.map(printName('size')),
    ...constants.map(({ name, value }) => `const ${name} = ${printExpression(value)}`),
    ...functions.map((alias) => `fun ${alias.name} = ${alias.function}`),
    ...matrices.map(
      ({ name, shape }) =>
        `matrix ${name}${shape ? `: [${shape.map((size) => printExpression(size)).join(', ')}]` : ''}`,
    ),
    ...vectors.map(printSized('vector')),
    ...memories.map(printSized('memory')),
  ]
}

function printName(keyword: string): (declaration: Declaration) => string {
  return ({ name }) => `${keyword} ${name}`
}

function printSized(keyword: string): (declaration: SizedDeclaration) => string {
  return ({ name, size }) => `${keyword} ${name}${size ? `: ${printExpression(size)}` : ''}`
}

function printState(state: StateDeclaration): readonly string[] {
  if (!state.size && state.initial === 'zero') return []
  return [`${printSized('state')(state)}${state.initial === 'learned' ? ' = learned' : ''}`]
}
