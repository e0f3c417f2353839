import type { MessageKey, MessageValues } from '../../core/errors.ts'
import type { Source } from '../source.ts'
import type { Statement } from './statements.ts'
import type { Token } from './tokens.ts'

/** Deepest nesting of brackets and signs, and most operations and parts of lists, of one statement. */
const deepest = 100
const most = 1000

/** Messages that end in what was found. */
type Expected = Extract<MessageKey, `equation-syntax/expected-${string}`>

/** Reads the tokens of a statement one by one. */
export class Cursor {
  readonly #source: Source
  readonly #tokens: Statement
  #index = 0
  #depth = 0
  #operations = 0

  constructor(source: Source, tokens: Statement) {
    this.#source = source
    this.#tokens = tokens
  }

  /** The token to read next, or one further on. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)]!
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#index++
    return token
  }

  /** Whether a symbol stands next, or further on. */
  sees(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'symbol' && token.text === symbol
  }

  /** Reads a symbol if it stands next. */
  take(symbol: string): Token | undefined {
    return this.sees(symbol) ? this.next() : undefined
  }

  /** Reads a symbol that must stand next; `values` are those of the error beside what was found. */
  expect<Key extends Expected>(symbol: string, key: Key, values: Omit<MessageValues<Key>, 'found'>): Token {
    return this.take(symbol) ?? this.expected(key, values)
  }

  /** Reads a name that must stand next. */
  expectName<Key extends Expected>(key: Key, values: Omit<MessageValues<Key>, 'found'>): Token {
    return this.peek().kind === 'name' ? this.next() : this.expected(key, values)
  }

  /** Reads what stands inside brackets or after a sign, within the limit of nesting. */
  nested<T>(read: () => T): T {
    if (++this.#depth > deepest) this.fail('equation-too-large/depth', { most: deepest })
    const result = read()
    this.#depth--
    return result
  }

  /** Counts an operation of the statement. */
  count(): void {
    if (++this.#operations > most) this.fail('equation-too-large/operations', { most })
  }

  /** Refuses what stands next, where something else was expected. */
  expected<Key extends Expected>(key: Key, values: Omit<MessageValues<Key>, 'found'>): never {
    const found = tokenText(this.peek())
    return this.fail(key, { ...values, found })
  }

  fail<Key extends MessageKey>(key: Key, values: MessageValues<Key>, at = this.peek().at): never {
    throw this.#source.error(key, at, values)
  }
}

/** How an error names a token. */
export function tokenText({ kind, text }: Token): string {
  return kind === 'end' ? 'the end of the line' : `"${text}"`
}
