import type { MemoryPort } from '../../graph/index.ts'
import type { Call, Expression } from '../syntax.ts'
import type { Context, Values } from './values.ts'

/** A memory, or a matrix times each of its places. */
interface Places {
  readonly of: MemoryPort
  readonly node: number
}

/** Turns `attend` and `attend_additive` into nodes of the step graph. */
export class Attention {
  readonly #context: Context
  readonly #values: Pick<Values, 'agree' | 'describe' | 'vector'>
  #weights: number[] = []

  constructor(context: Context, values: Pick<Values, 'agree' | 'describe' | 'vector'>) {
    this.#context = context
    this.#values = values
  }

  /** The weights of each call since the last time. */
  takeWeights(): readonly number[] {
    const taken = this.#weights
    this.#weights = []
    return taken
  }

  /**
   * attend(q, K, V): the places of V, each times its weight, where weights are the softmax of q . k over the places of K
   * that count (Luong, Pham and Manning 2015). attend_additive(q, K, V, v): the same with v . tanh(q + k) (Bahdanau, Cho
   * and Bengio 2015).
   */
  of(call: Call): number {
    const { builder, source } = this.#context
    const [query, second, third, vector] = call.arguments as readonly [
      Expression,
      Expression,
      Expression,
      Expression?,
    ]
    const q = this.#values.vector(query, `the first argument of ${call.function}`)
    const [keys, values] = [this.#places(second, call), this.#places(third, call)]
    if (keys.of !== values.of)
      throw source.error('equation-memory/two', third.at, { keys: keys.of.name, values: values.of.name })
    const scores = this.#agree(query, second, call, () => {
      if (!vector) return builder.add('score', [q, keys.node])
      const v = this.#values.vector(vector, `the last argument of ${call.function}`)
      return builder.add('score_additive', [q, keys.node, v])
    })
    const weights = builder.add('attention_softmax', [scores, keys.of.mask])
    if (!this.#weights.includes(weights)) this.#weights.push(weights)
    return builder.add('mix', [weights, values.node])
  }

  #agree(query: Expression, keys: Expression, { at }: Call, step: () => number): number {
    const described = (part: Expression) => (): string => this.#values.describe(part)
    return this.#values.agree(at, described(query), described(keys), step)
  }

  #places(expression: Expression, call: Call): Places {
    const { builder, parameters, memories, source } = this.#context
    const inner = expression.kind === 'product' ? expression.operand : expression
    const of = inner.kind === 'name' && !inner.primed ? memories.of(inner.name) : undefined
    if (!of) throw source.error('equation-memory/argument', inner.at, { function: call.function })
    if (expression.kind !== 'product') return { of, node: of.values }
    const { matrix, transposed, at } = expression
    const parameter = parameters.use(matrix, 'matrix', at)
    const node = this.#values.agree(
      at,
      () =>
        `a ${transposed ? 'column' : 'row'} of \`${matrix}\` (line ${source.line(parameters.firstUse(matrix)!)})`,
      () => this.#values.describe(inner),
      () => builder.add('product', [parameter, of.values], transposed ? { transpose: true } : {}),
    )
    return { of, node }
  }
}
