import { invariant } from '../../core/errors.ts'
import type { Derivative, Derivatives } from './derivative.ts'

function overEntries(share: boolean): Derivative {
  return ({ build, inputs: [vector], dy }) => {
    const size = build.type(vector!).shape[0]!
    const each = share ? build.add('mul', [dy, build.constant(1 / size)]) : dy
    return [build.add('spread', [each], { size })]
  }
}

/** Products, sums, and what moves entries without changing them. */
export const structure: Derivatives = {
  product({ build, node, inputs: [matrix, vector], dy, wanted }) {
    const { transpose } = node.attributes
    invariant(node.type.shape.length === 1, 'products with memories are made outside steps')
    return [
      wanted(0) ? build.add('outer', transpose ? [vector!, dy] : [dy, vector!]) : undefined,
      wanted(1) ? build.add('product', [matrix!, dy], transpose ? {} : { transpose: true }) : undefined,
    ]
  },
  sum: overEntries(false),
  mean: overEntries(true),
  spread: ({ dy }) => [dy],
  concat({ build, inputs, dy }) {
    let offset = 0
    return inputs.map((input) => {
      const size = build.type(input).shape[0]!
      offset += size
      return build.add('slice', [dy], { offset: offset - size, size })
    })
  },
  slice({ build, node, inputs: [value], dy }) {
    return [build.add('place', [dy], { offset: node.attributes.offset, size: build.type(value!).shape[0]! })]
  },
  place({ build, node, inputs: [value], dy }) {
    return [build.add('slice', [dy], { offset: node.attributes.offset, size: build.type(value!).shape[0]! })]
  },
}
