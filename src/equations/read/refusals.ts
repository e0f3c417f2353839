import { type Cursor, noLayers } from './cursor.ts'
import type { KnownNames } from './known-names.ts'
import { printExpression } from '../print/expression-text.ts'
import type { Binary, Expression, Name, Operator, Product } from '../syntax.ts'

/** The mistakes in products and powers, each with what to write instead. */
export class Refusals {
  readonly #cursor: Cursor
  readonly #names: KnownNames

  constructor(cursor: Cursor, names: KnownNames) {
    this.#cursor = cursor
    this.#names = names
  }

  /** Something else than a name left of `@`. */
  noMatrix(left: Expression): never {
    return this.#cursor.fail(
      `left of "@" stands one parameter name, as in W @ h or W^T @ h, not ${this.#print(left)}; ` +
        'an elementwise product is written with "*"',
    )
  }

  /** A capital letter right of a dot or of nothing; `matrix` stands left of it, if one does. */
  matrixOnTheRight({ name, at }: Name, matrix: string | undefined): never {
    const { notation } = this.#names
    const text = notation.name(name, false)
    const why =
      matrix === undefined
        ? `a matrix stands left of its vector, as in ${text} x_t`
        : `left of a matrix product stands one parameter; write ${notation.name(matrix, false)} (${text} …) with brackets`
    return this.#cursor.fail(
      `"${text}" is a matrix here, as it begins with a capital letter: ${why}. If it is a vector, declare it: vector ${name}`,
      'equation-matrix',
      at,
    )
  }

  /** A transposed name with a small letter. */
  smallMatrix(name: string): never {
    return this.#cursor.fail(
      `"${name}" is a vector here, as it begins with a small letter; declare it: matrix ${name}`,
      'equation-matrix',
    )
  }

  /** `W @ a * b`. */
  twoReadings(left: Expression, operator: Operator, right: Expression, at: number): never {
    const product = unsigned(left) as Product
    const inner: Expression = { kind: 'binary', operator, left: product.operand, right, at }
    return this.#ambiguous(
      [
        { ...inner, left: product },
        { ...product, operand: inner },
      ],
      at,
    )
  }

  /** `a / b c`. */
  twoQuotients(quotient: Binary, right: Expression, at: number): never {
    const under: Expression = { kind: 'binary', operator: '*', left: quotient.right, right, at }
    const over: Expression = { kind: 'binary', operator: '*', left: quotient, right, at }
    return this.#ambiguous([over, { ...quotient, right: under }], at)
  }

  /** `h^{(l)}` and `h^l` count layers, which a cell has not; `h^{(1)}` too, but not `h^2`. */
  layer(base: Expression, at: number): void {
    const cursor = this.#cursor
    const start = cursor.sees('{') ? 1 : 0
    const bracketed = cursor.sees('(', start) && cursor.sees(')', start + 2)
    const count = cursor.peek(bracketed ? start + 1 : start)
    const alone = start === 0 || cursor.sees('}', start + 1)
    const isCount = bracketed ? count.kind === 'name' || start === 1 : alone && count.kind === 'name'
    if (!isCount || (count.kind === 'name' && this.#names.constants.has(count.text))) return
    const why = `"${count.text}" above ${this.#print(base)} is no exponent. ${noLayers}`
    cursor.fail(why, 'equation-layer', at)
  }

  #ambiguous(readings: readonly Expression[], at: number): never {
    const texts = readings.map((reading) => this.#print(reading))
    return this.#cursor.fail(
      `two readings: ${texts.join(', or ')}; add the brackets`,
      'equation-ambiguous',
      at,
    )
  }

  #print(expression: Expression): string {
    return printExpression(expression, this.#names.notation)
  }
}

/** An expression without the minus signs in front of it. */
export function unsigned(expression: Expression): Expression {
  return expression.kind === 'negate' ? unsigned(expression.operand) : expression
}
