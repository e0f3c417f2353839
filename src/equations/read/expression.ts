import type { Cursor } from './cursor.ts'
import { isFunction, isMatrixName } from '../functions.ts'
import type { KnownNames } from './known-names.ts'
import { NameReader } from './name-reader.ts'
import { isOpen } from '../print/expression-text.ts'
import { Refusals, unsigned } from './refusals.ts'
import type { Binary, Expression, Operator, Product } from '../syntax.ts'

/**
 * Reads an expression up to where it ends. From tightest: call, power, minus sign and matrix product, product and
 * quotient, sum and difference; `^` and `@` associate to the right, the others to the left. In a textbook cell names
 * and brackets side by side are a product: of a matrix with what follows it, else of entries.
 */
export function readExpression(cursor: Cursor, names: KnownNames): Expression {
  return new Reader(cursor, names).sum()
}

class Reader {
  readonly #cursor: Cursor
  readonly #names: KnownNames
  readonly #nameReader: NameReader
  readonly #refusals: Refusals
  readonly #bracketed = new WeakSet<Expression>()
  /** Matrix products that are written without a sign. */
  readonly #signless = new WeakSet<Expression>()

  constructor(cursor: Cursor, names: KnownNames) {
    this.#cursor = cursor
    this.#names = names
    this.#refusals = new Refusals(cursor, names)
    this.#nameReader = new NameReader(cursor, names, {
      list: (end, separators) => this.#list(end, separators),
      group: () => this.#group(),
    })
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
    let divided = false
    for (;;) {
      const sign = this.#cursor.take('*') ?? this.#cursor.take('/') ?? this.#cursor.take('·')
      if (!sign && !this.#beginsFactor()) return left
      const at = sign?.at ?? this.#cursor.peek().at
      const operator = sign?.text === '/' ? '/' : '*'
      const right = sign ? this.#factor() : (this.#product() ?? this.#power())
      if (this.#mayTake(last, sign === undefined)) this.#refusals.twoReadings(last, operator, right, at)
      if (divided && !sign) this.#refusals.twoQuotients(left as Binary, right, at)
      if (!sign || sign.text === '·') this.#refuseMatrix(right)
      left = this.#binary(operator, at, left, right)
      last = right
      divided = operator === '/'
    }
  }

  /** Whether what follows a product could be meant for its vector: `W @ a * b`. Without signs it never is: `W a b`. */
  #mayTake(last: Expression, signless: boolean): boolean {
    if (!isOpen(last) || this.#bracketed.has(last)) return false
    return !(signless && this.#signless.has(unsigned(last)))
  }

  /** Whether a factor without a sign begins here, or further on: a name, brackets or a fraction. */
  #beginsFactor(ahead = 0): boolean {
    if (!this.#names.textbookStates) return false
    return (
      this.#cursor.peek(ahead).kind === 'name' ||
      ['(', '[', '\\frac', '{'].some((sign) => this.#cursor.sees(sign, ahead))
    )
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
    if (this.#cursor.sees('@')) this.#refusals.noMatrix(power)
    return power
  }

  /** `W @ a`, `W^T @ a`; with the dot or without a sign where its left side is a matrix. */
  #product(): Expression | undefined {
    const token = this.#cursor.peek()
    if (token.kind !== 'name' || token.time !== undefined) return undefined
    const transposed = this.#transposed()
    const ahead = 1 + transposed
    const isMatrix = this.#isMatrix(token.text)
    const sign =
      this.#cursor.sees('@', ahead) || (this.#cursor.sees('·', ahead) && (transposed > 0 || isMatrix))
    const signless = this.#beginsFactor(ahead)
    if (!sign && !signless) return undefined
    if (!sign && !isMatrix) return transposed > 0 ? this.#refusals.smallMatrix(token.text) : undefined
    if (signless) this.#nameReader.refuseCapitalFunction(token, ahead)
    for (let i = 0; i < ahead; i++) this.#cursor.next()
    const { at } = sign ? this.#cursor.next() : token
    this.#cursor.count()
    const operand = this.#cursor.nested(() => (sign ? this.#factor() : this.#power()))
    const product: Product = { kind: 'product', matrix: token.text, transposed: transposed > 0, operand, at }
    if (sign) return product
    this.#refuseMatrix(operand, token.text)
    this.#signless.add(product)
    return product
  }

  /** Tokens of the mark of a transposed matrix, `^T`, `ᵀ` or `^{\top}`, behind the next name. */
  #transposed(): number {
    const cursor = this.#cursor
    if (cursor.sees('ᵀ', 1)) return 1
    if (!cursor.sees('^', 1)) return 0
    const isName = (ahead: number): boolean =>
      cursor.peek(ahead).kind === 'name' && cursor.peek(ahead).text === 'T'
    if (cursor.sees('ᵀ', 2)) return 2
    if (isName(2))
      return this.#names.constants.has('T') && !cursor.sees('@', 3) && !cursor.sees('·', 3) ? 0 : 2
    const isMark = cursor.sees('ᵀ', 3) || (isName(3) && !this.#names.constants.has('T'))
    return cursor.sees('{', 2) && isMark && cursor.sees('}', 4) ? 4 : 0
  }

  /** Right of a dot or of nothing, a name with a capital letter would be a vector, which is hardly meant. */
  #refuseMatrix(right: Expression, matrix?: string): void {
    if (right.kind !== 'name' || this.#bracketed.has(right) || !this.#isMatrix(right.name)) return
    this.#refusals.matrixOnTheRight(right, matrix)
  }

  #isMatrix(name: string): boolean {
    const { functions, variables, constants, matrices, vectors } = this.#names
    if (matrices.has(name)) return true
    return (
      isMatrixName(name) &&
      !isFunction(name) &&
      ![functions, variables, constants, vectors].some((set) => set.has(name))
    )
  }

  #power(): Expression {
    const base = this.#atom()
    const isConstant = this.#names.constants.has('T')
    const sign = this.#cursor.take('^')
    if (this.#cursor.sees('ᵀ') || (sign && this.#cursor.peek().text === 'T' && !isConstant)) {
      this.#cursor.fail('equation-syntax/transposed', {})
    }
    if (!sign) return base
    if (this.#names.textbookStates) this.#refusals.layer(base, sign.at)
    return this.#binary(
      '^',
      sign.at,
      base,
      this.#cursor.nested(() => this.#exponent()),
    )
  }

  #exponent(): Expression {
    if (this.#cursor.sees('{')) return this.#group()
    const minus = this.#cursor.take('-')
    if (!minus) return this.#power()
    this.#cursor.count()
    return { kind: 'negate', operand: this.#cursor.nested(() => this.#exponent()), at: minus.at }
  }

  #atom(): Expression {
    const token = this.#cursor.peek()
    if (token.kind === 'number') return this.#number()
    if (token.kind === 'name') return this.#nameReader.read()
    if (this.#cursor.take('(')) {
      const inside = this.#cursor.nested(() => this.sum())
      this.#cursor.expect(')', 'equation-syntax/expected-close', {})
      this.#bracketed.add(inside)
      return inside
    }
    if (this.#cursor.take('[')) {
      const list = this.#list(']', [',', ';'])
      return { kind: 'concat', parts: list, at: token.at }
    }
    if (this.#cursor.take('\\frac')) return this.#binary('/', token.at, this.#group(), this.#group())
    if (this.#cursor.sees('{')) return this.#unseenGroup()
    return this.#cursor.expected('equation-syntax/expected-atom', {})
  }

  #number(): Expression {
    const { text, at } = this.#cursor.next()
    const value = Number(text)
    if (Number.isFinite(value)) return { kind: 'number', value, at }
    return this.#cursor.fail('equation-constant/large', { text }, at)
  }

  /** What stands in braces that LaTeX shows as an exponent or a part of a fraction. */
  #group(): Expression {
    this.#cursor.expect('{', 'equation-syntax/expected-brace', {})
    const inside = this.#cursor.nested(() => this.sum())
    this.#cursor.expect('}', 'equation-syntax/expected-end', {})
    this.#bracketed.add(inside)
    return inside
  }

  /** Braces that nobody sees in print change nothing, so what they hold must hold together without them. */
  #unseenGroup(): Expression {
    const { at } = this.#cursor.peek()
    const inside = this.#group()
    const isTight =
      inside.kind === 'binary' ? inside.operator === '^' : inside.kind !== 'negate' && !isOpen(inside)
    if (isTight) return inside
    return this.#cursor.fail('equation-syntax/unseen', {}, at)
  }

  #list(end: string, separators: readonly string[]): readonly Expression[] {
    const items: Expression[] = []
    do {
      this.#cursor.count()
      items.push(this.#cursor.nested(() => this.sum()))
    } while (separators.some((separator) => this.#cursor.take(separator)))
    this.#cursor.expect(end, 'equation-syntax/expected-list', { bracket: end })
    return items
  }

  #binary(operator: Operator, at: number, left: Expression, right: Expression): Expression {
    this.#cursor.count()
    return { kind: 'binary', operator, left, right, at }
  }
}
