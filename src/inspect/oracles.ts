import { SluiceError } from '../core/errors.ts'
import { nearest } from '../equations/index.ts'

/** A label for each symbol of a text, for the moment after the symbol was read. */
export interface Labels {
  readonly name: string
  /** Whether labels are 0 and 1 alone. */
  readonly isYesNo: boolean
  readonly values: Float64Array
}

/**
 * What units are compared with: an oracle of `oracleNames`; a regular expression, whose matches are the places that count;
 * or labels of your own, a number for each symbol, where 0 and 1 alone mean no and yes.
 */
export type Oracle =
  | OracleName
  | RegExp
  | { readonly name: string; readonly expression: RegExp | string }
  | { readonly name: string; readonly values: ArrayLike<number> }

/** What an oracle says after a character; it remembers what it has read. */
type Reader = (character: string, next: string | undefined, afterNext: string | undefined) => number

const letter = /[\p{Letter}\p{Number}]/u
const quotes: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“', '«': '»' }

const readers = {
  /** Between double quotation marks, of which those of one form close each other; an empty line closes all. */
  quotes: () => {
    let closing: string | undefined
    let before = ''
    return (character) => {
      if (character === closing || (character === '\n' && before === '\n')) closing = undefined
      else closing ??= quotes[character]
      before = character
      return Number(closing !== undefined)
    }
  },
  /** Between round, square or curly brackets. */
  brackets: () => {
    let depth = 0
    return (character) => {
      if ('([{'.includes(character)) depth++
      if (')]}'.includes(character)) depth = Math.max(0, depth - 1)
      return Number(depth > 0)
    }
  },
  /** Characters since the last line end. */
  'line position': () => {
    let position = 0
    return (character) => (position = character === '\n' ? 0 : position + 1)
  },
  /** A line end comes next. */
  'line end': () => (_character, next) => Number(next === '\n'),
  /** A line end comes next, and an empty line after it. */
  'paragraph end': () => (_character, next, afterNext) => Number(next === '\n' && afterNext === '\n'),
  /** Letters and digits of the word so far. */
  'word length': () => {
    let length = 0
    return (character) => (length = letter.test(character) ? length + 1 : 0)
  },
  /** A sentence has ended, and the next has no letter or digit yet. */
  'sentence start': () => {
    let place: 'start' | 'end' | 'within' = 'start'
    let before = ''
    return (character) => {
      if (letter.test(character)) place = 'within'
      else if ('.!?…'.includes(character)) place = 'end'
      else if (/\s/.test(character) && (place === 'end' || (character === '\n' && before === '\n')))
        place = 'start'
      before = character
      return Number(place === 'start')
    }
  },
  /** Spaces and tabs that the line begins with, as far as it was read. */
  indentation: () => {
    let depth = 0
    let isLeading = true
    return (character) => {
      if (character === '\n') [depth, isLeading] = [0, true]
      else if (isLeading && (character === ' ' || character === '\t')) depth++
      else isLeading = false
      return depth
    }
  },
} as const satisfies Readonly<Record<string, () => Reader>>

/** Names of the oracles that every text can be asked. */
export type OracleName = keyof typeof readers

/** Names of the oracles that every text can be asked. */
export const oracleNames = Object.keys(readers) as readonly OracleName[]

/**
 * What an oracle says about a text, a number for each of its symbols.
 * @param symbols of one or several characters each
 * @throws SluiceError `inspect-oracle`
 */
export function labelsOf(symbols: readonly string[], oracle: Oracle): Labels {
  if (typeof oracle === 'string') return asked(symbols, oracle)
  if (oracle instanceof RegExp) return matched(symbols, String(oracle), oracle)
  if ('values' in oracle) return given(symbols, oracle.name, oracle.values)
  const { name, expression } = oracle
  return matched(symbols, name, typeof expression === 'string' ? expressionOf(expression) : expression)
}

function labels(name: string, values: Float64Array): Labels {
  return { name, values, isYesNo: values.every((value) => value === 0 || value === 1) }
}

function asked(symbols: readonly string[], name: OracleName): Labels {
  const make = readers[name] as (() => Reader) | undefined
  if (!make) {
    const close = nearest(name, oracleNames)
    throw new SluiceError('inspect-oracle/unknown', { name, nearest: close, names: oracleNames.join(', ') })
  }
  const read = make()
  const characters = symbols.flatMap((symbol) => [...symbol])
  const all = characters.map((character, at) => read(character, characters[at + 1], characters[at + 2]))
  let end = 0
  return labels(
    name,
    Float64Array.from(symbols, (symbol) => all[(end += [...symbol].length) - 1]!),
  )
}

/** Symbols that a match reaches into. */
function matched(symbols: readonly string[], name: string, expression: RegExp): Labels {
  const flags = expression.flags.includes('g') ? expression.flags : `${expression.flags}g`
  const text = symbols.join('')
  const isWithin = new Uint8Array(text.length)
  for (const match of text.matchAll(new RegExp(expression.source, flags)))
    isWithin.fill(1, match.index, match.index + match[0].length)
  let end = 0
  return labels(
    name,
    Float64Array.from(symbols, ({ length }) => Number(isWithin.subarray(end, (end += length)).includes(1))),
  )
}

function expressionOf(text: string): RegExp {
  try {
    return new RegExp(text, 'gu')
  } catch (cause) {
    throw new SluiceError('inspect-oracle/expression', { text, reason: (cause as Error).message }, { cause })
  }
}

function given(symbols: readonly string[], name: string, values: ArrayLike<number>): Labels {
  if (values.length !== symbols.length) {
    const counts = { count: values.length, needed: symbols.length }
    throw new SluiceError('inspect-oracle/length', { name, ...counts })
  }
  const numbers = Float64Array.from(values)
  const index = numbers.findIndex((value) => !Number.isFinite(value))
  if (index >= 0) throw new SluiceError('inspect-oracle/value', { name, index, value: String(values[index]) })
  return labels(name, numbers)
}
