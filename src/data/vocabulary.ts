import { SluiceError } from '../core/errors.ts'
import type { TokenDecoder, Tokenizer } from './tokens/tokenizer.ts'

/** The symbols a model knows, in the order of their code points; the token of a symbol is its place in that order. */
export class Vocabulary implements Tokenizer {
  readonly kind = 'characters'
  /** One string of one code point for each token. */
  readonly symbols: readonly string[]
  readonly #tokens: ReadonlyMap<number, number>

  private constructor(codePoints: readonly number[]) {
    this.symbols = codePoints.map((codePoint) => String.fromCodePoint(codePoint))
    this.#tokens = new Map(codePoints.map((codePoint, token) => [codePoint, token]))
  }

  /** The vocabulary of all characters (Unicode code points) of a text. */
  static of(text: string): Vocabulary {
    const found = new Set<number>()
    for (let at = 0; at < text.length; at += width(text, at)) found.add(text.codePointAt(at)!)
    return new Vocabulary([...found].sort((a, b) => a - b))
  }

  /** Reads what `toJSON` gives; anything else is an error. */
  static fromJSON(value: unknown): Vocabulary {
    const symbols = Array.isArray(value) ? value.map(onlyCodePoint) : []
    const sorted = symbols.every((codePoint, i) => codePoint > (symbols[i - 1] ?? -1))
    if (symbols.length > 0 && sorted) return new Vocabulary(symbols)
    throw new SluiceError('vocabulary-format')
  }

  /** Number of symbols, at least 1. */
  get size(): number {
    return this.symbols.length
  }

  /**
   * Tokens of a text.
   * @param where what the text is, for the error about a character that is not in the vocabulary
   */
  encode(text: string, where = 'the text'): Int32Array {
    const tokens = new Int32Array(text.length)
    let count = 0
    for (let at = 0; at < text.length; at += width(text, at)) {
      tokens[count++] = this.#tokens.get(text.codePointAt(at)!) ?? this.#unknown(text, at, count, where)
    }
    return tokens.slice(0, count)
  }

  #unknown(text: string, at: number, position: number, where: string): never {
    const lines = text.slice(0, at).split('\n')
    throw new SluiceError('unknown-character', {
      character: describe(text.codePointAt(at)!),
      position,
      line: lines.length > 1 ? lines.length : undefined,
      where,
      size: this.size,
    })
  }

  /** The text that tokens stand for. */
  decode(tokens: Iterable<number>): string {
    let text = ''
    for (const token of tokens) text += this.symbol(token)
    return text
  }

  /** The text of tokens that come one by one: the symbol of each. */
  decoder(): TokenDecoder {
    return { next: (token) => this.symbol(token), context: [] }
  }

  /** The symbol of one token. */
  symbol(token: number): string {
    const symbol = this.symbols[token]
    if (symbol !== undefined) return symbol
    throw new SluiceError('unknown-token', { token, size: this.size })
  }

  /** The token of a symbol, or undefined. */
  token(symbol: string): number | undefined {
    return this.#tokens.get(symbol.codePointAt(0) ?? -1)
  }

  /** Whether both have the same symbols. */
  equals(other: Tokenizer): boolean {
    const alike = other.kind === this.kind && other.size === this.size
    return alike && this.symbols.every((symbol, token) => symbol === other.symbols[token])
  }

  /** A list of symbols, which `fromJSON` reads. */
  toJSON(): readonly string[] {
    return this.symbols
  }
}

/** UTF-16 units of the character that starts at `at`. */
function width(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1
}

function onlyCodePoint(symbol: unknown): number {
  const codePoint = typeof symbol === 'string' ? symbol.codePointAt(0) : undefined
  return codePoint !== undefined && String.fromCodePoint(codePoint) === symbol ? codePoint : -1
}

/** A character and its number for messages: `The character "é" (U+00E9)`. */
export function describe(codePoint: number): string {
  const number = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
  const hidden = /[\p{Other}\p{Separator}]/u.test(String.fromCodePoint(codePoint))
  return hidden ? `The character ${number}` : `The character "${String.fromCodePoint(codePoint)}" (${number})`
}
