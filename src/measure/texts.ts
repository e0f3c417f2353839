import { meanOf, requirePairs } from './check.ts'

/** A text, or the list of its tokens. */
export type Tokens = string | ArrayLike<string | number>

/** Words between white space. */
export function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== '')
}

/** Characters (Unicode code points) of a text, or the tokens themselves. */
function itemsOf(tokens: Tokens): ArrayLike<string | number> {
  return typeof tokens === 'string' ? Array.from(tokens) : tokens
}

/** Share of the texts that are predicted exactly. @throws SluiceError `measure-length` or `measure-empty` */
export function exactMatch(targets: ArrayLike<Tokens>, predictions: ArrayLike<Tokens>): number {
  requirePairs('exact match', targets, predictions)
  return meanOf(targets.length, (at) => (isSame(itemsOf(targets[at]!), itemsOf(predictions[at]!)) ? 1 : 0))
}

function isSame(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

/** The fewest insertions, deletions and substitutions that make one of the other (Levenshtein 1966). */
export function editDistance(a: Tokens, b: Tokens): number {
  const [from, to] = [itemsOf(a), itemsOf(b)]
  let before = Array.from({ length: to.length + 1 }, (_unused, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const costs = [row]
    for (let column = 1; column <= to.length; column++) {
      const substituted = before[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1)
      costs.push(Math.min(substituted, before[column]! + 1, costs[column - 1]! + 1))
    }
    before = costs
  }
  return before[to.length]!
}

/**
 * Edits over characters of the targets: all distances over all lengths. May exceed 1.
 * @throws SluiceError `measure-length`, or `measure-empty` where the targets have no character
 */
export function characterErrorRate(targets: readonly Tokens[], predictions: readonly Tokens[]): number {
  requirePairs('character error rate', targets, predictions)
  const lengths = targets.map((target) => itemsOf(target).length)
  const length = lengths.reduce((sum, count) => sum + count, 0)
  requirePairs('character error rate', { length }, { length })
  return targets.reduce((sum, target, at) => sum + editDistance(target, predictions[at]!), 0) / length
}

/** Edits over words of the targets, which white space separates; otherwise as `characterErrorRate`. */
export function wordErrorRate(targets: readonly string[], predictions: readonly string[]): number {
  return characterErrorRate(targets.map(wordsOf), predictions.map(wordsOf))
}
