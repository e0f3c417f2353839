import type { Stream } from '../../src/core/random.ts'
import type { CellSyntax, Equation, Expression } from '../../src/equations/index.ts'
import { pick } from './random-cells.ts'

/** A tree without its offsets, for comparisons. */
export function withoutPlaces(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (key === 'at' ? undefined : value)))
}

const at = 0
const numbers = [0, 1, 2, 0.5, 1e-7, 1e21, 3.0625]
const calls = ['sigmoid', 'tanh', 'max', 'norm', 'block', 'identity', 'phi']
const operators = ['+', '-', '*', '/', '^'] as const

/** Any expression that the syntax allows, whether or not its names and sizes fit. */
export function anyExpression(stream: Stream, depth: number): Expression {
  const inner = (): Expression => anyExpression(stream, depth - 1)
  const several = (): Expression[] => Array.from({ length: 1 + stream.below(3) }, inner)
  switch (depth === 0 ? stream.below(2) : stream.below(8)) {
    case 0:
      return { kind: 'number', value: pick(stream, numbers), at }
    case 1:
      return {
        kind: 'name',
        name: pick(stream, ['h', 'x', 'c', 'b_f', 'W']),
        primed: stream.below(4) === 0,
        at,
      }
    case 2:
      return { kind: 'call', function: pick(stream, calls), arguments: several(), at }
    case 3:
      return { kind: 'negate', operand: inner(), at }
    case 4:
      return {
        kind: 'product',
        matrix: pick(stream, ['W', 'u', 'V_xh']),
        transposed: stream.below(3) === 0,
        operand: inner(),
        at,
      }
    case 5:
      return { kind: 'concat', parts: several(), at }
    default:
      return { kind: 'binary', operator: pick(stream, operators), left: inner(), right: inner(), at }
  }
}

/** Any cell that the syntax allows. */
export function anyCell(stream: Stream): CellSyntax {
  const maybe = <T>(value: () => T): T[] => (stream.below(2) === 0 ? [value()] : [])
  const name = (text: string) => ({ name: text, at })
  const size: Expression = {
    kind: 'binary',
    operator: '*',
    left: { kind: 'number', value: 2, at },
    right: { kind: 'name', name: 'p', primed: false, at },
    at,
  }
  const equation = (target: string, primed: boolean): Equation => ({
    target,
    primed,
    ...(stream.below(4) === 0 && { label: 'learn' }),
    value: anyExpression(stream, 4),
    at,
  })
  return {
    input: name(pick(stream, ['x', 'E'])),
    states: [
      { name: 'c', ...(stream.below(2) === 0 && { size }), initial: pick(stream, ['zero', 'learned']), at },
      { name: 'h', initial: 'zero', at },
    ],
    outputs: [name('h'), ...maybe(() => ({ name: 'o', size, at }))],
    sizes: maybe(() => name('p')),
    constants: maybe(() => ({
      name: 'beta',
      value: { kind: 'negate', operand: { kind: 'number', value: 2, at }, at },
      at,
    })),
    functions: [{ name: 'phi', function: 'tanh', at }],
    matrices: maybe(() => ({ name: 'u', shape: [size, size], at })),
    vectors: maybe(() => ({ name: 'b_f', size, at })),
    memories: maybe(() => name('M')),
    equations: [equation('f', false), equation('c', true), equation('o', false), equation('h', true)],
  }
}
