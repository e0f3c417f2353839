/** How a text becomes tokens: one a character, words with their spacing, bytes, or pairs of bytes merged. */
export type TokenKind = 'characters' | 'words' | 'bytes' | 'byte-pairs'

/** Turns text into tokens, which are numbers from 0, and back. */
export interface Tokenizer {
  readonly kind: TokenKind
  /** Number of tokens, at least 1. */
  readonly size: number
  /** What each token stands for, to show it. */
  readonly symbols: readonly string[]
  /**
   * Tokens of a text.
   * @param where what the text is, for errors
   */
  encode(text: string, where?: string): Int32Array
  /** The text that tokens stand for. @throws SluiceError `unknown-token` */
  decode(tokens: Iterable<number>): string
  /** Gives text piece by piece as tokens come, after the tokens of `context`, whose text was given already. */
  decoder(context?: Iterable<number>): TokenDecoder
  /** What one token stands for, to show it. @throws SluiceError `unknown-token` */
  symbol(token: number): string
  /** The token of a symbol, or undefined. */
  token(symbol: string): number | undefined
  /** Whether both read and write alike. */
  equals(other: Tokenizer): boolean
  /** Plain JSON, which `tokenizerFromJSON` reads. */
  toJSON(): unknown
}

/** The text of tokens that come one by one. */
export interface TokenDecoder {
  /** The text that this token adds; empty where a character is not whole yet. */
  next(token: number): string
  /** The fewest tokens after which a new decoder goes on as this one does. */
  readonly context: readonly number[]
}
