/*
 * Transcendental functions of doubles from + - * / and the bits of a number alone. IEEE 754 fixes those, so every
 * engine and machine gives the same bits; it does not fix Math.exp and its kin. Results are within about one unit
 * in the last place.
 */

const ln2High = 0.6931471803691238 // 32 bits of ln 2, so that k * ln2High is exact
const ln2Low = 1.9082149292705877e-10
const piHalf = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const // 33 + 33 + 53 bits

const view = new DataView(new ArrayBuffer(8))
/** A power of two: its lower half stays zero. */
const power = new DataView(new ArrayBuffer(8))

/** 2^k for -1022 <= k <= 1023. */
function twoTo(k: number): number {
  power.setUint32(0, (k + 1023) << 20)
  return power.getFloat64(0)
}

/** y * 2^k, rounded once. */
function scale(y: number, k: number): number {
  if (Math.abs(k) <= 1000) return y * twoTo(k)
  const half = Math.trunc(k / 2)
  return y * twoTo(half) * twoTo(k - half)
}

/** x = m * 2^e with m from sqrt(1/2) to sqrt(2), for finite x > 0. */
function fraction(x: number): { m: number; e: number } {
  if (x < 2 ** -1022) {
    const { m, e } = fraction(x * 2 ** 54)
    return { m, e: e - 54 }
  }
  view.setFloat64(0, x)
  const top = view.getUint32(0)
  view.setUint32(0, (top & 0xfffff) | 0x3ff00000)
  const m = view.getFloat64(0)
  const e = (top >>> 20) - 1023
  return m > Math.SQRT2 ? { m: m / 2, e: e + 1 } : { m, e }
}

/** c[0] + c[1] z + c[2] z^2 + ... */
function polynomial(coefficients: readonly number[], z: number): number {
  let sum = 0
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * z + coefficients[i]!
  return sum
}

function series(count: number, coefficient: (index: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, index) => coefficient(index))
}

function factorial(n: number): number {
  let product = 1
  for (let i = 2; i <= n; i++) product *= i
  return product
}

const alternating = (index: number): number => (index % 2 === 0 ? 1 : -1)

/** (sin(r) - r) / r^3 and (cos(r) - 1 + r^2 / 2) / r^4 in r^2, for |r| <= pi / 4. */
const sinSeries = series(8, (i) => -alternating(i) / factorial(2 * i + 3))
const cosSeries = series(7, (i) => alternating(i) / factorial(2 * i + 4))
/** (2 artanh(s) - 2 s) / s in s^2, without its factor s^2, for |s| <= 0.1716. */
const logSeries = series(11, (i) => 2 / (2 * i + 3))

/** (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2, in pairs, which a processor computes side by side (Estrin 1960). */
function expSeries(r: number): number {
  const r2 = r * r
  const r4 = r2 * r2
  const low = 1 / 2 + (1 / 6) * r + (1 / 24 + (1 / 120) * r) * r2
  const middle = 1 / 720 + (1 / 5040) * r + (1 / 40_320 + (1 / 362_880) * r) * r2
  const high = 1 / 3_628_800 + (1 / 39_916_800) * r + (1 / 479_001_600 + (1 / 6_227_020_800) * r) * r2
  return low + (middle + (high + (1 / 87_178_291_200) * r4) * r4) * r4
}

/** exp(x + tail), where the tail is far below x. */
function expOf(x: number, tail: number): number {
  if (x > 709.79) return Infinity
  if (x < -745.14) return 0
  const k = Math.round(x * Math.LOG2E)
  const high = x - k * ln2High
  const r = high - k * ln2Low
  const lost = high - r - k * ln2Low + tail
  const grown = r + r * r * expSeries(r)
  return scale(1 + (grown + (lost + lost * grown)), k)
}

/** e to the power x. */
export function exp(x: number): number {
  return Number.isNaN(x) ? NaN : expOf(x, 0)
}

/** Natural logarithm; NaN below zero. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN
  if (x === Infinity) return Infinity
  const { m, e } = fraction(x)
  const f = m - 1
  const s = f / (2 + f)
  const rest = s * s * polynomial(logSeries, s * s)
  return e * ln2High + (f - (s * (f - rest) - e * ln2Low))
}

/** The part of x after whole quarter turns, and how many (modulo 4). */
function quarters(x: number): { r: number; turn: number } {
  const n = Math.round(x * (2 / Math.PI))
  return { r: x - n * piHalf[0] - n * piHalf[1] - n * piHalf[2], turn: ((n % 4) + 4) % 4 }
}

function wave({ r, turn }: { r: number; turn: number }): number {
  const z = r * r
  const value =
    turn % 2 === 0 ? r + r * z * polynomial(sinSeries, z) : 1 - (z / 2 - z * z * polynomial(cosSeries, z))
  return turn < 2 ? value : -value
}

/** Sine of x in radians, for |x| up to a million. */
export function sin(x: number): number {
  return wave(quarters(x))
}

/** Cosine of x in radians, for |x| up to a million. */
export function cos(x: number): number {
  const { r, turn } = quarters(x)
  return wave({ r, turn: (turn + 1) % 4 })
}

/** A number of twice the precision: high + low, where low is below half a unit of high. */
type Double = readonly [high: number, low: number]

/** Exact sum (Knuth). */
function sumOf(a: number, b: number): Double {
  const high = a + b
  const part = high - a
  return [high, a - (high - part) + (b - part)]
}

/** Exact product (Dekker 1971). */
function productOf(a: number, b: number): Double {
  const high = a * b
  const [a1, a0] = halves(a)
  const [b1, b0] = halves(b)
  return [high, a0 * b0 - (high - a1 * b1 - a0 * b1 - a1 * b0)]
}

function halves(a: number): Double {
  const scaled = a * (2 ** 27 + 1)
  const high = scaled - (scaled - a)
  return [high, a - high]
}

function add(a: Double, b: Double): Double {
  const [high, low] = sumOf(a[0], b[0])
  return sumOf(high, low + a[1] + b[1])
}

function multiply(a: Double, b: Double): Double {
  const [high, low] = productOf(a[0], b[0])
  return sumOf(high, low + (a[0] * b[1] + a[1] * b[0]))
}

function divide(a: number, b: Double): Double {
  const quotient = a / b[0]
  const [high, low] = productOf(quotient, b[0])
  return sumOf(quotient, (a - high - low - quotient * b[1]) / b[0])
}

const twoThirds: Double = [2 / 3, 3.700743415417188e-17]

/** Natural logarithm to twice the precision, for finite x > 0. */
function preciseLog(x: number): Double {
  const { m, e } = fraction(x)
  const s = divide(m - 1, sumOf(1, m))
  const square = multiply(s, s)
  const cube = multiply(multiply(square, s), twoThirds)
  const rest = s[0] * square[0] * square[0] * polynomial(logSeries.slice(1), square[0])
  const whole = add([e * ln2High, 0], productOf(e, ln2Low))
  return add(whole, add([2 * s[0], 2 * s[1]], add(cube, [rest, 0])))
}

/** x to the power y, as `x ** y` defines it. */
export function pow(x: number, y: number): number {
  // The language fixes the results of these exactly.
  if (x === 0 || y === 0 || !Number.isFinite(x) || !Number.isFinite(y)) return x ** y
  if (x < 0) {
    if (!Number.isInteger(y)) return NaN
    return y % 2 === 0 ? pow(-x, y) : -pow(-x, y)
  }
  const logarithm = preciseLog(x)
  if (Math.abs(y * logarithm[0]) > 800) return y * logarithm[0] > 0 ? Infinity : 0
  const [high, low] = multiply([y, 0], logarithm)
  return expOf(high, low)
}
