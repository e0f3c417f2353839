import { isFunction } from '../functions.ts'
import { nearest } from '../nearest.ts'
import type { Source } from '../source.ts'
import { type Token, nameToken } from './tokens.ts'
import type { Letter, Word } from './words.ts'

/** The names that a run of letters may be made of. */
export interface RunNames {
  /** Names that have a time index. */
  readonly variables: ReadonlySet<string>
  /** Names that headers declare as something else. */
  readonly declared: ReadonlySet<string>
}

/** As many variables as an error lists. */
const most = 8

/** As many readings as an error lists. */
const listed = 3

/**
 * The names that a word of a textbook stands for: itself if it is defined or declared, or if it has no time index;
 * else one parameter and one variable if they can be cut apart in exactly one way: `Ux_t`, `W_hh_{t-1}`, `f_tC_{t-1}`.
 */
export function splitWord(source: Source, token: Token, names: RunNames): readonly Token[] {
  const found = readingsOf(token, names)
  if (found.length === 1) return found[0]!
  if (found.length === 0) throw undefinedName(source, token, names)
  const listing = found.slice(0, listed).map((reading) => reading.map(writtenAs).join(' '))
  throw source.error('equation-ambiguous/letters', token.at, {
    count: found.length === 2 ? 'two' : 'several',
    readings: listing.join(', or '),
  })
}

/** The readings of a word, at most a few. */
export function readingsOf(token: Token, names: RunNames): readonly (readonly Token[])[] {
  const { text, time, word } = token
  if (!word || (time !== undefined && names.variables.has(text)) || names.declared.has(text)) return [[token]]
  if (time === undefined && !holdsTime(word)) return [[token]]
  const cuts = new Cuts(word, names).readings()
  return time === undefined ? [[token], ...cuts] : cuts
}

/** Whether a subscript could be a time and then another name: `f_tC`. */
function holdsTime(word: Word): boolean {
  return word.slice(1).some((piece) => piece.length > 1 && piece[0]!.text === 't')
}

/** Every way to cut a word into several names, no two of them side by side without a time index. */
class Cuts {
  readonly #word: Word
  readonly #names: RunNames
  readonly #known = new Map<string, readonly (readonly Token[])[]>()

  constructor(word: Word, names: RunNames) {
    this.#word = word
    this.#names = names
  }

  readings(): readonly (readonly Token[])[] {
    return this.#from(0, 0, false).filter((reading) => reading.length > 1)
  }

  /** Readings of what begins at a letter of a piece; `beside` says that a parameter ends right before it. */
  #from(piece: number, start: number, beside: boolean): readonly (readonly Token[])[] {
    const key = `${piece} ${start} ${beside}`
    const known = this.#known.get(key)
    if (known) return known
    const found = this.#find(piece, start, beside)
    this.#known.set(key, found)
    return found
  }

  #find(piece: number, start: number, beside: boolean): readonly (readonly Token[])[] {
    const letters = this.#word[piece]!
    if (/^\p{Nd}/u.test(letters[start]!.text)) return []
    const cuts = beside ? 0 : letters.length - start - 1
    const heads = Array.from({ length: cuts }, (_, index) =>
      this.#after([letters.slice(start, start + index + 1)], piece, start + index + 1, false),
    )
    return [...heads.flat(), ...this.#whole(letters.slice(start), piece, beside)].slice(0, listed + 1)
  }

  /** Readings in which the name has the rest of its piece as its head, and then some of the subscripts. */
  #whole(head: readonly Letter[], piece: number, beside: boolean): readonly (readonly Token[])[] {
    const found: (readonly Token[])[] = []
    const name: (readonly Letter[])[] = [head]
    for (let next = piece + 1; next < this.#word.length && found.length <= listed; next++) {
      const below = this.#word[next]!
      for (let length = 1; length < below.length; length++)
        found.push(...this.#after([...name, below.slice(0, length)], next, length, beside))
      name.push(below)
    }
    const last = this.#token(name)
    const fits = this.#names.variables.has(last.text)
      ? last.time !== undefined
      : last.time === undefined && !beside
    return fits ? [...found, [last]] : found
  }

  /** Readings that begin with this name and go on at a letter of a piece. */
  #after(name: Word, piece: number, start: number, beside: boolean): readonly (readonly Token[])[] {
    const token = this.#token(name)
    const isVariable = this.#names.variables.has(token.text)
    const isParameter = token.time === undefined
    if (isParameter && (beside || this.#isPastTime(name) || isVariable || isFunction(token.text))) return []
    if (!isParameter && !isVariable) return []
    return this.#from(piece, start, isParameter).map((rest) => [token, ...rest])
  }

  /** Whether a name goes on behind what is a variable with its index: `f_tC` where f is one. */
  #isPastTime(name: Word): boolean {
    return name.some(
      (piece, index) =>
        index > 0 &&
        piece.length > 1 &&
        piece[0]!.text === 't' &&
        this.#names.variables.has(this.#token(name.slice(0, index)).text),
    )
  }

  #token(name: Word): Token {
    return nameToken(name, name[0]![0]!.at)
  }
}

function undefinedName(source: Source, token: Token, { variables }: RunNames): Error {
  const { text, at } = token
  const close = nearest(text, variables)
  const key = close === undefined && text.length > 1 ? 'equation-undefined/run' : 'equation-undefined/name'
  const listing = [...variables].slice(0, most).join(', ')
  const known = variables.size > most ? `${listing}, …` : listing
  return source.error(key, at, { name: writtenAs(token), known, nearest: close })
}

/** A name of a reading, as an error lists it. */
function writtenAs({ text, time }: Token): string {
  const index = time === 0 ? 't' : 't-1'
  if (time === undefined) return text
  return text.includes('_')
    ? `${text.replace('_', '_{')},${index}}`
    : `${text}_${time === 0 ? index : `{${index}}`}`
}
