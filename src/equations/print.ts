import type {
  Binary,
  CellSyntax,
  Declaration,
  Expression,
  SizedDeclaration,
  StateDeclaration,
} from './syntax.ts'

/** How tightly an expression holds together: sum, product, sign or matrix product, power, atom. */
const level = { sum: 0, term: 1, factor: 2, power: 3, atom: 4 } as const

const operatorLevel = {
  '+': level.sum,
  '-': level.sum,
  '*': level.term,
  '/': level.term,
  '^': level.power,
} as const

function levelOf(expression: Expression): number {
  if (expression.kind === 'binary') return operatorLevel[expression.operator]
  return expression.kind === 'negate' || expression.kind === 'product' ? level.factor : level.atom
}

/** Text of an expression in the plain spelling, with the fewest brackets. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value)
    case 'name':
      return expression.primed ? `${expression.name}'` : expression.name
    case 'call':
      return `${expression.function}(${expression.arguments.map(printExpression).join(', ')})`
    case 'negate':
      return `-${bracketed(expression.operand, level.factor)}`
    case 'binary':
      return printBinary(expression)
    case 'product':
      return `${expression.matrix}${expression.transposed ? '^T' : ''} @ ${bracketed(expression.operand, level.factor)}`
    case 'concat':
      return `[${expression.parts.map(printExpression).join(', ')}]`
  }
}

function printBinary({ operator, left, right }: Binary): string {
  const own = operatorLevel[operator]
  if (operator === '^') return `${bracketed(left, level.atom)}^${bracketed(right, level.factor, isOpen)}`
  const open = own === level.term ? isOpen : undefined
  return `${bracketed(left, own, open)} ${operator} ${bracketed(right, own + 1, open)}`
}

function bracketed(
  expression: Expression,
  least: number,
  also?: (expression: Expression) => boolean,
): string {
  const text = printExpression(expression)
  return levelOf(expression) < least || also?.(expression) ? `(${text})` : text
}

/** Whether `*` behind the expression would have two readings: `W @ a * b`. */
export function isOpen(expression: Expression): boolean {
  return expression.kind === 'product' || (expression.kind === 'negate' && isOpen(expression.operand))
}

/**
 * Canonical plain text of a cell: headers that differ from the defaults, then the equations. Reading it again gives
 * the same tree.
 */
export function printCell(syntax: CellSyntax): string {
  const { input, states, outputs, sizes, constants, functions, matrices, vectors, memories, equations } =
    syntax
  const lines = [
    ...(input.name === 'x' ? [] : [`input ${input.name}`]),
    ...states.flatMap(printState),
    ...(outputs.length === 1 && outputs[0]!.name === 'h' && !outputs[0]!.size
      ? []
      : outputs.map(printSized('output'))),
    ...sizes.map(printName('size')),
    ...constants.map(({ name, value }) => `const ${name} = ${printExpression(value)}`),
    ...functions.map((alias) => `fun ${alias.name} = ${alias.function}`),
    ...matrices.map(
      ({ name, shape }) => `matrix ${name}${shape ? `: [${shape.map(printExpression).join(', ')}]` : ''}`,
    ),
    ...vectors.map(printSized('vector')),
    ...memories.map(printName('memory')),
    ...equations.map(
      ({ target, primed, value }) => `${target}${primed ? "'" : ''} = ${printExpression(value)}`,
    ),
  ]
  return `${lines.join('\n')}\n`
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
