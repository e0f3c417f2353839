import type { MessageKey, MessageValues } from '../../core/errors.ts'
import { functionName, isFunction } from '../functions.ts'
import { accentCommands, otherNames, styleCommands } from './latex.ts'
import { greekByName, marks, onTheLine, spelledName, subscripts } from './letters.ts'
import type { Source } from '../source.ts'

/** A letter of a word, or several that can only be read together. */
export interface Letter {
  readonly text: string
  readonly at: number
}

/** The head of a word, or one of its subscripts. Several letters may stand for several names: `Ux_t` is U and x. */
export type Piece = readonly Letter[]

/** A head and its subscripts as they stand in the text; the last subscript may be a time. */
export type Word = readonly Piece[]

const letter = '[\\p{Lu}\\p{Ll}\\p{Lo}]'
const letters = new RegExp(`${letter}(?:${letter}|\\p{Nd})*[${marks}]?`, 'uy')
const sign = new RegExp(`.[${marks}]?`, 'gsu')
const run = new RegExp(`(?:${letter}|\\p{Nd})+`, 'uy')
const raisedRun = new RegExp(`[${subscripts}]+`, 'uy')
const literal = new RegExp(`${letter}(?:${letter}|\\p{Nd}|\\\\_)*(?=\\s*\\})`, 'uy')
const segment = new RegExp(`^(?:${letter}|\\p{Nd})+$`, 'u')
const closingBrace = /\}/uy
const separator = /[,_]/uy
const gap = /[^\S\n]+|\\[,;:!]/uy
const shift = /t\s*[-−–+]\s*\d+/uy
const command = /\\[a-zA-Z]+/uy
const blanks = /[^\S\n]*/uy
const switches = /\s*\\(?:bf|rm|it|sf)(?![a-zA-Z])\s*/uy
const time = /^t(?:[-+]\d+)?$/u

/** Longest name with its subscripts, in letters. */
const longest = 100

/** Most accents, styles and braces of a name. */
const deepest = 20

/** Longest text between the braces of a name. */
const widest = 300

/** The step that a subscript means: 0 for `t`, -1 for `t-1`; undefined for others. */
export function timeOf(subscript: string): number | undefined {
  return time.test(subscript) ? Number(subscript.slice(1)) : undefined
}

/** Reads a name with its subscripts, in letters or LaTeX: `W_f`, `h_{t-1}`, `hₜ₋₁`, `\tilde{C}_t`, `\mathbf{W}_{xh}`. */
export class WordReader {
  readonly #source: Source
  readonly #text: string
  readonly #start: number
  #at: number
  #depth = 0

  constructor(source: Source, at: number) {
    this.#source = source
    this.#text = source.text
    this.#start = at
    this.#at = at
  }

  /** Where the word ends. */
  get end(): number {
    return this.#at
  }

  /** The word that begins here, if one does. */
  read(): Word | undefined {
    const word = this.#word()
    if (!word) return undefined
    if (word.flat().reduce((length, { text }) => length + text.length, 0) > longest) {
      throw this.#source.error('equation-too-large/name', this.#start, { most: longest })
    }
    this.#times(word)
    return word
  }

  #word(): Word | undefined {
    const head = this.#head()
    if (!head) return undefined
    const word = [...head]
    for (let more = this.#subscripts(); more; more = this.#subscripts()) word.push(...more)
    return word
  }

  #head(): Word | undefined {
    const at = this.#at
    const text = this.#match(letters)
    if (text !== undefined) return [pieceOf(text, at)]
    if (this.#text[at] === '{') return this.#isNameGroup() ? this.#group() : undefined
    return this.#command()
  }

  #command(): Word | undefined {
    const at = this.#at
    const word = this.#match(command)
    if (word === undefined) return undefined
    const name = word.slice(1)
    const known = otherNames.get(name) ?? name
    if (greekByName.has(known) || isFunction(functionName(known))) return [[{ text: known, at }]]
    const accent = accentCommands.get(name)
    if (accent === undefined && !styleCommands.has(name)) {
      this.#at = at
      return undefined
    }
    if (this.#text[this.#at] === '*') this.#at++
    const [head, ...rest] = this.#argument(word)
    return accent === undefined ? [head!, ...rest] : [[{ text: `${whole(head!)}_${accent}`, at }], ...rest]
  }

  #argument(word: string): Word {
    this.#match(blanks)
    if (this.#text[this.#at] === '{') return this.#group()
    const at = this.#at
    this.#deeper()
    const first = this.#match(letters)?.match(sign)![0]
    if (first === undefined)
      return this.#command() ?? this.#fail('equation-syntax/argument', { command: word })
    this.#at = at + first.length
    return [pieceOf(first, at)]
  }

  /** `{C}`, `{LTM}`, `{h_{t-1}}`: letters in braces belong together. */
  #group(): Word {
    this.#deeper()
    const open = this.#at++
    this.#match(switches)
    this.#match(blanks)
    const at = this.#at
    const text = this.#match(literal)
    const word =
      text === undefined ? this.#word() : [[{ text: spelledName(text.replaceAll('\\_', '_')), at }]]
    this.#match(blanks)
    if (!word || this.#text[this.#at] !== '}') this.#fail('equation-syntax/braces', {}, open)
    this.#at++
    return word
  }

  /** Whether braces that open here hold a name with a subscript behind them: `{LTM}_t`. */
  #isNameGroup(): boolean {
    if (!/^\{\s*[\p{L}\\{]/u.test(this.#text.slice(this.#at, this.#at + 20))) return false
    const end = this.#closing(this.#at)
    return end !== undefined && /^\}[^\S\n]*_/u.test(this.#text.slice(end, end + 20))
  }

  /** Where the brace that opens at a place closes, in the same line. */
  #closing(open: number): number | undefined {
    let depth = 0
    const stop = Math.min(this.#text.length, open + widest)
    for (let at = open; at < stop && this.#text[at] !== '\n'; at++) {
      if (this.#text[at] === '{') depth++
      if (this.#text[at] === '}' && --depth === 0) return at
    }
    return undefined
  }

  #subscripts(): Word | undefined {
    const at = this.#at
    const raised = this.#match(raisedRun)
    if (raised !== undefined) return [[{ text: this.#checked(onTheLine(raised)), at }]]
    if (this.#match(/[^\S\n]*_[^\S\n]*(?=\{)/uy) !== undefined) return this.#braced()
    if (this.#text[at] !== '_') return undefined
    this.#at++
    const text = this.#match(run)
    if (text === 't') this.#refuseOpenTime()
    if (text !== undefined) return [pieceOf(text, at + 1)]
    const named = this.#command()
    if (named?.length === 1) return named
    this.#at = at
    return undefined
  }

  /** `h_t-1` could be h_{t-1}; with a space, `h_t -1`, it is a difference. */
  #refuseOpenTime(): void {
    if (!/^[-−]1(?![\d.])/u.test(this.#text.slice(this.#at, this.#at + 3))) return
    const name = this.#text.slice(this.#start, this.#at - 2)
    this.#fail('equation-ambiguous/time', { name }, this.#start)
  }

  /** `{f}`, `{x h}`, `{t-1}`, `{f,t}`, `{\mathrm{in}}`: each part is read as a whole. */
  #braced(): Word {
    const open = this.#at
    if (this.#closing(open) === undefined)
      this.#fail('equation-bracket/open', { bracket: '{', missing: '}' }, open)
    const parts = ['']
    this.#at++
    while (this.#match(closingBrace) === undefined) {
      if (this.#match(gap) !== undefined) continue
      if (this.#match(separator) === undefined) parts[parts.length - 1] += this.#subscriptPart(open)
      else parts.push('')
    }
    return parts.flatMap((part) => part.split('_')).map((part) => [{ text: this.#checked(part), at: open }])
  }

  /** A piece of a subscript in braces. */
  #subscriptPart(open: number): string {
    const shifted = this.#match(shift)
    if (shifted !== undefined) return shifted.replaceAll(/\s/gu, '').replace(/[−–]/u, '-')
    const text = this.#match(run)
    if (text !== undefined) return text
    const inner = this.#text[this.#at] === '{' ? this.#group() : this.#command()
    if (inner) return inner.map(whole).join('_')
    this.#at = this.#closing(open)! + 1
    return this.#checked('')
  }

  #checked(subscript: string): string {
    if (segment.test(subscript) || time.test(subscript)) return spelledName(subscript)
    const written = this.#text.slice(this.#start, this.#at)
    return this.#fail('equation-syntax/subscript', { name: written }, this.#start)
  }

  /** A time index is the last subscript, and t or t-1. */
  #times(word: Word): void {
    for (const [index, piece] of word.entries()) {
      const step = index === 0 || piece.length > 1 ? undefined : timeOf(piece[0]!.text)
      if (step === undefined) continue
      const written = this.#text.slice(this.#start, this.#at)
      if (index < word.length - 1) this.#fail('equation-syntax/time-last', { name: written }, this.#start)
      if (step > 0) this.#fail('equation-time/ahead', { name: written }, this.#start)
      if (step < -1) this.#fail('equation-time/back', { name: written }, this.#start)
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  /** Counts an accent, a style or braces. */
  #deeper(): void {
    if (++this.#depth > deepest) this.#fail('equation-too-large/accents', { most: deepest }, this.#start)
  }

  #fail<Key extends MessageKey>(key: Key, values: MessageValues<Key>, at = this.#at): never {
    throw this.#source.error(key, at, values)
  }
}

function pieceOf(text: string, at: number): Piece {
  let offset = at
  return text.match(sign)!.map((found) => {
    const own = { text: found, at: offset }
    offset += found.length
    return own
  })
}

/** The name that a piece is if it is read as one. */
export function whole(piece: Piece): string {
  return spelledName(piece.map(({ text }) => text).join(''))
}
