import { pow } from '../../core/math.ts'
import type { Source } from '../source.ts'
import type { CellSyntax, Expression, Operator } from '../syntax.ts'

const apply: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': pow,
}

/** The number that an expression of numbers and constants stands for, if it is one. */
export function constantValue(
  expression: Expression,
  constants: ReadonlyMap<string, number>,
): number | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'name':
      return expression.primed ? undefined : constants.get(expression.name)
    case 'negate': {
      const value = constantValue(expression.operand, constants)
      return value === undefined ? undefined : -value
    }
    case 'binary': {
      const left = constantValue(expression.left, constants)
      const right = left === undefined ? undefined : constantValue(expression.right, constants)
      return right === undefined ? undefined : apply[expression.operator](left!, right)
    }
    default:
      return undefined
  }
}

/** The declared constants of a cell; each may use those above it. */
export function readConstants(syntax: CellSyntax, source: Source): ReadonlyMap<string, number> {
  const known = new Map<string, number>()
  for (const { name, value, at } of syntax.constants) {
    const number = constantValue(value, known)
    if (number === undefined || !Number.isFinite(number)) {
      throw source.error('equation-constant/declared', at, { name })
    }
    known.set(name, number)
  }
  return known
}
