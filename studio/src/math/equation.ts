import type { CellSyntax, Equation, Expression } from 'sluice/equations'
import { nameMath, parameterMath } from './names.ts'
import { type MathNode, element, leaf } from './node.ts'

/** Other names for the values of a cell: `{ c: 'LTM' }`. */
export type Renaming = Readonly<Record<string, string>>

/** How tightly an expression holds together. */
const level = { sum: 0, term: 1, factor: 2, atom: 3 } as const

/**
 * The equations of a cell as a textbook typesets them: one tree for each, with `data-values` for the value that it
 * defines or reads and `data-parameters` for parameters.
 */
export function equationsMath(syntax: CellSyntax, renaming: Renaming = {}): readonly MathNode[] {
  const printer = new MathPrinter(syntax, renaming)
  return syntax.equations.map((equation) => printer.equation(equation))
}

class MathPrinter {
  readonly #renaming: Renaming
  readonly #variables: ReadonlySet<string>
  readonly #states: ReadonlySet<string>

  constructor({ input, states, equations }: CellSyntax, renaming: Renaming) {
    this.#renaming = renaming
    this.#variables = new Set([input.name, ...equations.map(({ target }) => target)])
    this.#states = new Set(states.map(({ name }) => name))
  }

  equation({ target, value }: Equation): MathNode {
    return element('mrow', [this.#variable(target, 't'), leaf('mo', '='), this.#math(value)], {
      'data-values': target,
    })
  }

  #math(expression: Expression): MathNode {
    switch (expression.kind) {
      case 'number':
        return leaf('mn', String(expression.value))
      case 'name':
        return this.#name(expression.name, expression.primed)
      case 'call':
        return this.#call(expression.function, expression.arguments)
      case 'negate':
        return row(leaf('mo', '−'), this.#within(expression.operand, level.factor))
      case 'binary':
        return this.#binary(expression)
      case 'product':
        return row(
          this.#matrix(expression),
          leaf('mo', '\u2062'),
          this.#within(expression.operand, level.atom),
        )
      case 'concat':
        return fenced('[', separated(expression.parts.map((part) => this.#math(part))), ']')
    }
  }

  #name(name: string, primed: boolean): MathNode {
    if (!this.#variables.has(name)) return parameter(name, parameterMath(name))
    return this.#variable(name, this.#states.has(name) && !primed ? 't−1' : 't')
  }

  #variable(name: string, time: string): MathNode {
    const { tag, children, attributes } = nameMath(this.#renaming[name] ?? name, time)
    return element(tag, children, { ...attributes, 'data-values': name })
  }

  #matrix({ matrix, transposed }: Extract<Expression, { kind: 'product' }>): MathNode {
    const own = parameter(matrix, parameterMath(matrix))
    return transposed ? element('msup', [own, leaf('mo', '⊤')]) : own
  }

  #call(name: string, given: readonly Expression[]): MathNode {
    const inside = given.map((argument) => this.#math(argument))
    if (name === 'sqrt') return element('msqrt', inside)
    if (name === 'abs') return fenced('|', inside, '|')
    const shown =
      name === 'sigmoid' ? leaf('mi', 'σ') : leaf('mi', name.replaceAll('_', ' '), { mathvariant: 'normal' })
    return row(shown, leaf('mo', '\u2061'), fenced('(', separated(inside), ')'))
  }

  #binary({ operator, left, right }: Extract<Expression, { kind: 'binary' }>): MathNode {
    if (operator === '/') return element('mfrac', [this.#math(left), this.#math(right)])
    if (operator === '^') return element('msup', [this.#within(left, level.atom), this.#math(right)])
    const own = levelOf({ operator })
    const sign = { '+': '+', '-': '−', '*': left.kind === 'number' ? '·' : '⊙' }[operator]
    return row(this.#within(left, own), leaf('mo', sign), this.#within(right, own + 1))
  }

  /** An expression, in brackets where it holds together less than it must. */
  #within(expression: Expression, least: number): MathNode {
    const math = this.#math(expression)
    return expressionLevel(expression) < least ? fenced('(', [math], ')') : math
  }
}

function levelOf({ operator }: { readonly operator: string }): number {
  return operator === '*' ? level.term : level.sum
}

function expressionLevel(expression: Expression): number {
  if (expression.kind === 'negate' || expression.kind === 'product') return level.factor
  if (expression.kind !== 'binary') return level.atom
  return expression.operator === '/' || expression.operator === '^' ? level.atom : levelOf(expression)
}

function parameter(name: string, { tag, children, attributes }: MathNode): MathNode {
  return element(tag, children, { ...attributes, 'data-parameters': name })
}

function row(...children: readonly MathNode[]): MathNode {
  return element('mrow', children)
}

function fenced(open: string, inside: readonly MathNode[], close: string): MathNode {
  const fence = { fence: 'true', form: 'prefix' }
  return row(leaf('mo', open, fence), ...inside, leaf('mo', close, { ...fence, form: 'postfix' }))
}

function separated(parts: readonly MathNode[]): readonly MathNode[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [leaf('mo', ','), part]))
}
