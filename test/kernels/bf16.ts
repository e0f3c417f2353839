const floats = new Float32Array(1)
const words = new Uint32Array(floats.buffer)

/** The bits of a number rounded to bf16: to nearest, ties to even. */
function bitsOf(x: number): number {
  floats[0] = x
  const word = words[0]!
  return Number.isNaN(x) ? 0x7fc0 : ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff
}

function numberOf(bits: number): number {
  words[0] = bits << 16
  return floats[0]!
}

/** A float32 number rounded to bf16. */
export const bf16 = (x: number): number => numberOf(bitsOf(x))

/** Two numbers rounded to bf16 in one word, the first in its low half. */
export const pairOf = (low: number, high: number): number => (bitsOf(high) << 16) | bitsOf(low)

/** The two numbers of a word. */
export const unpaired = (word: number): readonly [low: number, high: number] => [
  numberOf(word & 0xffff),
  numberOf(word >>> 16),
]
