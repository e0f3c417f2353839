/** An activation function of ONNX: defaults of the numbers it takes (alpha, then beta), and its text in the language. */
interface Activation {
  readonly defaults: readonly number[]
  text(value: string, alpha: number, beta: number): string
}

const plain = (name: string): Activation => ({ defaults: [], text: (value) => `${name}(${value})` })

/** By their names in lower case. ThresholdedRelu jumps, and the language has no function that does. */
const activations: ReadonlyMap<string, Activation> = new Map(
  Object.entries({
    sigmoid: plain('sigmoid'),
    tanh: plain('tanh'),
    relu: plain('relu'),
    softsign: plain('softsign'),
    softplus: plain('softplus'),
    affine: { defaults: [1, 0], text: (a, alpha, beta) => `(${alpha} * (${a}) + ${beta})` },
    leakyrelu: { defaults: [0.01], text: (a, alpha) => `(max(${a}, 0) + ${alpha} * min(${a}, 0))` },
    elu: { defaults: [1], text: (a, alpha) => `(max(${a}, 0) + ${alpha} * (exp(min(${a}, 0)) - 1))` },
    scaledtanh: { defaults: [1, 1], text: (a, alpha, beta) => `(${alpha} * tanh(${beta} * (${a})))` },
    hardsigmoid: {
      defaults: [0.2, 0.5],
      text: (a, alpha, beta) => `clip(${alpha} * (${a}) + ${beta}, 0, 1)`,
    },
  }),
)

/** The text of an activation function applied to the text of a value. */
export type Apply = (value: string) => string

/**
 * The activation functions of a node; undefined if the language lacks one. Only the functions that take an alpha or a
 * beta use up the next one of the lists.
 */
export function applied(
  names: readonly string[],
  alphas: readonly number[],
  betas: readonly number[],
): readonly Apply[] | undefined {
  const found = names.map((name) => activations.get(name.toLowerCase()))
  if (!found.every((activation) => activation !== undefined)) return undefined
  const [nextAlpha, nextBeta] = [alphas.values(), betas.values()]
  return found.map(({ defaults: [alpha, beta], text }) => {
    const a = alpha === undefined ? 0 : (nextAlpha.next().value ?? alpha)
    const b = beta === undefined ? 0 : (nextBeta.next().value ?? beta)
    return (value) => text(value, a, b)
  })
}
