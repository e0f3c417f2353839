import { cos, log } from './math.ts'

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const

/** Constant of the key schedule of Threefish, so that no key gives a zero third word. */
const parity = 0x1bd11bda

/**
 * Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): 64 random bits,
 * as two unsigned 32-bit words, that depend on the key (k0, k1) and the counter (c0, c1) alone.
 */
export function threefry(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const key = [k0, k1, parity ^ k0 ^ k1]
  let a = (c0 + k0) | 0
  let b = (c1 + k1) | 0
  for (let group = 1; group <= 5; group++) {
    const first = group % 2 === 1 ? 0 : 4
    for (let round = first; round < first + 4; round++) {
      const turn = rotations[round]!
      a = (a + b) | 0
      b = ((b << turn) | (b >>> (32 - turn))) ^ a
    }
    a = (a + key[group % 3]!) | 0
    b = (b + key[(group + 1) % 3]! + group) | 0
  }
  return [a >>> 0, b >>> 0]
}

const high = (value: number): number => Math.floor(value / 2 ** 32) >>> 0

/** Marks counters that make keys, so that they never meet the counters of draws. */
const keyMark = 0x80000000

function keyOf(seed: number, labels: readonly number[]): readonly [number, number] {
  let key: [number, number] = [seed >>> 0, high(seed)]
  for (const label of labels) key = threefry(key[0], key[1], label >>> 0, (high(label) | keyMark) >>> 0)
  return key
}

/**
 * A stream of random numbers named by a seed and labels (integers below 2^53), such as `new Stream(seed, epoch, row)`.
 * Draw number `position` is always the same number: saving and restoring `position` continues a stream exactly.
 */
export class Stream {
  /** Number of draws so far; may be set. */
  position = 0
  readonly #key: readonly [number, number]

  constructor(seed: number, ...labels: number[]) {
    this.#key = keyOf(seed, labels)
  }

  /** 64 random bits as two unsigned words: one draw. */
  bits(): [number, number] {
    const at = this.position++
    return threefry(this.#key[0], this.#key[1], at >>> 0, high(at))
  }

  /** Uniform in [0, 1), with 53 bits. */
  uniform(): number {
    const [a, b] = this.bits()
    return ((a >>> 5) * 2 ** 26 + (b >>> 6)) * 2 ** -53
  }

  /** Uniform in [0, 1), with 24 bits: exact in float32. */
  float(): number {
    return (this.bits()[0] >>> 8) * 2 ** -24
  }

  /** Standard normal (Box and Muller 1958), one draw each. */
  normal(): number {
    const [a, b] = this.bits()
    const radius = Math.sqrt(-2 * log((a + 1) * 2 ** -32))
    return radius * cos(2 * Math.PI * (b * 2 ** -32))
  }

  /** A whole number from 0 to n - 1, for n up to 2^32. */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** Puts a list in random order, in place (Fisher and Yates). */
  shuffle<T>(list: T[]): T[] {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const moved = list[i]!
      list[i] = list[j]!
      list[j] = moved
    }
    return list
  }
}
