/** Pieces of a text that merges do not cross: white space, or a space and a run of letters, of digits or of other signs. */
const piece = / ?(?:[\p{L}\p{M}]{1,64}|\p{N}{1,64}|[^\s\p{L}\p{M}\p{N}]{1,64})|\s{1,64}?(?= ?\S|$)|\s{1,64}/gu

/** A text cut into pieces that are merged apart from each other; joined they give the text. */
export function bytePieces(text: string): readonly string[] {
  return text.match(piece) ?? []
}

/** One number for a pair of tokens, in the order of pairs. */
export function keyOf(left: number, right: number): number {
  return left * 2 ** 26 + right
}

/** Replaces every pair of neighbours, from left to right, by a token. */
export function merged(tokens: readonly number[], pair: number, token: number): number[] {
  const result: number[] = []
  for (let at = 0; at < tokens.length; at++) {
    const next = tokens[at + 1]
    const isPair = next !== undefined && keyOf(tokens[at]!, next) === pair
    result.push(isPair ? token : tokens[at]!)
    if (isPair) at++
  }
  return result
}

/**
 * Applies merges to the bytes of a piece, the one learned first before the others.
 * @param ranks the token of each pair, lower for those learned earlier
 */
export function mergeAll(tokens: readonly number[], ranks: ReadonlyMap<number, number>): readonly number[] {
  let current = tokens
  for (;;) {
    let best: number | undefined
    let pair = 0
    for (let at = 1; at < current.length; at++) {
      const key = keyOf(current[at - 1]!, current[at]!)
      const token = ranks.get(key)
      if (token === undefined || (best !== undefined && token >= best)) continue
      best = token
      pair = key
    }
    if (best === undefined) return current
    current = merged(current, pair, best)
  }
}
