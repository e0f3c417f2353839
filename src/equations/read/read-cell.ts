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
  if (all.length === 0)
    throw source.error(
      'equation-syntax',
      0,
      "expected equations, as in h' = tanh(U @ x + W @ h + b), but found none",
    )
  const headers = readHeaders(source, all.filter(isHeader))
  const lines = all.filter((statement) => !isHeader(statement))
  return timed ? readTextbook(source, headers, lines) : readPlain(source, headers, lines)
}

/** `h(t-1)`, `h^{(t-1)}`, `h[t-1]`. */
function refuseTimeInBrackets(source: Source): void {
  const found = /[(<[{]\s*t\s*[-−]\s*1\s*[)>\]}]/u.exec(source.text)
  if (!found) return
  const why = 'the time stands below its name, without brackets: write h_t and h_{t-1}'
  throw source.error('equation-spelling', found.index, why)
}

function bothSpellings(source: Source, timed: Token, primed: Token): Error {
  const [first, second] = timed.at < primed.at ? [timed, primed] : [primed, timed]
  const called = (token: Token): string => (token === timed ? 'a time index' : 'a prime')
  return source.error(
    'equation-spelling',
    second.at,
    `${called(second)}, but line ${source.line(first.at)} has ${called(first)}: ` +
      `write h' and h, or h_t and h_{t-1}, but not both in one cell`,
  )
}
