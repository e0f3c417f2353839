import { constantValue } from './constants.ts'
import { nearest } from '../nearest.ts'
import { Size, rational, type Rational } from './size.ts'
import type { Source } from '../source.ts'
import { type CellSyntax, type Expression, within } from '../syntax.ts'

/** The size that counts the places of every memory. */
export const placesSize = 'places'

/** Most named sizes of a cell. */
const most = 100

/** The declared sizes of a cell: reads size expressions and knows every size name. */
export class DeclaredSizes {
  /** `input`, `hidden`, then declared names in the order in which they appear. */
  readonly names: readonly string[]
  readonly #constants: ReadonlyMap<string, number>
  readonly #source: Source

  constructor(syntax: CellSyntax, source: Source, constants: ReadonlyMap<string, number>) {
    this.#constants = constants
    this.#source = source
    this.names = [
      ...new Set([
        'input',
        'hidden',
        ...syntax.sizes.map(({ name }) => name),
        ...this.#implied(syntax),
        ...(syntax.memories.length > 0 ? [placesSize] : []),
      ]),
    ]
    if (this.names.length > most) throw source.error('equation-too-large/sizes', 0, { most })
  }

  /** The size that an expression of size names and numbers stands for. */
  read(expression: Expression): Size {
    const size = this.#source.placing(expression.at, () => this.#linear(expression))
    if (size) return size
    throw this.#source.error('equation-sizes/form', expression.at, {})
  }

  #linear(expression: Expression): Size | undefined {
    switch (expression.kind) {
      case 'number':
      case 'name':
        return this.#atom(expression)
      case 'negate':
        return this.#linear(expression.operand)?.times(rational(-1))
      case 'binary':
        return this.#operation(
          expression.operator,
          this.#linear(expression.left),
          this.#linear(expression.right),
        )
      default:
        return undefined
    }
  }

  #atom(expression: Expression): Size | undefined {
    const value = constantValue(expression, this.#constants)
    if (value !== undefined) return Number.isSafeInteger(value) ? Size.of(value) : undefined
    return expression.kind === 'name' && !expression.primed ? Size.named(expression.name) : undefined
  }

  #operation(operator: string, left: Size | undefined, right: Size | undefined): Size | undefined {
    if (!left || !right) return undefined
    if (operator === '+') return left.plus(right)
    if (operator === '-') return left.minus(right)
    if (operator === '*') return left.known ? right.times(left.known) : right.known && left.times(right.known)
    return operator === '/' && right.known?.over ? left.times(inverse(right.known)) : undefined
  }

  /** Names that only size expressions hold declare themselves: `state h: projection`. */
  #implied(syntax: CellSyntax): readonly string[] {
    const known = new Set(['input', 'hidden', ...syntax.sizes.map(({ name }) => name)])
    const taken = new Set([syntax.input.name, ...syntax.equations.map(({ target }) => target)])
    return sizeExpressions(syntax).flatMap((expression) =>
      [...within(expression)].flatMap((part) => {
        if (part.kind !== 'name' || known.has(part.name) || this.#constants.has(part.name)) return []
        const meant = nearest(part.name, known)
        if (meant !== undefined && part.name.length > 3) {
          throw this.#source.error('equation-sizes/unknown', part.at, { name: part.name, nearest: meant })
        }
        if (taken.has(part.name))
          throw this.#source.error('equation-sizes/value', part.at, { name: part.name })
        return [part.name]
      }),
    )
  }
}

function inverse({ over, under }: Rational): Rational {
  return rational(under, over)
}

function sizeExpressions(syntax: CellSyntax): readonly Expression[] {
  const { states, outputs, matrices, vectors, memories } = syntax
  const sized = [...states, ...outputs, ...vectors, ...memories].flatMap(({ size }) => (size ? [size] : []))
  return [...sized, ...matrices.flatMap(({ shape }) => shape ?? [])]
}
