import type { Headers } from './headers.ts'
import { type RunNames, readingsOf } from './runs.ts'
import type { Source } from '../source.ts'
import { type Declaration, type Equation, type SizedDeclaration, within } from '../syntax.ts'
import type { Token } from './tokens.ts'

/**
 * The input of a textbook cell: what its header says; else x, if x is read at t and has no equation; else the only
 * name that is read at t, has no equation and cannot be cut.
 */
export function inputOf(
  source: Source,
  headers: Headers,
  targets: ReadonlySet<string>,
  tokens: readonly Token[],
): Declaration {
  const [named] = headers.inputs
  if (named) return named
  const now = tokens.filter(({ text, time }) => time === 0 && !targets.has(text))
  const names = { variables: new Set([...targets, 'x']), declared: new Set<string>() }
  const x = targets.has('x') ? undefined : now.find((token) => holdsX(token, names))
  if (x) return { name: 'x', at: x.at }
  const declared = new Set(
    [
      headers.states,
      headers.outputs,
      headers.constants,
      headers.functions,
      headers.matrices,
      headers.vectors,
      headers.memories,
    ]
      .flat()
      .map(({ name }) => name),
  )
  const found = new Map(
    now.filter((token) => isWhole(token) && !declared.has(token.text)).map((token) => [token.text, token]),
  )
  const [first, second] = [...found.values()]
  if (first && second) {
    throw source.error('equation-input/two', second.at, { first: first.text, second: second.text })
  }
  if (!first && targets.has('x')) {
    throw source.error('equation-input/none', 0, {})
  }
  return first ? { name: first.text, at: first.at } : { name: 'x', at: 0 }
}

function holdsX(token: Token, names: RunNames): boolean {
  if (isWhole(token)) return token.text === 'x'
  return readingsOf(token, names)
    .flat()
    .some(({ text, time }) => text === 'x' && time === 0)
}

/** Whether a name can be read in one way only: one letter, or letters in braces. */
function isWhole({ word }: Token): boolean {
  return word !== undefined && word.every((piece) => piece.length === 1)
}

/** The output of a textbook cell without a header for it: `h`, or else the only state or value that nothing reads. */
export function defaultOutput(source: Source, equations: readonly Equation[]): SizedDeclaration {
  const read = new Set(
    equations.flatMap(({ value }) =>
      [...within(value)].flatMap((part) => (part.kind === 'name' ? [part.name] : [])),
    ),
  )
  const h = equations.find(({ target }) => target === 'h')
  const last = equations.filter(({ target, primed }) => primed || !read.has(target))
  // Where every value is read and none is carried, one is read above its definition, which is another mistake.
  const found = h ? [h] : last.length > 0 ? last : equations.slice(-1)
  if (found.length === 1) return { name: found[0]!.target, at: found[0]!.at }
  const names = found.map(({ target }) => target)
  throw source.error('equation-output/several', found.at(-1)!.at, {
    names: names.join(' or '),
    first: names[0]!,
    two: names.slice(0, 2).join(', '),
  })
}
