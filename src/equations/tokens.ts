import type { Source } from './source.ts'

/** A piece of the text. `symbol` tokens hold their canonical sign; `end` and `newline` hold no text. */
export interface Token {
  readonly kind: 'name' | 'number' | 'symbol' | 'newline' | 'end'
  readonly text: string
  readonly at: number
}

/** Longest text that is read, in UTF-16 units. */
const longest = 65_536

const blank = /(?:[^\S\n]|[$&]|\\\\|[#%][^\n]*)+/uy
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/uy
const name =
  /[\p{Lu}\p{Ll}\p{Lo}][\p{Lu}\p{Ll}\p{Lo}\p{Nd}]*(?:_(?:\{[^}\n]*\}|[\p{Lu}\p{Ll}\p{Lo}\p{Nd}]+))*/uy

/** Signs of the language, and others that mean the same. */
const signs: ReadonlyMap<string, string> = new Map([
  ...[..."()[],;=:+-*/^@'·"].map((sign): [string, string] => [sign, sign]),
  ['−', '-'],
  ['⊙', '*'],
  ['∘', '*'],
  ['×', '·'],
  ['⋅', '·'],
  ['′', "'"],
  ['’', "'"],
  ['ᵀ', 'ᵀ'],
])

/** The tokens of a text in the plain spelling; the last one is `end`. */
export function tokenize(source: Source): readonly Token[] {
  const { text } = source
  if (text.length > longest) {
    throw source.error('equation-too-large', longest, `a cell is at most ${longest} characters long`)
  }
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const space = match(blank, text, at)
    if (space) at += space.length
    else {
      const token = read(source, at)
      tokens.push(token.token)
      at += token.length
    }
  }
  return [...tokens, { kind: 'end', text: '', at }]
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function read(source: Source, at: number): { token: Token; length: number } {
  const { text } = source
  if (text[at] === '\n') return { token: { kind: 'newline', text: '', at }, length: 1 }
  const word = match(name, text, at)
  if (word) return { token: { kind: 'name', text: plainName(source, word, at), at }, length: word.length }
  const digits = match(number, text, at)
  if (digits) return { token: { kind: 'number', text: digits, at }, length: digits.length }
  const sign = signs.get(text[at]!)
  if (sign) return { token: { kind: 'symbol', text: sign, at }, length: 1 }
  throw unexpected(source, at)
}

/** `W_{f}` is `W_f`; a time index has no place in the plain spelling. */
function plainName(source: Source, word: string, at: number): string {
  const [head, ...subscripts] = word.split('_').map((part) => part.replaceAll(/[{}\s]/gu, ''))
  for (const subscript of subscripts) {
    if (/(?:^|,)t(?:[-+]\d+)?$/u.test(subscript)) throw timeIndex(source, at, word)
    if (!/^[\p{Lu}\p{Ll}\p{Lo}\p{Nd}]+$/u.test(subscript)) {
      throw source.error(
        'equation-syntax',
        at,
        `the subscript of "${word}" must be letters and digits, as in W_f`,
      )
    }
  }
  return [head, ...subscripts].join('_')
}

function timeIndex(source: Source, at: number, word: string): Error {
  return source.error(
    'equation-spelling',
    at,
    `"${word}" has a time index, which only the textbook spelling has (not read yet); ` +
      `the plain spelling writes c for the previous value of a state and c' for its new value`,
  )
}

function unexpected(source: Source, at: number): Error {
  const sign = String.fromCodePoint(source.text.codePointAt(at)!)
  if (sign === '\\') {
    const command = match(/\\[a-zA-Z]*/uy, source.text, at)
    return source.error(
      'equation-spelling',
      at,
      `"${command}" is LaTeX, which only the textbook spelling has (not read yet); ` +
        `the plain spelling writes names, such as sigmoid(a) and C_tilde, and the operators @ and *`,
    )
  }
  const hint = sign === '_' ? ': a subscript follows its name directly, as in W_f' : ''
  return source.error('equation-syntax', at, `unexpected character "${sign}"${hint}`)
}
