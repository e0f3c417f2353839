import { accentCommands, ignored, lineEnd, matrixEdge, signCommands } from './latex.ts'
import { greekByName, onTheLine, superscripts } from './letters.ts'
import { functions } from '../functions.ts'
import { nearest } from '../nearest.ts'
import type { Source } from '../source.ts'
import { type Word, WordReader, timeOf, whole } from './words.ts'

/** A piece of the text. `symbol` tokens hold their canonical sign; `end` and `newline` hold no text. */
export interface Token {
  readonly kind: 'name' | 'number' | 'symbol' | 'newline' | 'end'
  readonly text: string
  readonly at: number
  /** The step of a name with a time index: 0 for `t`, -1 for `t-1`. */
  readonly time?: number
  /** How a name is written, as long as it may stand for several. */
  readonly word?: Word
}

/** Longest text that is read, in UTF-16 units. */
const longest = 262_144

const blank = new RegExp(`(?:[^\\S\\n]|[#%][^\\n]*|${ignored})+`, 'uy')
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/uy
const fullStop = /\.(?=[\s$&]*(?:[\n#%]|\\\\|\\end|\\\]|$))/uy
const defines = /:=/uy
const setBracket = /\\[{}]/uy
const commands = /\\[a-zA-Z]*/uy
const raised = new RegExp(`[${superscripts}]+`, 'uy')

/** Commands that a mistyped one may mean. */
const knownCommands = [signCommands, accentCommands, functions, greekByName].flatMap((map) =>
  Array.from(map.keys(), (name) => `\\${name}`),
)

/** Signs of the language, and others that mean the same. */
const signs: ReadonlyMap<string, string> = new Map([
  ...[..."()[]{},;=:+-*/^@'·ᵀ"].map((sign): [string, string] => [sign, sign]),
  ['≔', '='],
  ['←', '='],
  ['−', '-'],
  ['⊙', '*'],
  ['∘', '*'],
  ['∗', '*'],
  ['×', '·'],
  ['⋅', '·'],
  ['∙', '·'],
  ['′', "'"],
  ['’', "'"],
  ['⊤', 'ᵀ'],
])

/** The tokens of a text; the last one is `end`. */
export function tokenize(source: Source): readonly Token[] {
  if (source.text.length > longest) {
    throw source.error('equation-too-large/cell', longest, { most: longest })
  }
  return new Tokenizer(source).all()
}

class Tokenizer {
  readonly #source: Source
  readonly #text: string
  readonly #tokens: Token[] = []
  #at = 0
  /** Matrices that are open: their `&` and `\\` part what they hold. */
  #matrices = 0

  constructor(source: Source) {
    this.#source = source
    this.#text = source.text
  }

  all(): readonly Token[] {
    while (this.#at < this.#text.length) {
      if (this.#match(blank) === undefined && this.#match(fullStop) === undefined) this.#token()
    }
    this.#push('end', '', this.#at)
    return this.#tokens
  }

  #token(): void {
    const at = this.#at
    if (this.#line() || this.#matrix() || this.#word()) return
    const digits = this.#match(number)
    if (digits !== undefined) return this.#push('number', digits, at)
    const above = this.#match(raised)
    if (above !== undefined) return this.#exponent(onTheLine(above), at)
    if (this.#match(defines) !== undefined) return this.#push('symbol', '=', at)
    const bracket = this.#match(setBracket)
    if (bracket !== undefined) return this.#push('symbol', bracket === '\\{' ? '(' : ')', at)
    const command = this.#match(commands)
    const sign = command === undefined ? signs.get(this.#text[at]!) : signCommands.get(command.slice(1))
    if (sign === undefined) throw this.#unexpected(command, at)
    if (command === undefined) this.#at++
    this.#push('symbol', sign, at)
  }

  #line(): boolean {
    const at = this.#at
    if (this.#text[at] === '&') return this.#column()
    const wraps = this.#text[at] === '\n'
    if (wraps) this.#at++
    else if (this.#match(lineEnd) === undefined) return false
    if (this.#matrices > 0 && !wraps) this.#push('symbol', ';', at)
    else if (this.#tokens.at(-1)?.kind !== 'newline') this.#push('newline', '', at)
    return true
  }

  #column(): boolean {
    if (this.#matrices > 0) this.#push('symbol', ',', this.#at)
    this.#at++
    return true
  }

  #matrix(): boolean {
    const at = this.#at
    const edge = this.#match(matrixEdge)
    if (edge === undefined) return false
    const begins = edge.startsWith('\\begin')
    if (begins) this.#matrices++
    else this.#endMatrix()
    this.#push('symbol', begins ? '[' : ']', at)
    return true
  }

  /** Nothing stands behind the last `\\` of a matrix. */
  #endMatrix(): void {
    this.#matrices = Math.max(0, this.#matrices - 1)
    if (this.#tokens.at(-1)?.kind === 'newline') this.#tokens.pop()
    if (this.#tokens.at(-1)?.text === ';') this.#tokens.pop()
  }

  #word(): boolean {
    const at = this.#at
    const reader = new WordReader(this.#source, at)
    const word = reader.read()
    if (!word) return false
    this.#at = reader.end
    this.#tokens.push(nameToken(word, at))
    return true
  }

  /** `x²` is x^2. */
  #exponent(digits: string, at: number): void {
    this.#push('symbol', '^', at)
    if (digits.startsWith('-')) this.#push('symbol', '-', at)
    const value = digits.replace('-', '')
    if (!/^\d+$/u.test(value)) throw this.#source.error('equation-syntax/exponent', at, {})
    this.#push('number', value, at)
  }

  #push(kind: Token['kind'], text: string, at: number): void {
    this.#tokens.push({ kind, text, at })
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #unexpected(command: string | undefined, at: number): Error {
    if (command !== undefined && command.length > 1) {
      const close = nearest(command, knownCommands)
      return this.#source.error('equation-syntax/command', at, { command, nearest: close })
    }
    const sign = String.fromCodePoint(this.#text.codePointAt(at)!)
    const above = /\^\s*(?:\{[^{}]*\}|\S)\s*$/u.exec(this.#text.slice(Math.max(0, at - 50), at))
    if (sign === '_' && above) return this.#source.error('equation-layer/subscript', at, {})
    if (sign !== '_') return this.#source.error('equation-syntax/character', at, { character: sign })
    const key =
      this.#text[at + 1] === '(' ? 'equation-syntax/long-subscript' : 'equation-syntax/loose-subscript'
    return this.#source.error(key, at, {})
  }
}

/** A word as one name, with its time if it has one. */
export function nameToken(word: Word, at: number): Token {
  const parts = word.map(whole)
  const time = parts.length > 1 ? timeOf(parts.at(-1)!) : undefined
  if (time === undefined) return { kind: 'name', text: parts.join('_'), at, word }
  return { kind: 'name', text: parts.slice(0, -1).join('_'), at, time, word }
}
