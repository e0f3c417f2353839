import { type Text, text } from 'sluice'

/**
 * Bits to spell the words of a text that a vocabulary does not know, letter by letter and with an end: each letter by how often
 * it follows the one before it in the text that was learned.
 */
export function spellingBits(held: string, learned: string, { vocabulary }: Text): number {
  const all = text.from(held, { tokens: 'words', vocabularySize: 100_000 })
  const words = Array.from(all.tokens, (token) => all.vocabulary.symbol(token))
  const letters = followers(learned)
  return words
    .filter((word) => vocabulary.token(word) === undefined)
    .reduce((sum, word) => sum + bitsOf(` ${word} `, letters), 0)
}

/** How often each character, and each pair of them, stands in a text; every pair counts once more. */
interface Followers {
  readonly firsts: ReadonlyMap<string, number>
  readonly pairs: ReadonlyMap<string, number>
}

function followers(learned: string): Followers {
  const firsts = new Map<string, number>()
  const pairs = new Map<string, number>()
  for (let at = 0; at + 1 < learned.length; at++) {
    const pair = learned.slice(at, at + 2)
    firsts.set(pair[0]!, (firsts.get(pair[0]!) ?? 0) + 1)
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  }
  return { firsts, pairs }
}

function bitsOf(word: string, { firsts, pairs }: Followers): number {
  let bits = 0
  for (let at = 0; at + 1 < word.length; at++) {
    const followed = (pairs.get(word.slice(at, at + 2)) ?? 0) + 1
    bits += Math.log2(((firsts.get(word[at]!) ?? 0) + firsts.size + 1) / followed)
  }
  return bits
}
