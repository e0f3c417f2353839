import { describe, expect, it } from 'vitest'
import { type InstructionName, instructions } from '../../src/plan/format.ts'
import { floatBits } from '../../src/plan/write.ts'
import type { Device } from '../../src/runtime/device.ts'
import { devices, titleOf } from './devices.ts'
import { type Fields, type Place, TestPlan, each, numbers, read, runCall, write } from './plan.ts'

const opOf = (name: InstructionName): number => instructions.indexOf(name)
const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** Meaning in float64; k and k2 are 0.3 and 0.7. */
type Meaning = (a: number, b: number, c: number, e: number) => number
const [k, k2] = [Math.fround(0.3), Math.fround(0.7)]

/** Instructions of inputs from -1 to 1 (some of them equal), where rounding is relative to 1. */
const arithmetic: Partial<Record<InstructionName, Meaning>> = {
  copy: (a) => a,
  neg: (a) => -a,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  prefer: (a, b) => (a > b ? 1 : a === b ? 0.5 : 0),
  positive: (a) => (a > 0 ? 1 : 0),
  sign: (a) => Math.sign(a),
  inside: (a) => (a >= k && a <= k2 ? 1 : 0),
  clip: (a) => Math.min(Math.max(a, k), k2),
  abs: (a) => Math.abs(a),
  relu: (a) => Math.max(a, 0),
  leaky_relu: (a) => (a > 0 ? a : k * a),
  hard_sigmoid: (a) => Math.min(Math.max(0.2 * a + 0.5, 0), 1),
  affine: (a) => a * k + k2,
  fma: (a, b, c) => a * b + c,
  fma2: (a, b, c, e) => a * b + c * e,
  mul_sub: (a, b, c) => a * (b - c),
  lerp: (a, b, c) => a * (b - c) + c,
  dsigmoid: (a, b) => a * (b * (1 - b)),
  dtanh: (a, b) => a * (1 - b * b),
  mul_dsigmoid: (a, b, c) => a * b * (c * (1 - c)),
  mul_dtanh: (a, b, c) => a * b * (1 - c * c),
  mul_dtanh_add: (a, b, c, e) => a * b * (1 - c * c) + e,
  mul_fma: (a, b, c, e) => a * b * c + e,
  add3: (a, b, c) => a + b + c,
  sigmoid_fma: (a, b, c) => sigmoid(a * b + c),
  tanh_fma: (a, b, c) => Math.tanh(a * b + c),
}

/** Functions, exact relative to their value. */
const functions: Partial<Record<InstructionName, Meaning>> = {
  sqrt: (a) => Math.sqrt(a),
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  sigmoid,
  tanh: (a) => Math.tanh(a),
  elu: (a) => (a > 0 ? a : k * Math.expm1(a)),
  softplus,
  log_sigmoid: (a) => -softplus(-a),
  softsign: (a) => a / (1 + Math.abs(a)),
  power: (a) => a ** k,
  div: (a, b) => a / b,
}

type TwoMeanings = readonly [Meaning, Meaning]

/** Instructions of two results, of inputs from -1 to 1. */
const twice: Partial<Record<InstructionName, TwoMeanings>> = {
  tanh_mul: [(a) => Math.tanh(a), (a, b) => b * Math.tanh(a)],
  mul_and_dsigmoid: [(a, b) => a * b, (a, b, c) => a * c * (b * (1 - b))],
  dsigmoid_and_dtanh: [(a, b, c) => a * c * (b * (1 - b)), (a, b, c) => a * b * (1 - c * c)],
  dsigmoid_and_dtanh_add: [(a, b, c) => a * c * (b * (1 - b)), (a, b, c, e) => a * b * (1 - c * c) + e],
}

/** Smallest float32 that is not subnormal. */
const smallest = 1.17549435e-38

const sizes = [
  0, 1e-30, 1e-8, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.99, 1, 1.01, 2, 3, 5, 8, 9, 12, 20, 40, 69, 86, 89, 100, 1000,
]
const extremes = [...sizes, ...sizes.map((x) => -x)].map(Math.fround)

/** A plan of one instruction over 11 rows with a tail. */
class Trial {
  readonly plan: TestPlan
  readonly inputs: readonly Place[]
  readonly d: Place
  readonly e: Place
  readonly #device: Device

  constructor(device: Device, rows = 11) {
    this.#device = device
    this.plan = new TestPlan(device, { rows, steps: 2 })
    this.inputs = Array.from({ length: 4 }, () => this.plan.rowMajor(2 * this.plan.width + 3))
    this.d = this.plan.panelMajor(2 * this.plan.width + 3, 2)
    this.e = this.plan.rowMajor(2 * this.plan.width + 3)
  }

  /** Runs an instruction on inputs that `f` gives; slots are a, b, c, e, d and a second output. */
  async run(instruction: Fields<'instruction'>, f: (input: number, index: number) => number) {
    const { plan, inputs, d, e } = this
    const stage = plan.pointwise(
      [...inputs, d, e],
      [{ a: 0, b: 1, c: 2, e: 3, d: 4, k: floatBits(k), k2: floatBits(k2), ...instruction }],
    )
    plan.loop([stage])
    const loaded = await this.#device.load(plan.finish({ forwardCount: 1 }))
    inputs.forEach((place, input) => {
      let index = 0
      write(loaded, plan, place, () => f(input, index++))
    })
    await runCall(loaded, { mode: 1, steps: 2 })
    const [a, b, c, third] = inputs.map((place) => read(loaded, plan, place))
    const results = {
      a: a!,
      b: b!,
      c: c!,
      e: third!,
      d: read(loaded, plan, d),
      second: read(loaded, plan, e),
    }
    loaded.dispose()
    return results
  }

  /** Largest difference from float64, relative to the larger of the value and `unit`; subnormal values may be 0. */
  async worst(
    name: InstructionName,
    meaning: Meaning,
    unit: number,
    f: (input: number, index: number) => number,
  ) {
    const { a, b, c, e, d } = await this.run({ op: opOf(name) }, f)
    let worst = { difference: 0, at: 0, is: 0, wanted: 0 }
    each(this.plan, this.d, 2, (step, row, i) => {
      const inputs = [a, b, c, e].map((input) => input(step, row, i)) as [number, number, number, number]
      const wanted = meaning(...inputs)
      const is = d(step, row, i)
      const size = Math.max(unit, Math.abs(wanted))
      const same =
        Object.is(is + 0, Math.fround(wanted) + 0) || Math.max(Math.abs(is), Math.abs(wanted)) < smallest
      const difference = same ? 0 : Math.abs(is - wanted) / size
      if (!(difference <= worst.difference)) worst = { difference, at: inputs[0], is, wanted }
    })
    return worst
  }
}

describe.each(devices.map((device) => [titleOf(device), device] as const))(
  'pointwise on %s',
  (_title, device) => {
    it.each(Object.entries(arithmetic) as [InstructionName, Meaning][])('%s', async (name, meaning) => {
      const next = numbers(opOf(name))
      const ties = [0, 0.25, k, k2, -1, 1]
      const pick = (_input: number, index: number) =>
        index % 5 === 0 ? ties[(index / 5) % ties.length]! : next()
      expect(await new Trial(device).worst(name, meaning, 1, pick)).toMatchObject({
        difference: expect.closeTo(0, 6),
      })
    })

    it.each(Object.entries(functions) as [InstructionName, Meaning][])(
      '%s, over its whole range',
      async (name, meaning) => {
        const next = numbers(opOf(name))
        const positive = ['sqrt', 'log', 'power'].includes(name)
        const value = (input: number, index: number): number => {
          const x = extremes[index] ?? next() * (index % 3 === 0 ? 1 : index % 3 === 1 ? 10 : 90)
          return Math.fround(input === 1 ? next() + 2 : positive ? Math.abs(x) : x)
        }
        const worst = await new Trial(device).worst(name, meaning, smallest, value)
        expect(worst).toSatisfy(({ difference }: { difference: number }) => difference < 3e-7)
      },
    )

    it.each(Object.entries({ ...arithmetic, ...functions }) as [InstructionName, Meaning][])(
      '%s of NaN',
      async (name, meaning) => {
        const trial = new Trial(device)
        const value = (input: number, index: number): number => (index % 5 === input ? Number.NaN : 0.5)
        const { a, b, c, e, d } = await trial.run({ op: opOf(name) }, value)
        each(trial.plan, trial.d, 2, (step, row, i) => {
          const wanted = meaning(a(step, row, i), b(step, row, i), c(step, row, i), e(step, row, i))
          expect(Number.isNaN(d(step, row, i))).toBe(Number.isNaN(wanted))
        })
      },
    )

    it.each(Object.entries({ ...arithmetic, ...functions }) as [InstructionName, Meaning][])(
      '%s of infinity',
      async (name, meaning) => {
        const trial = new Trial(device)
        const ends = [Infinity, -Infinity]
        const value = (input: number, index: number): number => (index % 5 === input ? ends[index % 2]! : 0.5)
        expect(await trial.worst(name, meaning, 1, value)).toMatchObject({ difference: expect.closeTo(0, 6) })
      },
    )

    it('takes whole, negative and half powers', async () => {
      for (const exponent of [2, 3, -1, 0, 0.5, -0.5, -2.5, 7]) {
        const { a, d } = await new Trial(device).run(
          { op: opOf('power'), k: floatBits(exponent) },
          (_input, i) => 0.5 + i / 100,
        )
        expect(d(1, 3, 4) / a(1, 3, 4) ** exponent).toBeCloseTo(1, 6)
      }
      const { d } = await new Trial(device).run({ op: opOf('power'), k: floatBits(3) }, () => -2)
      expect(d(0, 0, 0)).toBe(-8)
    })

    it.each(Object.entries(twice) as [InstructionName, TwoMeanings][])(
      '%s gives two results',
      async (name, [first, next]) => {
        const random = numbers(opOf(name))
        const trial = new Trial(device)
        const { a, b, c, e, d, second } = await trial.run({ op: opOf(name), d2: 5 }, () => random())
        each(trial.plan, trial.d, 2, (step, row, i) => {
          const inputs = [a, b, c, e].map((input) => input(step, row, i)) as [number, number, number, number]
          expect(d(step, row, i)).toBeCloseTo(first(...inputs), 6)
          expect(second(step, row, i)).toBeCloseTo(next(...inputs), 6)
        })
      },
    )
  },
)
