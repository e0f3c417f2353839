import { isFunction } from '../functions.ts'
import { greekByName } from './letters.ts'
import type { Source } from '../source.ts'
import type { Token } from './tokens.ts'

/** The tokens of one header or equation, ended by an `end` token. */
export type Statement = readonly Token[]

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const closers = new Set(Object.values(closing))
const continuing = new Set(['+', '-', '*', '/', '^', '@', '·', '=', ',', ':'])

/**
 * Cuts tokens into statements, at newlines and `;`. A statement goes on over a newline inside brackets, after an
 * operator and before one.
 */
export function statements(source: Source, tokens: readonly Token[]): readonly Statement[] {
  const found: Statement[] = []
  const open: Token[] = []
  let current: Token[] = []
  const finish = (at: number): void => {
    if (current.length > 0) found.push([...current, { kind: 'end', text: '', at }])
    current = []
  }
  for (const [index, token] of tokens.entries()) {
    const ends = token.kind === 'end' || (token.kind === 'newline' && beginsEquation(tokens, index + 1))
    if (ends && open.length > 0) throw neverClosed(source, open.at(-1)!)
    track(source, open, token)
    const separates = token.kind === 'newline' ? !goesOn(current, tokens[index + 1]!) : token.text === ';'
    if (ends || (separates && open.length === 0)) finish(token.at)
    else if (token.kind !== 'newline') current.push(token)
  }
  return found
}

function goesOn(current: readonly Token[], next: Token): boolean {
  return isContinuing(current.at(-1)) || (current.length > 0 && isContinuing(next))
}

function isContinuing(token: Token | undefined): boolean {
  return token?.kind === 'symbol' && continuing.has(token.text)
}

/** `name =`, `name' =` or one of them behind a label: no expression holds an equals sign. */
function beginsEquation(tokens: readonly Token[], index: number): boolean {
  const at = index + labelLength(tokens, index)
  const after = tokens[at + 1]?.text === "'" ? at + 2 : at + 1
  return tokens[at]?.kind === 'name' && tokens[after]?.text === '='
}

/** Shortest label without a colon: shorter words in front of a left-hand side are rather a factor, as in `2 W h_t =`. */
const shortest = 3

/** Tokens of a label in front of an equation, `learn N_t = …` or `learn: n = …`: 2, 1 or 0. */
export function labelLength(tokens: readonly Token[], index = 0): number {
  const [label, next] = [tokens[index], tokens[index + 1]]
  if (label?.kind !== 'name' || label.time !== undefined) return 0
  if (next?.kind === 'symbol' && next.text === ':') return 2
  const isWord = label.text.length >= shortest && !greekByName.has(label.text) && !isFunction(label.text)
  return isWord && next?.kind === 'name' && next.time !== undefined ? 1 : 0
}

function track(source: Source, open: Token[], token: Token): void {
  if (token.kind !== 'symbol') return
  if (closing[token.text]) open.push(token)
  if (!closers.has(token.text)) return
  const partner = open.pop()
  if (!partner) throw source.error('equation-bracket/closes-nothing', token.at, { bracket: token.text })
  if (closing[partner.text] !== token.text) {
    throw source.error('equation-bracket/crossed', token.at, {
      wanted: closing[partner.text]!,
      opened: partner.text,
      line: source.line(partner.at),
      found: token.text,
    })
  }
}

function neverClosed(source: Source, bracket: Token): Error {
  const missing = closing[bracket.text]!
  return source.error('equation-bracket/open', bracket.at, { bracket: bracket.text, missing })
}
