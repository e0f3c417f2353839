import { bytePieces, keyOf, merged } from './merging.ts'

/** Two neighbouring tokens that become one. */
export type Merge = readonly [left: number, right: number]

/** A piece of the text: its tokens so far, and how often it occurs. */
interface Piece {
  tokens: readonly number[]
  readonly count: number
}

/**
 * The most frequent pairs of a text, each found after those before it were merged (Sennrich et al. 2016, algorithm 1).
 * Pairs are counted piece by piece, and only the pieces that a merge changes are counted again.
 * @returns `most` pairs, or fewer where no pair occurs twice
 */
export function learnMerges(text: string, most: number): readonly Merge[] {
  if (most === 0) return []
  const pairs = new PairCounts(piecesOf(text))
  const merges: Merge[] = []
  while (merges.length < most) {
    const best = pairs.mostFrequent()
    if (best === undefined) break
    pairs.merge(best, 256 + merges.length)
    merges.push([Math.floor(best / 2 ** 26), best % 2 ** 26])
  }
  return merges
}

function piecesOf(text: string): readonly Piece[] {
  const counts = new Map<string, number>()
  for (const piece of bytePieces(text)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  const encoder = new TextEncoder()
  return [...counts].map(([piece, count]) => ({ tokens: [...encoder.encode(piece)], count }))
}

class PairCounts {
  readonly #counts = new Map<number, number>()
  /** Pieces that have or had the pair. */
  readonly #places = new Map<number, Set<Piece>>()

  constructor(pieces: readonly Piece[]) {
    for (const piece of pieces) this.#count(piece, piece.count)
  }

  #count(piece: Piece, change: number): void {
    const { tokens } = piece
    for (let at = 1; at < tokens.length; at++) {
      const key = keyOf(tokens[at - 1]!, tokens[at]!)
      const count = (this.#counts.get(key) ?? 0) + change
      if (count > 0) this.#counts.set(key, count)
      else this.#counts.delete(key)
      if (change > 0) this.#placesOf(key).add(piece)
    }
  }

  #placesOf(key: number): Set<Piece> {
    const places = this.#places.get(key) ?? new Set()
    this.#places.set(key, places)
    return places
  }

  /** The pair that occurs most often, and twice at least; of several that with the lowest tokens. */
  mostFrequent(): number | undefined {
    let best: number | undefined
    let most = 2
    for (const [key, count] of this.#counts) {
      if (count < most || (count === most && best !== undefined && key > best)) continue
      best = key
      most = count
    }
    return best
  }

  merge(pair: number, token: number): void {
    const places = this.#placesOf(pair)
    this.#places.delete(pair)
    for (const piece of places) {
      this.#count(piece, -piece.count)
      piece.tokens = merged(piece.tokens, pair, token)
      this.#count(piece, piece.count)
    }
  }
}
