import { rate } from './speech.ts'

/** Samples of a frame: 20 ms. */
const frame = 160

/** Hz of the bands, spaced as pitch is heard (the mel scale of Stevens, Volkmann and Newman 1937). */
const bands: readonly number[] = Array.from({ length: 16 }, (_unused, band) => {
  const [low, high] = [mel(200), mel(3700)]
  return 700 * (10 ** ((low + ((high - low) * band) / 15) / 2595) - 1)
})

/** Numbers of a frame. */
export const frameSize = bands.length

function mel(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700)
}

/** The energy of each band in each frame of 20 ms, as a logarithm. */
export function spectrum(samples: Float32Array): readonly Float32Array[] {
  return Array.from({ length: Math.floor(samples.length / frame) }, (_unused, number) => {
    const part = samples.subarray(number * frame, (number + 1) * frame)
    return Float32Array.from(bands, (hertz) => Math.log(1e-3 + energy(part, hertz)) / 2)
  })
}

/** The energy at one frequency (Goertzel 1958), by a window of Hann. */
function energy(part: Float32Array, hertz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * hertz) / rate)
  let [last, before] = [0, 0]
  for (let i = 0; i < part.length; i++) {
    const now = part[i]! * hann[i]! + factor * last - before
    before = last
    last = now
  }
  return (last * last + before * before - factor * last * before) / frame
}

const hann = Float32Array.from(
  { length: frame },
  (_unused, i) => Math.sin((Math.PI * (i + 0.5)) / frame) ** 2,
)
