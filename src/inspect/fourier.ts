import { cos, sin } from '../core/math.ts'

/** Complex numbers, as many as a power of two. */
export interface Signal {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

/** The fast Fourier transform of signals of one length (Cooley and Tukey 1965). */
export class Fourier {
  readonly size: number
  readonly #cosines: Float64Array
  readonly #sines: Float64Array
  readonly #places: Uint32Array

  /** @param size a power of two */
  constructor(size: number) {
    this.size = size
    const half = Math.max(1, size / 2)
    this.#cosines = Float64Array.from({ length: half }, (_unused, i) => cos((2 * Math.PI * i) / size))
    this.#sines = Float64Array.from({ length: half }, (_unused, i) => sin((2 * Math.PI * i) / size))
    this.#places = new Uint32Array(size)
    for (let i = 1; i < size; i++) this.#places[i] = (this.#places[i >> 1]! >> 1) | (i & 1 ? size / 2 : 0)
  }

  /** A signal of zeros. */
  zeros(): Signal {
    return { real: new Float64Array(this.size), imaginary: new Float64Array(this.size) }
  }

  /** Transforms a signal in place. */
  transform(signal: Signal): void {
    const { real, imaginary } = signal
    for (const [i, place] of this.#places.entries()) {
      if (place <= i) continue
      ;[real[i], real[place]] = [real[place]!, real[i]!]
      ;[imaginary[i], imaginary[place]] = [imaginary[place]!, imaginary[i]!]
    }
    for (let span = 1; span < this.size; span *= 2) this.#round(signal, span)
  }

  /** Joins transforms of `span` numbers to transforms of twice as many. */
  #round({ real, imaginary }: Signal, span: number): void {
    const [cosines, sines] = [this.#cosines, this.#sines]
    const stride = this.size / (2 * span)
    for (let first = 0; first < this.size; first += 2 * span) {
      for (let i = 0; i < span; i++) {
        const [even, odd] = [first + i, first + i + span]
        const c = cosines[i * stride]!
        const s = sines[i * stride]!
        const re = real[odd]! * c + imaginary[odd]! * s
        const im = imaginary[odd]! * c - real[odd]! * s
        real[odd] = real[even]! - re
        imaginary[odd] = imaginary[even]! - im
        real[even]! += re
        imaginary[even]! += im
      }
    }
  }
}

/** The least power of two that is a number or above it. */
function powerFrom(count: number): number {
  let power = 1
  while (power < count) power *= 2
  return power
}

/**
 * Correlations of signals with one label at every circular shift: entry s is the sum of `a[t] * label[t + s]`, t + s counted
 * around. Signals go in pairs, since one transform does two.
 */
export class Shifts {
  readonly #fourier: Fourier
  readonly #count: number

  /** @param count entries of signals and labels */
  constructor(count: number) {
    this.#count = count
    this.#fourier = new Fourier(powerFrom(count) === count ? count : powerFrom(2 * count))
  }

  /** The transform of a label. */
  label(values: Float64Array): Signal {
    const signal = this.#fourier.zeros()
    const copies = this.#fourier.size === this.#count ? 1 : 2
    for (let copy = 0; copy < copies; copy++) signal.real.set(values, copy * this.#count)
    this.#fourier.transform(signal)
    return signal
  }

  /** The transform of a pair of signals. */
  pair(one: Float64Array, other: Float64Array): Signal {
    const signal = this.#fourier.zeros()
    signal.real.set(one)
    signal.imaginary.set(other)
    this.#fourier.transform(signal)
    return signal
  }

  /** Correlations of both signals of a pair with a label, into the first entries of `result`. */
  correlate(pair: Signal, label: Signal, result: Signal): void {
    const { size } = this.#fourier
    for (let i = 0; i < size; i++) {
      // The pair times the conjugate of the label; its inverse transform is read backward, which turns shifts round.
      const re = pair.real[i]! * label.real[i]! + pair.imaginary[i]! * label.imaginary[i]!
      const im = pair.imaginary[i]! * label.real[i]! - pair.real[i]! * label.imaginary[i]!
      result.real[i] = re / size
      result.imaginary[i] = im / size
    }
    this.#fourier.transform(result)
  }

  /** A place for results of `correlate`. */
  zeros(): Signal {
    return this.#fourier.zeros()
  }
}
