import type { Derivative, Derivatives } from './derivative.ts'

/** Gradient 1 for the larger, 1/2 for each at a tie (as PyTorch's maximum). */
function selectLarger(sign: 1 | -1): Derivative {
  return ({ build, inputs: [a, b], dy }) => {
    const [first, second] = sign === 1 ? [a!, b!] : [b!, a!]
    const share = build.add('prefer', [first, second])
    return [
      build.add('mul', [dy, share]),
      build.add('mul', [dy, build.add('sub', [build.constant(1), share])]),
    ]
  }
}

/** Sums and products. The comparisons that derivatives need have derivative zero. */
export const arithmetic: Derivatives = {
  add: ({ dy }) => [dy, dy],
  sub: ({ build, dy }) => [dy, build.add('neg', [dy])],
  mul: ({ build, inputs: [a, b], dy }) => [build.add('mul', [dy, b!]), build.add('mul', [dy, a!])],
  div({ build, inputs: [, b], y, dy }) {
    const da = build.add('div', [dy, b!])
    return [da, build.add('neg', [build.add('mul', [da, y])])]
  },
  neg: ({ build, dy }) => [build.add('neg', [dy])],
  power({ build, inputs: [a], node, dy }) {
    const exponent = node.attributes.exponent as number
    if (exponent === 0) return [undefined]
    const lower = exponent === 2 ? a! : build.add('power', [a!], { exponent: exponent - 1 })
    return [build.add('mul', [dy, build.add('mul', [build.constant(exponent), lower])])]
  },
  max: selectLarger(1),
  min: selectLarger(-1),
  positive: () => [undefined],
  sign: () => [undefined],
  inside: () => [undefined],
  prefer: () => [undefined, undefined],
}
