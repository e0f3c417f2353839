import { dropoutKey, keeps } from '../../core/dropout.ts'
import { zeros } from '../value.ts'
import type { Meanings } from './meaning.ts'

/** Tokens, dropout, and results of operations that have several. */
export const window: Meanings = {
  onehot([tokens], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const classes = node.attributes.classes as number
    tokens!.data.forEach((token, row) => {
      if (token >= 0 && token < classes) result.data[row * classes + token] = 1
    })
    return result
  },

  gather([matrix, tokens], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const size = node.type.shape[0]!
    tokens!.data.forEach((token, row) => {
      result.data.set(matrix!.data.subarray(token * size, (token + 1) * size), row * size)
    })
    return result
  },

  scatter([value, tokens], { node, steps, rows }) {
    const result = zeros(node.type, steps, rows)
    const size = node.type.shape[1]!
    tokens!.data.forEach((token, row) => {
      for (let i = 0; i < size; i++) result.data[token * size + i]! += value!.data[row * size + i]!
    })
    return result
  },

  dropout([value], context) {
    const { node, steps, rows, seed, update } = context
    const { rate, stream, offset = 0 } = node.attributes as { rate: number; stream: number; offset?: number }
    const result = zeros(node.type, steps, rows)
    const size = node.type.shape[0]!
    const key = dropoutKey(seed, update, stream)
    result.data.forEach((_zero, i) => {
      const kept = keeps(key, Math.floor(i / size), offset + (i % size), rate)
      result.data[i] = kept ? value!.data[i]! / (1 - rate) : 0
    })
    return result
  },

  pick: ([value]) => value!,
}
