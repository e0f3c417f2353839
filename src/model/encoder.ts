import type { Width } from './parts.ts'
import { dropStream } from './streams.ts'
import type { WindowWriter } from './window-writer.ts'

/** What tokens become: one-hot vectors, or rows of an embedding, some of the words dropped. */
export interface Encoding {
  readonly symbols: number
  /** Units of the embedding; 0 for one-hot vectors. */
  readonly embedding: number
  /** Share of the words whose vectors are dropped. */
  readonly embeddingDropout: number
}

/** The parameter that holds an embedding, `[symbols, units]`. */
export const embeddingName = 'embedding.E'

/** The same of what a model wrote before, where it reads that beside something else. */
export const previousName = 'previous.E'

/** The width of what an encoder gives. */
export function encodedWidth({ symbols, embedding }: Pick<Encoding, 'symbols' | 'embedding'>): Width {
  return embedding > 0 ? { size: embedding, isOneHot: false } : { size: symbols, isOneHot: true }
}

/**
 * Writes an encoder of tokens into a window; gives a sequence of vectors.
 * @param name of the embedding
 */
export function addEncoder(
  window: WindowWriter,
  tokens: number,
  encoding: Encoding,
  training: boolean,
  name = embeddingName,
): number {
  const { symbols, embedding, embeddingDropout: rate } = encoding
  if (embedding === 0) return window.build.add('onehot', [tokens], { classes: symbols })
  const table = window.parameter(name, [symbols, embedding])
  const vectors = window.build.add('gather', [table, tokens])
  const stream = dropStream('words', 0)
  return rate > 0 && training
    ? window.build.add('word_dropout', [vectors, tokens], { rate, stream })
    : vectors
}
