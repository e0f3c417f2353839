import type { Attributes, Builder } from '../../graph/index.ts'
import { constantValue } from './constants.ts'
import { functionAttributes } from '../functions.ts'
import type { Notation } from '../print/notation.ts'
import { Attention } from './attention.ts'
import type { Memories } from './memories.ts'
import type { Parameters } from './parameters.ts'
import { printExpression } from '../print/expression-text.ts'
import type { Size } from './size.ts'
import { SizeConflict, type Solver } from './solver.ts'
import type { Source } from '../source.ts'
import type { Binary, Call, CellSyntax, Expression, Name, Product } from '../syntax.ts'

/** What a name or a primed name (`h'`) stands for at the current equation, and where its equation is. */
export type Scope = Map<string, { readonly node: number; readonly at?: number }>

/** Everything that turning expressions into nodes needs. */
export interface Context {
  readonly syntax: CellSyntax
  readonly source: Source
  /** How errors write. */
  readonly notation: Notation
  readonly constants: ReadonlyMap<string, number>
  readonly builder: Builder<Size>
  readonly solver: Solver
  readonly parameters: Parameters
  readonly memories: Memories
  readonly scope: Scope
}

const operators = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const

/** Added to the variance by `norm`, unless the cell has a constant `eps`. */
const normEps = 1e-5

/** Longest expression that an error quotes. */
const quoted = 48

/** Turns expressions into nodes of the step graph. */
export class Values {
  readonly #context: Context
  readonly #attention: Attention

  constructor(context: Context) {
    this.#context = context
    this.#attention = new Attention(context, this)
  }

  /** The weights of each call of attention since the last time. */
  takeWeights(): readonly number[] {
    return this.#attention.takeWeights()
  }

  /** The node that computes an expression. */
  of(expression: Expression): number {
    const { constants, builder } = this.#context
    const constant = constantValue(expression, constants)
    if (constant !== undefined) return builder.constant(this.#finite(constant, expression))
    switch (expression.kind) {
      case 'number':
        return builder.constant(expression.value)
      case 'name':
        return this.#name(expression)
      case 'negate':
        return builder.add('neg', [this.of(expression.operand)])
      case 'binary':
        return this.#binary(expression)
      case 'product':
        return this.#product(expression)
      case 'concat':
        return this.#concat(expression.parts)
      case 'call':
        return this.#call(expression)
    }
  }

  /** Runs a step in which sizes must agree; a conflict becomes an error that says what has which size. */
  agree<T>(at: number, left: () => string, right: () => string, step: () => T): T {
    const { solver, source } = this.#context
    solver.reason = () => `line ${source.line(at)}: ${left()} with ${right()}`
    try {
      return step()
    } catch (error) {
      if (!(error instanceof SizeConflict)) throw error
      const given = solver.constraints.map(
        (constraint) => `${String(constraint.left)} = ${String(constraint.right)} (${constraint.reason})`,
      )
      throw source.error('equation-sizes/conflict', at, {
        left: left(),
        leftSize: String(error.left),
        right: right(),
        rightSize: String(error.right),
        given: given.length > 0 ? given.join(', ') : undefined,
      })
    }
  }

  /** How an error names a part and where its size comes from. */
  describe(expression: Expression): string {
    const { source, scope, parameters, notation } = this.#context
    const name = expression.kind === 'name' ? `${expression.name}${expression.primed ? "'" : ''}` : undefined
    const at =
      name === undefined ? expression.at : (scope.get(name)?.at ?? parameters.firstUse(name) ?? expression.at)
    const text = printExpression(expression, notation)
    return `\`${text.length > quoted ? `${text.slice(0, quoted)}…` : text}\` (line ${source.line(at)})`
  }

  #finite(value: number, { at }: Expression): number {
    if (Number.isFinite(value)) return value
    throw this.#context.source.error('equation-constant/infinite', at, { value })
  }

  #name({ name, primed, at }: Name): number {
    const { scope, parameters, memories, source } = this.#context
    if (memories.has(name)) throw source.error('equation-memory/vector', at, { name })
    return scope.get(primed ? `${name}'` : name)?.node ?? parameters.use(name, 'vector', at)
  }

  #binary(expression: Binary): number {
    const { operator, left, right, at } = expression
    if (operator === '^') return this.#power(expression)
    return this.#pair(operators[operator], left, right, at)
  }

  /** An elementwise operation on two expressions. */
  #pair(op: string, left: Expression, right: Expression, at: number): number {
    return this.#combine(op, [left, this.of(left)], [right, this.of(right)], at)
  }

  /** An elementwise operation on two nodes and the expressions that errors should show for them. */
  #combine(
    op: string,
    left: readonly [Expression, number],
    right: readonly [Expression, number],
    at: number,
  ): number {
    return this.agree(
      at,
      () => this.describe(left[0]),
      () => this.describe(right[0]),
      () => this.#context.builder.add(op, [left[1], right[1]]),
    )
  }

  #power({ left, right, at }: Binary): number {
    const exponent = constantValue(right, this.#context.constants)
    if (exponent !== undefined)
      return this.#context.builder.add('power', [this.of(left)], { exponent: this.#finite(exponent, right) })
    throw this.#context.source.error('equation-constant/exponent', at, {})
  }

  #product({ matrix, transposed, operand, at }: Product): number {
    const { builder, parameters, source } = this.#context
    const node = parameters.use(matrix, 'matrix', at)
    const vector = this.vector(operand, `the right side of ${matrix}`)
    const side = transposed ? 'column' : 'row'
    return this.agree(
      at,
      () => `a ${side} of \`${matrix}\` (line ${source.line(parameters.firstUse(matrix)!)})`,
      () => this.describe(operand),
      () => builder.add('product', [node, vector], transposed ? { transpose: true } : {}),
    )
  }

  #concat(parts: readonly Expression[]): number {
    const nodes = parts.map((part) => this.vector(part, 'a part of […]'))
    return nodes.length === 1 ? nodes[0]! : this.#context.builder.add('concat', nodes)
  }

  /** The node of an expression that must be a vector. */
  vector(expression: Expression, what: string): number {
    const node = this.of(expression)
    if (this.#context.builder.type(node).shape.length > 0) return node
    throw this.#context.source.error('equation-sizes/number', expression.at, {
      what,
      part: this.describe(expression),
    })
  }

  #call(call: Call): number {
    const alias = this.#context.syntax.functions.find(({ name }) => name === call.function)
    const name = alias?.function ?? call.function
    const [first, second] = call.arguments as readonly [Expression, ...Expression[]]
    switch (name) {
      case 'identity':
        return this.of(first)
      case 'norm':
        return this.#norm(call)
      case 'clip':
        return this.#clip(call)
      case 'block':
        return this.#block(call)
      case 'attend':
      case 'attend_additive':
        return this.#attention.of(call)
      default:
        if (second) return this.#pair(name, first, second, call.at)
        return this.#context.builder.add(name, [this.of(first)], functionAttributes[name])
    }
  }

  /** gain * (a - mean) / sqrt(variance + eps) + bias over the entries of a (Ba, Kiros and Hinton 2016). */
  #norm({ arguments: [value, gain, bias], at }: Call): number {
    const { builder, constants } = this.#context
    const vector = this.vector(value!, 'the first argument of norm')
    const centred = builder.add('sub', [vector, builder.add('mean', [vector])])
    const variance = builder.add('mean', [builder.add('mul', [centred, centred])])
    const deviation = builder.add('sqrt', [
      builder.add('add', [variance, builder.constant(constants.get('eps') ?? normEps)]),
    ])
    const normal = builder.add('div', [centred, deviation])
    const scaled = this.#combine('mul', [gain!, this.of(gain!)], [value!, normal], at)
    return this.#combine('add', [value!, scaled], [bias!, this.of(bias!)], at)
  }

  #clip({ arguments: [value, low, high] }: Call): number {
    const { constants, source, builder } = this.#context
    const [lo, hi] = [low!, high!].map((bound) => {
      const number = constantValue(bound, constants)
      if (number !== undefined) return this.#finite(number, bound)
      throw source.error('equation-constant/bounds', bound.at, {})
    })
    if (lo! > hi!) throw source.error('equation-constant/crossed', low!.at, { lower: lo!, upper: hi! })
    return builder.add('clip', [this.of(value!)], { lo, hi })
  }

  #block({ arguments: [value, which, parts], at }: Call): number {
    const { constants, source, builder } = this.#context
    const [index, count] = [which!, parts!].map((argument) => constantValue(argument, constants))
    const whole = Number.isSafeInteger(index) && Number.isSafeInteger(count)
    if (!whole || index! < 0 || index! >= count!) {
      throw source.error('equation-constant/block', at, {})
    }
    const attributes: Attributes = { index, count }
    return builder.add('block', [this.vector(value!, 'the first argument of block')], attributes)
  }
}
