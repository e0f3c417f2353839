import type { CellSyntax, Expression } from 'sluice/equations'

/** What becomes of a state in a step: the part of its new value that comes from the old one, and the rest. */
export interface StateFlow {
  readonly state: string
  readonly kept: Expression
  readonly written: Expression
}

/** Reads a number by its name; `primed` for the new value of a state. */
export type Read = (name: string, primed: boolean) => number

const nothing: Expression = { kind: 'number', value: 0, at: 0 }

/**
 * The states whose new value is a sum in which the old value, entry by entry, has terms of its own: `f * c + i * g`. Where
 * the old value goes through a matrix or a function first nothing is kept as it was, and there is no flow to show.
 */
export function flowsOf(syntax: CellSyntax): readonly StateFlow[] {
  return syntax.states.flatMap(({ name: state }) => {
    const equation = syntax.equations.find(({ target, primed }) => target === state && primed)
    if (!equation) return []
    const terms = termsOf(expanded(equation.value, syntax))
    const kept = terms.filter((term) => reads(term, state))
    if (kept.length === 0) return []
    const written = terms.filter((term) => !kept.includes(term))
    return [{ state, kept: sum(kept), written: sum(written) }]
  })
}

/** The expression with names of sums and products of other values replaced by what they stand for. */
function expanded(expression: Expression, syntax: CellSyntax): Expression {
  if (expression.kind === 'binary') {
    const [left, right] = [expanded(expression.left, syntax), expanded(expression.right, syntax)]
    return { ...expression, left, right }
  }
  if (expression.kind === 'negate') return { ...expression, operand: expanded(expression.operand, syntax) }
  if (expression.kind !== 'name') return expression
  const isState = syntax.states.some(({ name }) => name === expression.name)
  const local = syntax.equations.find(({ target, primed }) => target === expression.name && !primed)
  const plain = local && ['binary', 'name', 'negate'].includes(local.value.kind)
  return plain && !isState ? expanded(local.value, syntax) : expression
}

function termsOf(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'binary') return [expression]
  const { operator, left, right } = expression
  if (operator === '+') return [...termsOf(left), ...termsOf(right)]
  if (operator !== '-') return [expression]
  return [
    ...termsOf(left),
    ...termsOf(right).map((term): Expression => ({ kind: 'negate', operand: term, at: term.at })),
  ]
}

function sum(terms: readonly Expression[]): Expression {
  return terms.reduce((left, right) => ({ kind: 'binary', operator: '+', left, right, at: left.at }), nothing)
}

/** Whether the old value of a state goes into an expression entry by entry. */
function reads(expression: Expression, state: string): boolean {
  if (expression.kind === 'name') return expression.name === state && !expression.primed
  if (expression.kind === 'negate') return reads(expression.operand, state)
  if (expression.kind !== 'binary') return false
  return reads(expression.left, state) || reads(expression.right, state)
}

const functions: Readonly<Record<string, (x: number) => number>> = {
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
}

/** The number that an expression has for one unit; NaN where it needs more than that unit's numbers. */
export function valueOf(expression: Expression, read: Read): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'name':
      return read(expression.name, expression.primed)
    case 'negate':
      return -valueOf(expression.operand, read)
    case 'binary':
      return combined(expression.operator, valueOf(expression.left, read), valueOf(expression.right, read))
    case 'call':
      return functions[expression.function]?.(valueOf(expression.arguments[0]!, read)) ?? Number.NaN
    case 'product':
    case 'concat':
      return Number.NaN
  }
}

function combined(operator: '+' | '-' | '*' | '/' | '^', a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '^':
      return a ** b
  }
}
