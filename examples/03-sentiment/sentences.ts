import { Stream } from 'sluice/data'
import { packageText } from '../folders.ts'

/** A sentence of a review and what it says: 1 for praise, 0 for blame. */
export interface Sentence {
  readonly words: readonly string[]
  readonly positive: number
}

/**
 * 2,000 sentences of reviews of films and of things sold (Kotzias, Denil, de Freitas and Smyth 2015), in an order that the
 * seed gives: words in small letters, numbers and signs.
 */
export function sentences(seed: number): readonly Sentence[] {
  const all = ['amazon', 'imdb'].flatMap(
    (site) =>
      JSON.parse(packageText('sentiment', `test/fixtures/${site}.json`)) as {
        text: string
        class: number | null
      }[],
  )
  return new Stream(seed).shuffle(
    all.flatMap(({ text, class: positive }) =>
      positive === null
        ? []
        : [{ words: text.toLowerCase().match(/[a-z']+|\d+|[^\s\w]/g) ?? ['.'], positive }],
    ),
  )
}

/** Numbers of the words that stand at least so often in some sentences; 0 is any other word. */
export function vocabularyOf(list: readonly Sentence[], least: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const word of list.flatMap(({ words }) => words)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const frequent = [...counts].filter(([, count]) => count >= least)
  return new Map(frequent.map(([word], index) => [word, index + 1]))
}
