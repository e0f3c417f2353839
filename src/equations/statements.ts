import type { Source } from './source.ts'
import type { Token } from './tokens.ts'

/** The tokens of one header or equation, ended by an `end` token. */
export type Statement = readonly Token[]

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']' }
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

/** `name =` or `name' =`: no expression holds an equals sign. */
function beginsEquation(tokens: readonly Token[], index: number): boolean {
  const after = tokens[index + 1]?.text === "'" ? index + 2 : index + 1
  return tokens[index]?.kind === 'name' && tokens[after]?.text === '='
}

function track(source: Source, open: Token[], token: Token): void {
  if (token.kind !== 'symbol') return
  if (closing[token.text]) open.push(token)
  if (token.text !== ')' && token.text !== ']') return
  const partner = open.pop()
  if (!partner)
    throw source.error(
      'equation-bracket',
      token.at,
      `"${token.text}" closes nothing; remove it or open a bracket before it`,
    )
  if (closing[partner.text] !== token.text) {
    const opened = `"${partner.text}" in line ${source.line(partner.at)}`
    throw source.error(
      'equation-bracket',
      token.at,
      `expected "${closing[partner.text]}", which closes ${opened}, but found "${token.text}"`,
    )
  }
}

function neverClosed(source: Source, bracket: Token): Error {
  return source.error(
    'equation-bracket',
    bracket.at,
    `this "${bracket.text}" is never closed; a "${closing[bracket.text]}" is missing`,
  )
}
