import { type Encoding, addEncoder, embeddingName, encodedWidth } from './encoder.ts'
import type { Width } from './parts.ts'
import type { SequenceInput, SequenceOutput } from './sequence-config.ts'
import type { WindowWriter } from './window-writer.ts'

/** How wide what a sequence model reads is. */
export function inputWidth(input: SequenceInput): Width {
  if ('vectors' in input) return { size: input.vectors, isOneHot: false }
  return encodedWidth({ symbols: input.tokens, embedding: input.embedding ?? 0 })
}

/** Writes what a sequence model reads into a window: the input `x`, or `tokens` encoded. */
export function addInput(window: WindowWriter, input: SequenceInput, training: boolean): number {
  if ('vectors' in input) return window.input('x', 'step', [input.vectors])
  const { tokens: symbols, embedding = 0, embeddingDropout = 0 } = input
  const encoding = { symbols, embedding, embeddingDropout }
  return addEncoder(window, window.input('tokens', 'step'), encoding, training, embeddingName)
}

/** What was written is read as tokens; one more stands before the first and behind the last. */
export function previousEncoding(output: SequenceOutput): Encoding {
  const { classes = 0, embedding = 0 } = 'classes' in output ? output : {}
  return { symbols: classes + 1, embedding, embeddingDropout: 0 }
}
