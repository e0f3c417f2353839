import type { Derivatives } from './derivative.ts'

/** The operations of a step that attends to a memory. */
export const attention: Derivatives = {
  score: ({ build, inputs: [query, keys], dy, wanted }) => [
    wanted(0) ? build.add('mix', [dy, keys!]) : undefined,
    wanted(1) ? build.add('row_outer', [dy, query!]) : undefined,
  ],
  mix: ({ build, inputs: [weights, memory], dy, wanted }) => [
    wanted(0) ? build.add('score', [dy, memory!]) : undefined,
    wanted(1) ? build.add('row_outer', [weights!, dy]) : undefined,
  ],
  attention_softmax: ({ build, y, dy }) => [build.add('attention_softmax_gradient', [y, dy]), undefined],
  score_additive({ build, inputs, dy, wanted }) {
    const part = (index: number, of: string): number | undefined =>
      wanted(index) ? build.add(`score_additive_${of}`, [...inputs, dy]) : undefined
    return [part(0, 'query'), part(1, 'keys'), part(2, 'vector')]
  },
}
