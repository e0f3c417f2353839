import { type Notation, level, plain } from './notation.ts'
import type { Binary, Expression, Product } from '../syntax.ts'

const operatorLevel = {
  '+': level.sum,
  '-': level.sum,
  '*': level.term,
  '/': level.term,
  '^': level.power,
} as const

/** Text of an expression with the fewest brackets, in the plain spelling or another notation. */
export function printExpression(expression: Expression, notation: Notation = plain): string {
  return new Printer(notation).text(expression)
}

class Printer {
  readonly #notation: Notation

  constructor(notation: Notation) {
    this.#notation = notation
  }

  text(expression: Expression): string {
    switch (expression.kind) {
      case 'number':
        return String(expression.value)
      case 'name':
        return this.#notation.name(expression.name, expression.primed)
      case 'call':
        return this.#notation.call(
          expression.function,
          expression.arguments.map((argument) => this.text(argument)),
        )
      case 'negate':
        return `-${this.#bracketed(expression.operand, level.factor)}`
      case 'binary':
        return this.#binary(expression)
      case 'product':
        return this.#product(expression)
      case 'concat':
        return `[${expression.parts.map((part) => this.text(part)).join(', ')}]`
    }
  }

  #binary({ operator, left, right }: Binary): string {
    const { quotient, times, scaled } = this.#notation
    if (operator === '^') return this.#power(left, right)
    if (operator === '/' && quotient) return quotient(this.text(left), this.text(right))
    const own = operatorLevel[operator]
    const open = own === level.term ? isOpen : undefined
    const sign = operator !== '*' ? ` ${operator} ` : left.kind === 'number' ? scaled : times
    return `${this.#bracketed(left, own, open)}${sign}${this.#bracketed(right, own + 1, open)}`
  }

  #power(base: Expression, exponent: Expression): string {
    const under = this.#bracketed(base, level.atom, ({ kind }) => kind === 'binary')
    const above = this.#notation.exponent(this.text(exponent))
    return `${under}${above ?? `^${this.#bracketed(exponent, level.factor, isOpen)}`}`
  }

  #product({ matrix, transposed, operand }: Product): string {
    const { name, transpose, beside, besideLevel } = this.#notation
    const vector = this.#bracketed(
      operand,
      besideLevel,
      (whole) => besideLevel > level.factor && beginsWithNumber(whole),
    )
    return `${name(matrix, false)}${transposed ? transpose : ''}${beside}${vector}`
  }

  #bracketed(expression: Expression, least: number, also?: (expression: Expression) => boolean): string {
    const text = this.text(expression)
    return this.#level(expression) < least || also?.(expression) ? `(${text})` : text
  }

  #level(expression: Expression): number {
    if (expression.kind === 'binary') {
      return expression.operator === '/' && this.#notation.quotient
        ? level.atom
        : operatorLevel[expression.operator]
    }
    return expression.kind === 'negate' || expression.kind === 'product' ? level.factor : level.atom
  }
}

/** Whether `*` behind the expression would have two readings: `W @ a * b`. */
export function isOpen(expression: Expression): boolean {
  return expression.kind === 'product' || (expression.kind === 'negate' && isOpen(expression.operand))
}

function beginsWithNumber(expression: Expression): boolean {
  return (
    expression.kind === 'number' ||
    (expression.kind === 'binary' && expression.operator === '^' && beginsWithNumber(expression.left))
  )
}
