/*
 * The syntax tree of a cell: what the equations say, free of how they were spelled. `at` is the offset in the text
 * that an error about the part points to.
 */

/** A number, never negative. */
export interface Numeral {
  readonly kind: 'number'
  readonly value: number
  readonly at: number
}

/** A name. `primed` reads the new value of a state; otherwise a state's name is its previous value. */
export interface Name {
  readonly kind: 'name'
  readonly name: string
  readonly primed: boolean
  readonly at: number
}

/** A function of the language, or another name for one that a header gives. */
export interface Call {
  readonly kind: 'call'
  readonly function: string
  readonly arguments: readonly Expression[]
  readonly at: number
}

export interface Negation {
  readonly kind: 'negate'
  readonly operand: Expression
  readonly at: number
}

export type Operator = '+' | '-' | '*' | '/' | '^'

/** An elementwise operator. */
export interface Binary {
  readonly kind: 'binary'
  readonly operator: Operator
  readonly left: Expression
  readonly right: Expression
  readonly at: number
}

/** The product of a matrix of parameters, or of its transpose, and a vector. */
export interface Product {
  readonly kind: 'product'
  readonly matrix: string
  readonly transposed: boolean
  readonly operand: Expression
  readonly at: number
}

/** Vectors one after the other. */
export interface Concat {
  readonly kind: 'concat'
  readonly parts: readonly Expression[]
  readonly at: number
}

export type Expression = Numeral | Name | Call | Negation | Binary | Product | Concat

/** A declared name. */
export interface Declaration {
  readonly name: string
  readonly at: number
}

/** A name with a declared size: an expression of size names and numbers. */
export interface SizedDeclaration extends Declaration {
  readonly size?: Expression
}

export interface StateDeclaration extends SizedDeclaration {
  readonly initial: 'zero' | 'learned'
}

export interface ConstantDeclaration extends Declaration {
  readonly value: Expression
}

/** Another name of a function: `fun f = tanh`. */
export interface FunctionDeclaration extends Declaration {
  readonly function: string
}

export interface MatrixDeclaration extends Declaration {
  readonly shape?: readonly [rows: Expression, columns: Expression]
}

/** One equation: defines a local, or (`primed`) the new value of a state. */
export interface Equation {
  readonly target: string
  readonly primed: boolean
  /** A word in front of the equation that names what it is part of: `learn: n = …`. */
  readonly label?: string
  readonly value: Expression
  readonly at: number
}

/** A cell as it was written, with the defaults filled in. States stand in the order of their equations. */
export interface CellSyntax {
  readonly input: Declaration
  readonly states: readonly StateDeclaration[]
  readonly outputs: readonly SizedDeclaration[]
  readonly sizes: readonly Declaration[]
  readonly constants: readonly ConstantDeclaration[]
  readonly functions: readonly FunctionDeclaration[]
  readonly matrices: readonly MatrixDeclaration[]
  readonly vectors: readonly SizedDeclaration[]
  readonly memories: readonly SizedDeclaration[]
  readonly equations: readonly Equation[]
}

/** The parts of an expression, from left to right. */
export function parts(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'name':
      return []
    case 'call':
      return expression.arguments
    case 'binary':
      return [expression.left, expression.right]
    case 'concat':
      return expression.parts
    case 'negate':
    case 'product':
      return [expression.operand]
  }
}

/** An expression and everything inside it, in the order of the text. */
export function within(expression: Expression): readonly Expression[] {
  const found: Expression[] = []
  const open = [expression]
  for (let next = open.pop(); next; next = open.pop()) {
    found.push(next)
    open.push(...parts(next).toReversed())
  }
  return found
}
