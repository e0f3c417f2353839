import { SluiceError } from '../../core/errors.ts'
import { wholeNumber } from '../check.ts'
import { completeLength, firstInvalidByte } from '../encoding.ts'
import { type Merge, learnMerges } from './learn-merges.ts'
import { bytePieces, keyOf, mergeAll } from './merging.ts'
import type { TokenDecoder, Tokenizer } from './tokenizer.ts'

/** Tokens that are one byte each. */
const bytes = 256

/** Merges that are learned unless it is said how many. */
const usualMerges = 1000

/** Pieces whose tokens are remembered. */
const mostRemembered = 50_000

/**
 * Byte-pair encoding (Sennrich, Haddow and Birch 2016) of the bytes of UTF-8: the most frequent pair of neighbours becomes
 * a token, again and again. Every text has tokens, and they give it back exactly. Without merges a token is a byte.
 */
export class BytePairs implements Tokenizer {
  /** Tokens 256, 257, … stand for these pairs of tokens before them. */
  readonly merges: readonly Merge[]
  readonly #bytes: readonly Uint8Array[]
  readonly #ranks: ReadonlyMap<number, number>
  readonly #known = new Map<string, readonly number[]>()
  #symbols: readonly string[] | undefined

  private constructor(merges: readonly Merge[]) {
    this.merges = merges
    this.#bytes = bytesOfTokens(merges)
    this.#ranks = new Map(merges.map((pair, index) => [keyOf(...pair), bytes + index]))
  }

  /**
   * Learns merges from a text; pairs that occur once are not merged. Of equally frequent pairs the one with the lower
   * tokens is first.
   * @param size most tokens, from 256: with that many there are no merges
   */
  static of(text: string, size = bytes + usualMerges): BytePairs {
    wholeNumber('the vocabulary size', size, bytes)
    return new BytePairs(learnMerges(text, size - bytes))
  }

  /** Reads what `toJSON` gives. @throws SluiceError `tokenizer-format` */
  static fromJSON(value: unknown): BytePairs {
    const merges = (value as { readonly merges?: unknown } | null)?.merges
    if (Array.isArray(merges) && merges.every(isMerge)) {
      const keys = new Set(merges.map((pair) => keyOf(...pair)))
      if (keys.size === merges.length) return new BytePairs(merges)
    }
    throw new SluiceError('tokenizer-format/merges')
  }

  get kind(): 'bytes' | 'byte-pairs' {
    return this.merges.length === 0 ? 'bytes' : 'byte-pairs'
  }

  get size(): number {
    return bytes + this.merges.length
  }

  /** Texts of the tokens; parts of a character and bytes that are no text as `\xE2`. */
  get symbols(): readonly string[] {
    return (this.#symbols ??= this.#bytes.map(shown))
  }

  encode(text: string): Int32Array {
    const tokens: number[] = []
    for (const piece of bytePieces(text)) for (const token of this.#tokensOf(piece)) tokens.push(token)
    return Int32Array.from(tokens)
  }

  /** Tokens of any bytes, which `decodeBytes` gives back: those that are no UTF-8 stay single. */
  encodeBytes(data: Uint8Array): Int32Array {
    const tokens: number[] = []
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    for (let rest = data; rest.length > 0;) {
      const invalid = firstInvalidByte(rest)
      const end = invalid < 0 ? rest.length : invalid
      for (const token of this.encode(decoder.decode(rest.subarray(0, end)))) tokens.push(token)
      if (invalid >= 0) tokens.push(rest[invalid]!)
      rest = rest.subarray(end + 1)
    }
    return Int32Array.from(tokens)
  }

  #tokensOf(piece: string): readonly number[] {
    const known = this.#known.get(piece)
    if (known) return known
    const tokens = mergeAll([...new TextEncoder().encode(piece)], this.#ranks)
    if (this.#known.size >= mostRemembered) this.#known.clear()
    this.#known.set(piece, tokens)
    return tokens
  }

  /** Bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: Iterable<number>): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.decodeBytes(tokens))
  }

  /** The bytes that tokens stand for. */
  decodeBytes(tokens: Iterable<number>): Uint8Array {
    return joined([...tokens].map((token) => this.#bytesOf(token)))
  }

  decoder(context: Iterable<number> = []): TokenDecoder {
    const text = new TextDecoder('utf-8', { ignoreBOM: true })
    let rest = new Uint8Array()
    let pending: number[] = []
    const next = (token: number): string => {
      const all = joined([rest, this.#bytesOf(token)])
      const whole = completeLength(all)
      rest = all.slice(whole)
      pending = rest.length === 0 ? [] : [...pending, token]
      return text.decode(all.subarray(0, whole))
    }
    for (const token of context) next(token)
    return {
      next,
      get context() {
        return pending
      },
    }
  }

  symbol(token: number): string {
    this.#bytesOf(token)
    return this.symbols[token]!
  }

  #bytesOf(token: number): Uint8Array {
    const found = this.#bytes[token]
    if (found) return found
    throw new SluiceError('unknown-token', { token, size: this.size })
  }

  token(symbol: string): number | undefined {
    const [token, ...more] = this.encode(symbol)
    return more.length === 0 ? token : undefined
  }

  equals(other: Tokenizer): boolean {
    if (!(other instanceof BytePairs) || other.size !== this.size) return false
    return this.merges.every(([left, right], index) => {
      const [otherLeft, otherRight] = other.merges[index]!
      return left === otherLeft && right === otherRight
    })
  }

  toJSON(): { readonly kind: 'byte-pairs'; readonly merges: readonly Merge[] } {
    return { kind: 'byte-pairs', merges: this.merges }
  }
}

function bytesOfTokens(merges: readonly Merge[]): readonly Uint8Array[] {
  const all = Array.from({ length: bytes }, (_unused, byte) => Uint8Array.of(byte))
  for (const [left, right] of merges) all.push(joined([all[left]!, all[right]!]))
  return all
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function isMerge(pair: unknown, index: number): pair is Merge {
  const isBefore = (token: unknown): boolean =>
    typeof token === 'number' && Number.isInteger(token) && token >= 0 && token < bytes + index
  return Array.isArray(pair) && pair.length === 2 && pair.every(isBefore)
}

function shown(data: Uint8Array): string {
  const escaped = (part: Uint8Array): string =>
    Array.from(part, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  return firstInvalidByte(data) < 0
    ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(data)
    : escaped(data)
}
