import type { ReadCell } from './assemble.ts'
import { isHeader, readHeaders } from './headers.ts'
import { readPlain } from './plain.ts'
import type { Source } from '../source.ts'
import { statements } from './statements.ts'
import { readTextbook } from './textbook.ts'
import { type Token, tokenize } from './tokens.ts'

/**
 * Reads a cell in the spelling that it is written in: a textbook's if any name has an index t or t-1, else the plain
 * one. Throws an EquationError at the first mistake of form.
 */
export function readCell(source: Source): ReadCell {
  const tokens = tokenize(source)
  const timed = tokens.find(({ time }) => time !== undefined)
  const primed = tokens.find(({ kind, text }) => kind === 'symbol' && text === "'")
  if (timed && primed) throw bothSpellings(source, timed, primed)
  if (!timed && !primed) refuseTimeInBrackets(source)
  const all = statements(source, tokens)
  if (all.length === 0) throw source.error('equation-syntax/empty', 0, {})
  const headers = readHeaders(source, all.filter(isHeader))
  const lines = all.filter((statement) => !isHeader(statement))
  return timed ? readTextbook(source, headers, lines) : readPlain(source, headers, lines)
}

/** `h(t-1)`, `h^{(t-1)}`, `h[t-1]`. */
function refuseTimeInBrackets(source: Source): void {
  const found = /[(<[{]\s*t\s*[-−]\s*1\s*[)>\]}]/u.exec(source.text)
  if (!found) return
  throw source.error('equation-spelling/brackets', found.index, {})
}

function bothSpellings(source: Source, timed: Token, primed: Token): Error {
  return timed.at < primed.at
    ? source.error('equation-spelling/prime', primed.at, { line: source.line(timed.at) })
    : source.error('equation-spelling/time', timed.at, { line: source.line(primed.at) })
}
