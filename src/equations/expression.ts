import { type Cursor, tokenText } from './cursor.ts'
import { didYouMean } from './nearest.ts'
import { isOpen, printExpression } from './print.ts'
import type { Expression, Operator } from './syntax.ts'

/** What the names of a cell are known to be before its right-hand sides are read; other names are parameters. */
export interface KnownNames {
  readonly functions: ReadonlySet<string>
  readonly variables: ReadonlySet<string>
  readonly constants: ReadonlySet<string>
  /** Parameters declared a matrix or a vector. */
  readonly matrices: ReadonlySet<string>
  readonly vectors: ReadonlySet<string>
}

/** Other spellings of function names. */
const synonyms: Readonly<Record<string, string>> = { σ: 'sigmoid' }

/** The function that a name means. */
export function functionName(name: string): string {
  return synonyms[name] ?? name
}

/**
 * Reads an expression up to where it ends. From tightest: call, power, minus sign and matrix product, product and
 * quotient, sum and difference; `^` and `@` associate to the right, the others to the left.
 */
export function readExpression(cursor: Cursor, names: KnownNames): Expression {
  return new Reader(cursor, names).sum()
}

class Reader {
  readonly #cursor: Cursor
  readonly #names: KnownNames
  readonly #bracketed = new WeakSet<Expression>()

  constructor(cursor: Cursor, names: KnownNames) {
    this.#cursor = cursor
    this.#names = names
  }

  sum(): Expression {
    let left = this.#term()
    for (;;) {
      const sign = this.#cursor.take('+') ?? this.#cursor.take('-')
      if (!sign) return left
      left = this.#binary(sign.text as Operator, sign.at, left, this.#term())
    }
  }

  #term(): Expression {
    let left = this.#factor()
    let last = left
    for (;;) {
      const sign = this.#cursor.take('*') ?? this.#cursor.take('/') ?? this.#cursor.take('·')
      if (!sign) return left
      const right = this.#factor()
      const operator = sign.text === '/' ? '/' : '*'
      if (isOpen(last) && !this.#bracketed.has(last)) this.#twoReadings(last, operator, right, sign.at)
      left = this.#binary(operator, sign.at, left, right)
      last = right
    }
  }

  #factor(): Expression {
    const minus = this.#cursor.take('-')
    if (minus) {
      this.#cursor.count()
      return { kind: 'negate', operand: this.#cursor.nested(() => this.#factor()), at: minus.at }
    }
    const product = this.#product()
    if (product) return product
    const power = this.#power()
    if (this.#cursor.sees('@')) {
      this.#cursor.fail(
        `left of "@" stands one parameter name, as in W @ h or W^T @ h, not ${printExpression(power)}; ` +
          `an elementwise product is written with "*"`,
      )
    }
    return power
  }

  /** `W @ a`, `W^T @ a`, or with the dot where its left side is a matrix. */
  #product(): Expression | undefined {
    const token = this.#cursor.peek()
    if (token.kind !== 'name') return undefined
    const transposed = this.#transposed()
    const ahead = transposed || 1
    const dot = this.#cursor.sees('·', ahead) && (transposed > 0 || this.#isMatrix(token.text))
    if (!dot && !this.#cursor.sees('@', ahead)) return undefined
    for (let i = 0; i < ahead; i++) this.#cursor.next()
    const { at } = this.#cursor.next()
    this.#cursor.count()
    const operand = this.#cursor.nested(() => this.#factor())
    return { kind: 'product', matrix: token.text, transposed: transposed > 0, operand, at }
  }

  /** Tokens of a transposed matrix in front of its product, or 0. */
  #transposed(): number {
    const cursor = this.#cursor
    const isT = cursor.peek(2).kind === 'name' && cursor.peek(2).text === 'T'
    const length = cursor.sees('ᵀ', 1) ? 2 : cursor.sees('^', 1) && isT ? 3 : 0
    return cursor.sees('@', length) || cursor.sees('·', length) ? length : 0
  }

  #isMatrix(name: string): boolean {
    const { functions, variables, constants, matrices, vectors } = this.#names
    if (matrices.has(name)) return true
    const parameter = ![functions, variables, constants, vectors].some((set) => set.has(name))
    return parameter && /^\p{Lu}/u.test(name)
  }

  #power(): Expression {
    const base = this.#atom()
    const sign = this.#cursor.take('^')
    if (
      this.#cursor.sees('ᵀ') ||
      (sign && this.#cursor.peek().text === 'T' && !this.#names.constants.has('T'))
    ) {
      this.#cursor.fail('a transposed matrix stands only left of a product: W^T @ h')
    }
    return sign
      ? this.#binary(
          '^',
          sign.at,
          base,
          this.#cursor.nested(() => this.#exponent()),
        )
      : base
  }

  #exponent(): Expression {
    const minus = this.#cursor.take('-')
    if (!minus) return this.#power()
    this.#cursor.count()
    return { kind: 'negate', operand: this.#cursor.nested(() => this.#exponent()), at: minus.at }
  }

  #atom(): Expression {
    const token = this.#cursor.peek()
    if (token.kind === 'number') {
      this.#cursor.next()
      return { kind: 'number', value: Number(token.text), at: token.at }
    }
    if (token.kind === 'name') return this.#named()
    if (this.#cursor.take('(')) {
      const inside = this.#cursor.nested(() => this.sum())
      this.#close(')', 'after the expression')
      this.#bracketed.add(inside)
      return inside
    }
    if (this.#cursor.take('[')) {
      const list = this.#list(']', [',', ';'])
      return { kind: 'concat', parts: list, at: token.at }
    }
    return this.#cursor.fail(`expected a name, a number or a bracket, but found ${tokenText(token)}`)
  }

  #named(): Expression {
    const { text, at } = this.#cursor.next()
    if (this.#cursor.sees('(')) return this.#call(text, at)
    const primed = this.#cursor.take("'") !== undefined
    if (this.#cursor.sees("'"))
      this.#cursor.fail(`"${text}" has more than one prime; one marks the new value of a state`)
    return { kind: 'name', name: text, primed, at }
  }

  #call(name: string, at: number): Expression {
    const called = functionName(name)
    if (!this.#names.functions.has(called)) this.#unknownFunction(name, at)
    this.#cursor.next()
    this.#cursor.count()
    return { kind: 'call', function: called, arguments: this.#list(')', [',']), at }
  }

  #unknownFunction(name: string, at: number): never {
    const { variables, constants, functions, matrices } = this.#names
    const known = variables.has(name) || constants.has(name) || matrices.has(name)
    const meant = known
      ? ` "${name}" is no function; write ${name} * (…) for a product of entries`
      : didYouMean(name, functions) || ' A matrix product is written W @ (…), a product of entries a * (…)'
    this.#cursor.fail(`unknown function "${name}".${meant}`, 'equation-function', at)
  }

  #list(end: string, separators: readonly string[]): readonly Expression[] {
    const items: Expression[] = []
    do items.push(this.#cursor.nested(() => this.sum()))
    while (separators.some((separator) => this.#cursor.take(separator)))
    this.#close(end, 'or "," after this part')
    return items
  }

  #close(bracket: string, where: string): void {
    if (!this.#cursor.take(bracket))
      this.#cursor.fail(
        `expected an operator, "${bracket}" ${where}, but found ${tokenText(this.#cursor.peek())}`,
      )
  }

  #binary(operator: Operator, at: number, left: Expression, right: Expression): Expression {
    this.#cursor.count()
    return { kind: 'binary', operator, left, right, at }
  }

  #twoReadings(left: Expression, operator: Operator, right: Expression, at: number): never {
    const product = left.kind === 'negate' ? left.operand : left
    const inner = product.kind === 'product' ? printExpression(product.operand) : ''
    const matrix = product.kind === 'product' ? product.matrix : ''
    const [whole, other] = [printExpression(product), printExpression(right)]
    this.#cursor.fail(
      `two readings: (${whole}) ${operator} ${other}, or ${matrix} @ (${inner} ${operator} ${other}); add the brackets`,
      'equation-ambiguous',
      at,
    )
  }
}
