/** Smallest number of letters inserted, dropped, changed or swapped with a neighbour between two words. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? rows[i - 2]![j - 2]! + 1 : Infinity
      row.push(Math.min(change, swap, rows[i - 1]![j]! + 1, row[j - 1]! + 1))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

/**
 * The candidate that a word is probably a misspelling of, if there is one. One letter is a misspelling of itself in
 * the other case only.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const allowed = word.length === 1 ? 0 : word.length < 4 ? 1 : 2
  let best: string | undefined
  let least = allowed + 1
  for (const candidate of candidates) {
    if (candidate.toLowerCase() === word.toLowerCase()) return candidate
    const steps = Math.abs(candidate.length - word.length) > allowed ? Infinity : distance(word, candidate)
    if (steps < least) [best, least] = [candidate, steps]
  }
  return best
}

/** ` Did you mean "tanh"?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const found = nearest(word, candidates)
  return found === undefined ? '' : ` Did you mean "${found}"?`
}
