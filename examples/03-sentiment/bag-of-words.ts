import type { Sentence } from './sentences.ts'

/**
 * Naive Bayes on which words a sentence has, in any order (Maron 1961), with one more sentence of each kind for every word
 * (Laplace). Gives for a sentence the logarithm of the odds that it is positive.
 */
export function naiveBayes(training: readonly Sentence[]): (sentence: Sentence) => number {
  const totals = [0, 0]
  const counts = new Map<string, [negative: number, positive: number]>()
  for (const { words, positive } of training) {
    totals[positive]!++
    for (const word of new Set(words)) {
      const own = counts.get(word) ?? [0, 0]
      own[positive]!++
      counts.set(word, own)
    }
  }
  const [negatives, positives] = totals as [number, number]
  const oddsOf = (word: string): number => {
    const [negative, positive] = counts.get(word) ?? [0, 0]
    return Math.log(((positive + 1) / (positives + 2)) * ((negatives + 2) / (negative + 1)))
  }
  const prior = Math.log(positives / negatives)
  return ({ words }) => [...new Set(words)].reduce((sum, word) => sum + oddsOf(word), prior)
}
