import type { Source } from '../source.ts'
import type { Statement } from './statements.ts'
import type { Token } from './tokens.ts'

/** Deepest nesting of brackets and signs, and most operations and parts of lists, of one statement. */
const deepest = 100
const most = 1000

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

  /** Reads a symbol that must stand next; `why` ends the error: "expected "=" after the name". */
  expect(symbol: string, why: string): Token {
    return this.take(symbol) ?? this.fail(`expected "${symbol}" ${why}, but found ${tokenText(this.peek())}`)
  }

  /** Reads a name that must stand next; `what` says what it names. */
  expectName(what: string): Token {
    return this.peek().kind === 'name'
      ? this.next()
      : this.fail(`expected ${what}, but found ${tokenText(this.peek())}`)
  }

  /** Reads what stands inside brackets or after a sign, within the limit of nesting. */
  nested<T>(read: () => T): T {
    if (++this.#depth > deepest)
      this.fail(`more than ${deepest} brackets inside each other`, 'equation-too-large')
    const result = read()
    this.#depth--
    return result
  }

  /** Counts an operation of the statement. */
  count(): void {
    if (++this.#operations > most)
      this.fail(`an equation has at most ${most} operations and parts of lists`, 'equation-too-large')
  }

  fail(message: string, code = 'equation-syntax', at = this.peek().at): never {
    throw this.#source.error(code, at, message)
  }
}

/** How an error names a token. */
export function tokenText({ kind, text }: Token): string {
  return kind === 'end' ? 'the end of the line' : `"${text}"`
}

/** What to do about what stands above a name and is no exponent. */
export const noLayers = 'If it counts layers, leave it out: a cell is one layer, and a model stacks them'
