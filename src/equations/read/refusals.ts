import type { Cursor } from './cursor.ts'
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
    return this.#cursor.fail('equation-syntax/no-matrix', { left: this.#print(left) })
  }

  /** A capital letter right of a dot or of nothing; `matrix` stands left of it, if one does. */
  matrixOnTheRight({ name, at }: Name, matrix: string | undefined): never {
    const { notation } = this.#names
    const written = notation.name(name, false)
    if (matrix === undefined) return this.#cursor.fail('equation-matrix/right', { name, written }, at)
    const left = notation.name(matrix, false)
    return this.#cursor.fail('equation-matrix/two', { name, written, left }, at)
  }

  /** A transposed name with a small letter. */
  smallMatrix(name: string): never {
    return this.#cursor.fail('equation-matrix/small', { name })
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
    cursor.fail('equation-layer/exponent', { above: count.text, base: this.#print(base) }, at)
  }

  #ambiguous(readings: readonly Expression[], at: number): never {
    const texts = readings.map((reading) => this.#print(reading))
    return this.#cursor.fail('equation-ambiguous/brackets', { readings: texts.join(', or ') }, at)
  }

  #print(expression: Expression): string {
    return printExpression(expression, this.#names.notation)
  }
}

/** An expression without the minus signs in front of it. */
export function unsigned(expression: Expression): Expression {
  return expression.kind === 'negate' ? unsigned(expression.operand) : expression
}
