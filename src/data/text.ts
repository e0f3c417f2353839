import { SluiceError } from '../core/errors.ts'
import { knownKeys, oneOf } from './check.ts'
import { sha256 } from './hash.ts'
import { type TokenKind, type Tokenizer, tokenKinds, tokenizerOf } from './tokens/index.ts'
import { describe } from './vocabulary.ts'

/** How a text is read. */
export interface TextOptions {
  /** Keep CR before LF; otherwise line ends become LF. */
  readonly keepCr?: boolean
  /** Tokens to read the text by, such as a model's; absent: those of the text itself, as `tokens` says. */
  readonly vocabulary?: Tokenizer
  /** What becomes a token, where no vocabulary is given. Default `characters`. */
  readonly tokens?: TokenKind
  /** Most tokens of a vocabulary that is made of this text: 10,000 for words, 1,256 for byte-pairs unless given. */
  readonly vocabularySize?: number
  /** What the text is, for messages. */
  readonly name?: string
}

/** What reading did to a text. */
export interface TextReport {
  /** Carriage returns that were dropped, one for each CRLF. */
  readonly carriageReturns: number
  /** Whether a byte-order mark was dropped. */
  readonly byteOrderMark: boolean
}

/** How a file must be read to give the same text again. */
export interface Reading {
  readonly keepCr: boolean
  readonly encoding?: string
}

/** A text as a stream of tokens: one for each Unicode code point unless it was read otherwise. */
export interface Text {
  readonly name: string
  readonly vocabulary: Tokenizer
  readonly tokens: Int32Array
  readonly report: TextReport
  readonly reading: Reading
}

/** Names of the options. */
export const textOptions = ['keepCr', 'vocabulary', 'tokens', 'vocabularySize', 'name']

/** Reads a string: line ends to LF, no byte-order mark, a vocabulary of its own. An empty one is an error. */
export function textFrom(source: string, options: TextOptions = {}): Text {
  knownKeys('text.from', options, textOptions)
  const { keepCr = false, name = 'the text' } = options
  const byteOrderMark = source.startsWith('\uFEFF')
  const marked = byteOrderMark ? source.slice(1) : source
  const clean = keepCr ? marked : marked.replaceAll('\r\n', '\n')
  if (clean.length === 0) throw new SluiceError('text-empty', { name })
  refuseLoneSurrogate(clean, name)
  const kind = oneOf('tokens', options.tokens ?? 'characters', tokenKinds)
  const vocabulary = options.vocabulary ?? tokenizerOf(clean, kind, options.vocabularySize)
  const report = { carriageReturns: marked.length - clean.length, byteOrderMark }
  return { name, vocabulary, tokens: vocabulary.encode(clean, name), report, reading: { keepCr } }
}

/** Half of a pair of UTF-16 units is no character and would not survive being written. */
function refuseLoneSurrogate(source: string, name: string): void {
  const index = source.search(/\p{Surrogate}/u)
  if (index < 0) return
  throw new SluiceError('text-surrogate', { character: describe(source.codePointAt(index)!), index, name })
}

/** SHA-256 in UTF-8 of the text as its tokens tell it: the same for any encoding and line ends of its file. */
export function textHash({ vocabulary, tokens }: Pick<Text, 'vocabulary' | 'tokens'>): Promise<string> {
  return sha256(new TextEncoder().encode(vocabulary.decode(tokens)))
}
