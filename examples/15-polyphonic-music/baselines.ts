import { type Piece, bitsOf, keys } from './chorales.ts'

/** Mean negative log-likelihood of a frame, in nats, if each key sounds with its own frequency whatever went before. */
export function marginal(training: readonly Piece[], test: readonly Piece[]): number {
  return logLoss(training, test, () => 0)
}

/** The same, if each key's chance depends on whether it sounded in the frame before: chords are held or copied. */
export function frameCopy(training: readonly Piece[], test: readonly Piece[]): number {
  return logLoss(training, test, (before) => before)
}

/** Counts how often each key sounds in each of two contexts, adding half to each count (Krichevsky and Trofimov 1981). */
function logLoss(
  training: readonly Piece[],
  test: readonly Piece[],
  contextOf: (before: number) => number,
): number {
  const sounds = new Float64Array(2 * keys).fill(0.5)
  const all = new Float64Array(2 * keys).fill(1)
  eachBit(training, (key, before, bit) => {
    const place = 2 * key + contextOf(before)
    sounds[place]! += bit
    all[place]!++
  })
  let [loss, bits] = [0, 0]
  eachBit(test, (key, before, bit) => {
    const chance = sounds[2 * key + contextOf(before)]! / all[2 * key + contextOf(before)]!
    loss -= Math.log(bit === 1 ? chance : 1 - chance)
    bits++
  })
  return (loss / bits) * keys
}

function eachBit(pieces: readonly Piece[], see: (key: number, before: number, bit: number) => void): void {
  for (const piece of pieces) {
    let before: ArrayLike<number> = new Float32Array(keys)
    for (const notes of piece) {
      const now = bitsOf(notes)
      now.forEach((bit, key) => see(key, before[key]!, bit))
      before = now
    }
  }
}
