import { SluiceError } from '../../core/errors.ts'
import { Vocabulary } from '../vocabulary.ts'
import { BytePairs } from './byte-pairs.ts'
import type { TokenKind, Tokenizer } from './tokenizer.ts'
import { Words } from './words.ts'

export { BytePairs } from './byte-pairs.ts'
export type { TokenDecoder, TokenKind, Tokenizer } from './tokenizer.ts'
export { Words } from './words.ts'

/** Kinds of tokens, by name. */
export const tokenKinds: readonly TokenKind[] = ['characters', 'words', 'bytes', 'byte-pairs']

/** What the tokens of a text are called. */
export function unitOf({ kind }: Pick<Tokenizer, 'kind'>): string {
  return kind === 'characters' || kind === 'bytes' ? kind : 'tokens'
}

/**
 * Makes the tokens of a text.
 * @param size most tokens: of words 10,000 unless given, of pairs of bytes 1,256; characters and bytes take no size
 */
export function tokenizerOf(text: string, kind: TokenKind, size?: number): Tokenizer {
  if (size !== undefined && (kind === 'characters' || kind === 'bytes'))
    throw new SluiceError('option-value/no-size', { kind })
  const makers = {
    characters: () => Vocabulary.of(text),
    words: () => Words.of(text, size),
    bytes: () => BytePairs.of('', 256),
    'byte-pairs': () => BytePairs.of(text, size),
  }
  return makers[kind]()
}

/** Reads what `toJSON` of any tokenizer gives. @throws SluiceError `vocabulary-format` or `tokenizer-format` */
export function tokenizerFromJSON(value: unknown): Tokenizer {
  const { kind } = (value ?? {}) as { readonly kind?: unknown }
  if (kind === 'words') return Words.fromJSON(value)
  if (kind === 'byte-pairs') return BytePairs.fromJSON(value)
  return Vocabulary.fromJSON(value)
}
