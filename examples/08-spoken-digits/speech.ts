import type { Stream } from 'sluice/data'

/** Samples a second. */
export const rate = 8000

/** A phone: two tones in Hz, how much hiss there is beside them, and its usual length in seconds. */
type Phone = readonly [first: number, second: number, hiss: number, seconds: number]

/** Tones of vowels as Peterson and Barney (1952) measured them; those of consonants are made up. */
const phones = {
  i: [270, 2290, 0, 0.09],
  I: [390, 1990, 0, 0.07],
  e: [530, 1840, 0, 0.09],
  a: [730, 1090, 0, 0.1],
  A: [640, 1190, 0, 0.07],
  o: [570, 840, 0, 0.1],
  u: [300, 870, 0, 0.1],
  r: [490, 1350, 0, 0.06],
  w: [290, 610, 0, 0.05],
  n: [250, 1500, 0, 0.06],
  v: [220, 1100, 0.3, 0.05],
  z: [250, 3200, 0.5, 0.06],
  f: [1400, 2800, 0.9, 0.07],
  T: [1500, 3500, 0.7, 0.06],
  s: [2600, 3600, 0.9, 0.08],
  k: [600, 1900, 0.4, 0.04],
  t: [1800, 3000, 0.6, 0.03],
} as const satisfies Readonly<Record<string, Phone>>

/** The digits, phone by phone: zero, one, two … */
const digits = ['ziro', 'wAn', 'tu', 'Tri', 'for', 'faiv', 'sIks', 'sevAn', 'eit', 'nain'] as const

/** Something said: its samples, and the digits. */
export interface Utterance {
  readonly samples: Float32Array
  readonly said: readonly number[]
}

/**
 * Says 2 to 6 digits, without a pause between them. Each speaker has a voice (all tones times 0.9 to 1.1) and a tempo; each
 * phone takes 0.6 to 1.6 times its length; tones glide from one phone to the next; over all of it lies noise.
 */
export function say(random: Stream): Utterance {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform()
  const said = Array.from({ length: 2 + random.below(5) }, () => random.below(10))
  const [voice, tempo, loudness] = [between(0.9, 1.1), between(0.8, 1.25), between(0.5, 1)]
  const names = said.flatMap((digit) => Array.from(digits[digit]!)) as (keyof typeof phones)[]
  const parts = names.map((name) => {
    const [first, second, hiss, seconds] = phones[name]
    const count = Math.round(seconds * tempo * between(0.6, 1.6) * rate)
    return { tones: [first * voice, second * voice], hiss, count } as const
  })
  return { samples: sound(random, parts, loudness), said }
}

interface Part {
  readonly tones: readonly [number, number]
  readonly hiss: number
  readonly count: number
}

function sound(random: Stream, parts: readonly Part[], loudness: number): Float32Array {
  const samples = new Float32Array(parts.reduce((sum, { count }) => sum + count, 0))
  let [first, second] = parts[0]!.tones
  let [hiss, at, one, two] = [0, 0, 0, 0]
  for (const part of parts) {
    for (let i = 0; i < part.count; i++) {
      first += 0.01 * (part.tones[0] - first)
      second += 0.01 * (part.tones[1] - second)
      hiss += 0.01 * (part.hiss - hiss)
      one += (2 * Math.PI * first) / rate
      two += (2 * Math.PI * second) / rate
      const noise = 2 * random.float() - 1
      const tone = Math.sin(one) + 0.7 * Math.sin(two)
      samples[at++] = loudness * (tone * (1 - 0.7 * hiss) + noise * hiss) + 0.3 * noise
    }
  }
  return samples
}
