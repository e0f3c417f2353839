import { type ReadCell, assemble, checkCount, finish, knownNames } from './assemble.ts'
import { Cursor } from './cursor.ts'
import { defaultOutput, inputOf } from './defaults.ts'
import { type Headers, declaredNames } from './headers.ts'
import { textbook } from '../print/notation.ts'
import { splitWord } from './runs.ts'
import type { Source } from '../source.ts'
import { type Statement, labelLength } from './statements.ts'
import type { Token } from './tokens.ts'

/** The left-hand side of an equation and the tokens of its right-hand side. */
interface Draft {
  readonly label: string | undefined
  readonly target: Token
  readonly value: Statement
}

/**
 * Reads a cell in the textbook's spelling: names with an index t or t-1 are variables, and those that are also read at
 * t-1 are the states. The input is the variable without an equation. Throws an EquationError at the first mistake.
 */
export function readTextbook(source: Source, headers: Headers, lines: readonly Statement[]): ReadCell {
  const drafts = readDrafts(source, lines)
  const targets = new Set(drafts.map(({ target }) => target.text))
  const input = inputOf(source, headers, targets, tokensOf(drafts))
  const variables = new Set([input.name, ...targets])
  const declared = declaredNames(headers)
  const cut = drafts.map((draft) => ({
    ...draft,
    value: draft.value.flatMap((token) => splitWord(source, token, { variables, declared })),
  }))
  const states = readBefore(source, tokensOf(cut), input.name)
  const style = source.text.includes('ₜ') ? 'unicode' : 'latex'
  const notation = textbook(style, { variables, states, declared })
  const names = { ...knownNames(headers, variables, notation), textbookStates: states }
  const equations = cut.map(({ label, target, value }) => {
    const begun = { name: target.text, label, at: target.at, cursor: new Cursor(source, value) }
    return finish(begun, states.has(target.text), names)
  })
  return assemble(source, headers, input, equations, notation, () => defaultOutput(source, equations))
}

const tokensOf = (drafts: readonly Draft[]): readonly Token[] => drafts.flatMap(({ value }) => value)

function readDrafts(source: Source, lines: readonly Statement[]): readonly Draft[] {
  if (lines.length === 0) {
    throw source.error('equation-syntax/no-equation', source.text.length, {})
  }
  const drafts = lines.flatMap((line) => draftsOf(source, line))
  const places = drafts.map(({ target }) => target)
  checkCount(source, places)
  return drafts
}

/** The equations of a line; a label holds for all that stand behind it. */
function draftsOf(source: Source, line: Statement): readonly Draft[] {
  let label: string | undefined
  return separate(source, line).map((part) => {
    const draft = begin(source, part)
    label = draft.label ?? label
    return { ...draft, label }
  })
}

/** Cuts a line in front of each left-hand side, with its label if that has a colon. */
function separate(source: Source, line: Statement): readonly Statement[] {
  const starts = [0]
  let depth = 0
  let signs = 0
  for (const [index, { kind, text, at }] of line.entries()) {
    if (kind !== 'symbol') continue
    if ('([{'.includes(text)) depth++
    if (')]}'.includes(text)) depth--
    if (text !== '=' || depth > 0 || signs++ === 0) continue
    if (line[index - 1]!.time === undefined || line[index - 2]!.text === '=') throw oneEqualsSign(source, at)
    starts.push(line[index - 2]!.text === ':' ? index - 3 : index - 1)
  }
  const end = line.at(-1)!
  return starts.map((start, index) => {
    const next = starts[index + 1]
    return next === undefined
      ? line.slice(start)
      : [...line.slice(start, next), { ...end, at: line[next]!.at }]
  })
}

function oneEqualsSign(source: Source, at: number): Error {
  return source.error('equation-syntax/one-equals', at, {})
}

function begin(source: Source, line: Statement): Draft {
  const length = labelLength(line)
  const [target, sign] = [line[length]!, line[length + 1]]
  const { text: name, at, time } = target
  if (target.kind !== 'name') throw source.error('equation-syntax/no-equation', at, {})
  if (sign?.text === '^') throw source.error('equation-layer/defined', sign.at, {})
  if (sign?.text !== '=') throw source.error('equation-syntax/left-hand', sign?.at ?? at, { name })
  if (time === undefined) throw source.error('equation-time/left-hand', at, { name })
  if (time === -1) throw source.error('equation-time/left-before', at, { name })
  return { target, value: line.slice(length + 2), label: length > 0 ? line[0]!.text : undefined }
}

/** The names that are read at t-1. */
function readBefore(source: Source, tokens: readonly Token[], input: string): ReadonlySet<string> {
  const before = tokens.filter(({ time }) => time === -1)
  const wrong = before.find(({ text }) => text === input)
  if (!wrong) return new Set(before.map(({ text }) => text))
  throw source.error('equation-time/input', wrong.at, { input })
}
