import { SluiceError } from '../../core/errors.ts'
import { wholeNumber } from '../check.ts'
import { compareCodePoints } from './order.ts'
import { isOnePiece, isSpace, separator, wordPieces } from './spacing.ts'
import type { TokenDecoder, Tokenizer } from './tokenizer.ts'

/** Symbols of the tokens that stand for no piece of text: any unknown word, and "no space here". */
const marks = ['<unknown>', '<joined>'] as const
const unknown = 0
const joined = 1

/** Tokens of a vocabulary of words unless it is said how many. */
const usualSize = 10_000

/**
 * Words, punctuation and white space as tokens. Between two words, after a comma and so on stands one space that needs no
 * token (`separator` has the rule). Where a text differs the tokens say so: with white space, or with the mark `<joined>`
 * for no space. So a text of known words is restored exactly. Case is kept; a word outside the vocabulary is `<unknown>`.
 */
export class Words implements Tokenizer {
  readonly kind = 'words'
  readonly symbols: readonly string[]
  readonly #tokens: ReadonlyMap<string, number>

  private constructor(pieces: readonly string[]) {
    this.symbols = [...marks, ...pieces]
    this.#tokens = new Map(this.symbols.map((symbol, token) => [symbol, token]))
  }

  /**
   * The most frequent words of a text, in the order of their number, then of their code points. Single characters of white
   * space, and space and line end in any case, have tokens whatever their number.
   * @param size most tokens, with the two marks
   */
  static of(text: string, size = usualSize): Words {
    wholeNumber('the vocabulary size', size, marks.length + 1)
    const counts = new Map<string, number>()
    for (const piece of wordPieces(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
    for (const space of [' ', '\n', ...(text.match(/\s/gu) ?? [])]) counts.set(space, Infinity)
    const order = [...counts].sort(([a, m], [b, n]) => (m === n ? compareCodePoints(a, b) : n - m))
    return new Words(order.slice(0, size - marks.length).map(([piece]) => piece))
  }

  /** Reads what `toJSON` gives. @throws SluiceError `tokenizer-format` */
  static fromJSON(value: unknown): Words {
    const words = (value as { readonly words?: unknown } | null)?.words
    const isPiece = (word: unknown): boolean => typeof word === 'string' && isOnePiece(word)
    if (Array.isArray(words) && words.every(isPiece) && new Set(words).size === words.length)
      return new Words(words as string[])
    throw new SluiceError('tokenizer-format/words')
  }

  get size(): number {
    return this.symbols.length
  }

  encode(text: string): Int32Array {
    const tokens: number[] = []
    let before = ''
    let space = ''
    for (const piece of wordPieces(text)) {
      if (isSpace(piece)) {
        space += piece
        continue
      }
      const token = this.#tokens.get(piece) ?? unknown
      const symbol = this.symbols[token]!
      this.#encodeSpace(space, separator(before, symbol), tokens)
      tokens.push(token)
      before = symbol
      space = ''
    }
    this.#encodeSpace(space, '', tokens)
    return Int32Array.from(tokens)
  }

  /** White space that differs from what stands there without being said. */
  #encodeSpace(space: string, expected: string, tokens: number[]): void {
    if (space === expected) return
    if (space === '') tokens.push(joined)
    for (const run of wordPieces(space)) {
      const token = this.#tokens.get(run)
      if (token !== undefined) tokens.push(token)
      else for (const one of run) tokens.push(this.#tokens.get(one) ?? unknown)
    }
  }

  decode(tokens: Iterable<number>): string {
    const decoder = this.decoder()
    let text = ''
    for (const token of tokens) text += decoder.next(token)
    return text
  }

  decoder(context: Iterable<number> = []): TokenDecoder {
    let last = [...context].at(-1)
    const before = (): string => (last === undefined || last === joined ? '' : this.symbol(last))
    return {
      next: (token) => {
        const symbol = this.symbol(token)
        const space = token === joined ? '' : separator(before(), symbol)
        last = token
        return token === joined ? '' : space + symbol
      },
      get context() {
        return last === undefined ? [] : [last]
      },
    }
  }

  symbol(token: number): string {
    const symbol = this.symbols[token]
    if (symbol !== undefined) return symbol
    throw new SluiceError('unknown-token', { token, size: this.size })
  }

  token(symbol: string): number | undefined {
    return this.#tokens.get(symbol)
  }

  equals(other: Tokenizer): boolean {
    const alike = other.kind === this.kind && other.size === this.size
    return alike && this.symbols.every((symbol, token) => symbol === other.symbols[token])
  }

  toJSON(): { readonly kind: 'words'; readonly words: readonly string[] } {
    return { kind: this.kind, words: this.symbols.slice(marks.length) }
  }
}
