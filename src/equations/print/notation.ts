import { functions } from '../functions.ts'
import { greekByName, markOf, subscriptOf, superscriptOf } from '../read/letters.ts'

/** How tightly an expression holds together: sum, product, sign or matrix product, power, atom. */
export const level = { sum: 0, term: 1, factor: 2, power: 3, atom: 4 } as const

/** How a spelling writes the parts of an expression. */
export interface Notation {
  /** A name; `primed` is the new value of a state. */
  name(name: string, primed: boolean): string
  /** The left-hand side that defines a value, and the one that defines the new value of a state. */
  local(name: string): string
  carried(name: string): string
  /** How to read the previous value of such a name. */
  wayBack(name: string): string
  call(name: string, given: readonly string[]): string
  /** What stands between a matrix, or the mark of its transposition, and its vector. */
  readonly beside: string
  readonly transpose: string
  /** How tight the vector of a matrix product must be to go without brackets. */
  readonly besideLevel: number
  /** The sign of a product of entries; `scaled` is the one behind a number. */
  readonly times: string
  readonly scaled: string
  /** A quotient that needs no brackets, if the spelling has one. */
  quotient?(over: string, under: string): string
  /** What stands above a base: the exponent in its own brackets, or undefined where the spelling has none. */
  exponent(text: string): string | undefined
}

const call = (name: string, given: readonly string[]): string => `${name}(${given.join(', ')})`

/** Primes, `@` and `*`. */
export const plain: Notation = {
  name: (name, primed) => (primed ? `${name}'` : name),
  local: (name) => name,
  carried: (name) => `${name}'`,
  wayBack: (name) => `define ${name}' to read the previous value`,
  call,
  beside: ' @ ',
  transpose: '^T',
  besideLevel: level.factor,
  times: ' * ',
  scaled: ' * ',
  exponent: () => undefined,
}

/** The spellings that text can be printed in. */
export type Spelling = 'plain' | 'unicode' | 'latex'

/** What a textbook has to know of a cell's names. */
export interface Roles {
  /** Names that have a time index; those of `states` are read at t-1 where they are not primed. */
  readonly variables: ReadonlySet<string>
  readonly states: ReadonlySet<string>
  /** Names that headers declare. */
  readonly declared: ReadonlySet<string>
}

type Time = '' | 't' | 't-1'

/** A textbook's notation for the names of a cell. */
export function textbook(spelling: 'unicode' | 'latex', roles: Roles): Notation {
  const timeOf = (name: string, primed: boolean): Time => {
    if (!roles.variables.has(name)) return ''
    return roles.states.has(name) && !primed ? 't-1' : 't'
  }
  const sigma = !roles.declared.has('sigma')
  return spelling === 'latex' ? latex(timeOf, sigma) : unicode(timeOf, sigma)
}

type TimeOf = (name: string, primed: boolean) => Time

function latex(timeOf: TimeOf, sigma: boolean): Notation {
  return {
    name: (name, primed) => latexName(name, timeOf(name, primed)),
    local: (name) => latexName(name, 't'),
    carried: (name) => latexName(name, 't'),
    wayBack: (name) => `read ${latexName(name, 't-1')}`,
    call: (name, given) =>
      name === 'sqrt' && given.length === 1
        ? `\\sqrt{${given[0]!}}`
        : call(latexFunction(name, sigma), given),
    beside: ' ',
    transpose: '^\\top',
    besideLevel: level.power,
    times: ' \\odot ',
    scaled: ' \\cdot ',
    quotient: (over, under) => `\\frac{${over}}{${under}}`,
    exponent: (text) => `^{${text}}`,
  }
}

function unicode(timeOf: TimeOf, sigma: boolean): Notation {
  return {
    name: (name, primed) => unicodeName(name, timeOf(name, primed)),
    local: (name) => unicodeName(name, 't'),
    carried: (name) => unicodeName(name, 't'),
    wayBack: (name) => `read ${unicodeName(name, 't-1')}`,
    call: (name, given) =>
      call(name === 'sigmoid' && sigma ? 'σ' : functions.has(name) ? name : unicodeName(name, ''), given),
    beside: '·',
    transpose: 'ᵀ',
    besideLevel: level.power,
    times: ' ⊙ ',
    scaled: '·',
    exponent: (text) => (/^-?\d+$/u.test(text) ? lifted(text, superscriptOf) : undefined),
  }
}

/** Functions that LaTeX has commands for. */
const commands = new Set(['tanh', 'max', 'min', 'exp', 'log'])

function latexFunction(name: string, sigma: boolean): string {
  if (name === 'sigmoid' && sigma) return '\\sigma'
  if (commands.has(name)) return `\\${name}`
  return functions.has(name) ? `\\operatorname{${name.replaceAll('_', '\\_')}}` : latexName(name, '')
}

/** A head or subscript with the accents that stand on it. */
interface Part {
  readonly base: string
  readonly accents: readonly string[]
}

/** `W_C_tilde` is the head W with the subscript C, on which stands a tilde; it stands on letters only. */
function partsOf(name: string): readonly [Part, ...Part[]] {
  const [head = '', ...rest] = name.split('_')
  const found: [Part, ...Part[]] = [{ base: head, accents: [] }]
  for (const base of rest) {
    const last = found.at(-1)!
    if (markOf[base] === undefined || /^\p{Nd}/u.test(last.base)) found.push({ base, accents: [] })
    else found[found.length - 1] = { base: last.base, accents: [...last.accents, base] }
  }
  return found
}

function latexName(name: string, time: Time): string {
  const [head, ...subscripts] = partsOf(name)
  const own = latexPart(head, (letters) => (isSingle(letters) ? letters : `\\mathit{${letters}}`))
  const below = [
    ...subscripts.map((part) => latexPart(part, (letters) => letters)),
    ...(time ? [time] : []),
  ].join(',')
  return below === '' ? own : `${own}_${isSingle(below) ? below : `{${below}}`}`
}

function latexPart({ base, accents }: Part, set: (letters: string) => string): string {
  const letters = greekByName.has(base) ? `\\${base}` : set(base)
  return accents.reduce((text, accent) => `\\${accent}{${text}}`, letters)
}

function unicodeName(name: string, time: Time): string {
  const [head, ...rest] = partsOf(name)
  const base = greekByName.get(head.base) ?? head.base
  const marked = head.accents.length === 1 && isSingle(base)
  const own = marked ? `${base}${markOf[head.accents[0]!]!}` : base
  const below = [...(marked ? [] : head.accents), ...rest.flatMap((part) => [part.base, ...part.accents])]
  const only = time === '' && below.length === 1 ? below[0]! : below.length === 0 ? time : undefined
  if (only === '') return own
  if (only !== undefined && [...only].every((letter) => subscriptOf.has(letter)))
    return `${own}${lifted(only, subscriptOf)}`
  if (only !== undefined && isSingle(only)) return `${own}_${only}`
  return `${own}_{${[...below, ...(time ? [time] : [])].join(',')}}`
}

function isSingle(text: string): boolean {
  return [...text].length === 1
}

function lifted(text: string, letters: ReadonlyMap<string, string>): string {
  return [...text].map((letter) => letters.get(letter)!).join('')
}
