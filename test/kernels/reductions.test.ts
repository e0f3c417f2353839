import { describe, expect, it } from 'vitest'
import type { Device, Loaded } from '../../src/runtime/device.ts'
import { bf16 } from './bf16.ts'
import { devices, pairing, titleOf } from './devices.ts'
import { type Fields, type Place, TestPlan, numbers, read, runCall, write } from './plan.ts'

const [weight, columns, scatter, chunks, transpose] = [0, 1, 2, 3, 4]

/** A backward pass with nothing but reductions, over gradients of `floats`. */
class Sums {
  readonly plan: TestPlan
  readonly gradients: number
  readonly device: Device
  readonly #floats: number
  loaded!: Loaded

  constructor(device: Device, floats: number, shape = { rows: 5, steps: 7, chunks: 3 }) {
    this.device = device
    this.plan = new TestPlan(device, shape)
    this.gradients = this.plan.room(floats)
    this.#floats = floats
  }

  async load(
    reductions: readonly Fields<'reduction'>[],
    finish: readonly Fields<'reduction'>[] = [],
  ): Promise<void> {
    const first = this.plan.add('reduction', reductions)
    const second = this.plan.add('reduction', finish)
    this.loaded = await this.device.load(
      this.plan.finish({
        gradients: this.gradients,
        parameterFloats: this.#floats,
        reduceFirst: first.first,
        reduceCount: first.count,
        finishFirst: second.first,
        finishCount: second.count,
      }),
    )
  }

  /** Runs on the whole window after setting every gradient to 3. @returns the gradients */
  async run(accumulate = 0): Promise<Float32Array> {
    const { gradients, loaded } = this
    loaded.floats.fill(3, gradients, gradients + this.#floats)
    await runCall(loaded, { mode: 2, steps: this.plan.steps, accumulate })
    return loaded.floats.slice(gradients, gradients + this.#floats)
  }

  targets(list: readonly number[]): { targetFirst: number; targetCount: number } {
    const { first, count } = this.plan.writer.words(list.map((offset) => this.gradients + offset))
    return { targetFirst: first, targetCount: count }
  }
}

interface Layout {
  readonly slots: number
  readonly units: number
  readonly blocks: number
  readonly entries: number
  /** Panels of dz in place, or vectors row by row. */
  readonly inPlace: boolean
}

const layouts: readonly Layout[] = [
  { slots: 4, units: 1, blocks: 3, entries: 21, inPlace: true },
  { slots: 1, units: 4, blocks: 6, entries: 9, inPlace: true },
  { slots: 2, units: 2, blocks: 4, entries: 13, inPlace: true },
  { slots: 1, units: 3, blocks: 5, entries: 1, inPlace: false },
  { slots: 1, units: 1, blocks: 1, entries: 40, inPlace: true },
]

/** dz of a layout: vector (slot, unit) of a panel is block panel*slots*units + slot*units + unit. */
function gradientOf(
  plan: TestPlan,
  { slots, units, blocks, inPlace }: Layout,
): { dz: Place; panelStride: number; panels: number } {
  const panels = Math.ceil(blocks / units)
  const size = panels * slots * units * plan.width
  const dz = inPlace ? plan.panelMajor(size, slots * units) : plan.rowMajor(size)
  return { dz, panels, panelStride: inPlace ? dz.panelStride : slots * units * plan.width }
}

/** Entry of dz that belongs to column n of a slot. */
function entryOf({ slots, units }: Layout, width: number, slot: number, n: number): number {
  const block = Math.floor(n / width)
  return (Math.floor(block / units) * slots * units + slot * units + (block % units)) * width + (n % width)
}

async function expectWeights(device: Device, layout: Layout, pairs: 0 | 1): Promise<void> {
  const { slots, units, blocks, entries } = layout
  const stride = blocks * device.vectorWidth
  const sums = new Sums(device, slots * entries * stride, { rows: 23, steps: 50, chunks: 1 })
  const { plan } = sums
  const a = plan.rowMajor(entries)
  const { dz, panels, panelStride } = gradientOf(plan, layout)
  const lastUnits = blocks - (panels - 1) * units
  const last = slots === 1 ? { lastVectors: lastUnits } : { lastVectors: slots * units }
  const list = sums.targets(Array.from({ length: slots }, (_unused, slot) => slot * entries * stride))
  const fields = {
    a: a.operand,
    d: dz.operand,
    panels,
    panelStride,
    vectors: slots * units,
    units,
    entries,
    stride,
    pairs,
  }
  await sums.load([{ kind: weight, together: 1, ...fields, ...last, ...list }])
  const next = numbers(1)
  write(sums.loaded, plan, a, next)
  write(sums.loaded, plan, dz, next)
  const [fresh, added] = [await sums.run(), await sums.run(1)]
  const [x, dx] = [read(sums.loaded, plan, a), read(sums.loaded, plan, dz)]
  const round = pairs ? bf16 : (value: number): number => value
  for (let slot = 0; slot < slots; slot++) {
    for (let m = 0; m < entries; m += 4) {
      for (let n = 0; n < stride; n += 3) {
        let sum = 0
        for (let step = 0; step < plan.steps; step++) {
          for (let row = 0; row < plan.rows; row++)
            sum += round(x(step, row, m)) * round(dx(step, row, entryOf(layout, plan.width, slot, n)))
        }
        const at = (slot * entries + m) * stride + n
        expect(Math.abs(fresh[at]! - sum)).toBeLessThan(1e-4)
        expect(Math.abs(added[at]! - sum - 3)).toBeLessThan(1e-4)
      }
    }
  }
  sums.loaded.dispose()
}

/** Rows end after 0 to 19 of 50 steps, so that most passes hold some rows of a step and the last hold none. */
async function expectEnded(device: Device, pairs: 0 | 1): Promise<void> {
  const [entries, size] = [21, 2 * device.vectorWidth]
  const sums = new Sums(device, (entries + 1) * size, { rows: 23, steps: 50, chunks: 1 })
  const { plan } = sums
  const [a, dz, lengths] = [plan.rowMajor(entries), plan.panelMajor(size, 2), plan.room(23)]
  const panels = {
    d: dz.operand,
    panels: 1,
    panelStride: dz.panelStride,
    vectors: 2,
    lastVectors: 2,
    units: 2,
  }
  await sums.load([
    {
      kind: weight,
      together: 2,
      a: a.operand,
      entries,
      stride: size,
      lengths,
      pairs,
      ...panels,
      ...sums.targets([0]),
    },
    { kind: columns, lengths, ...panels, ...sums.targets([entries * size]) },
  ])
  const next = numbers(5)
  const lengthOf = (row: number): number => (row * 7) % 20
  for (let row = 0; row < 23; row++) sums.loaded.ints[lengths + row] = lengthOf(row)
  for (const place of [a, dz])
    write(sums.loaded, plan, place, (step, row) => (step < lengthOf(row) ? next() : Number.NaN))
  const result = await sums.run()
  const [x, dx] = [read(sums.loaded, plan, a), read(sums.loaded, plan, dz)]
  const round = pairs ? bf16 : (value: number): number => value
  result.forEach((is, at) => {
    const [line, n] = [Math.floor(at / size), at % size]
    let sum = 0
    for (let row = 0; row < 23; row++)
      for (let step = 0; step < lengthOf(row); step++)
        sum += line < entries ? round(x(step, row, line)) * round(dx(step, row, n)) : dx(step, row, n)
    expect(Math.abs(is - sum)).toBeLessThan(1e-4)
  })
  sums.loaded.dispose()
}

describe.each(devices.map((device) => [titleOf(device), device] as const))(
  'reductions on %s',
  (_title, device) => {
    it.each(layouts)('gradients of $slots matrices, $units blocks of $blocks a panel', async (layout) => {
      await expectWeights(device, layout, 0)
    })

    it('leaves out rows that have ended', async () => {
      await expectEnded(device, 0)
    })

    it('adds rows of gradients where the tokens say', async () => {
      const layout: Layout = { slots: 2, units: 1, blocks: 2, entries: 0, inPlace: true }
      const [classes, stride] = [4, 2 * device.vectorWidth]
      const sums = new Sums(device, 2 * classes * stride)
      const { plan } = sums
      const tokens = plan.room(35)
      const { dz, panels, panelStride } = gradientOf(plan, layout)
      const shape = { panels, panelStride, vectors: 2, lastVectors: 2, units: 1 }
      const list = sums.targets([0, classes * stride])
      await sums.load([
        { kind: scatter, together: 1, d: dz.operand, tokens, classes, stride, ...shape, ...list },
      ])
      write(sums.loaded, plan, dz, numbers(2))
      const token = (index: number): number => ((index * 5) % 7) - 1
      for (let i = 0; i < 35; i++) sums.loaded.ints[tokens + i] = token(i)
      const result = await sums.run()
      const dx = read(sums.loaded, plan, dz)
      result.forEach((is, at) => {
        const [slot, n] = [Math.floor(at / (classes * stride)), at % stride]
        let sum = 0
        for (let i = 0; i < 35; i++) {
          const here = token(i) === Math.floor(at / stride) % classes
          if (here) sum += dx(Math.floor(i / 5), i % 5, entryOf(layout, plan.width, slot, n))
        }
        expect(is).toBeCloseTo(sum, 5)
      })
      sums.loaded.dispose()
    })

    it('sums columns, and the sums of chunks, into every target', async () => {
      const size = 3 * device.vectorWidth
      const sums = new Sums(device, 3 * size)
      const { plan } = sums
      const d = plan.panelMajor(size, 2)
      const chunkStride = size
      const kept = plan.place(size, { base: plan.room(3 * size), chunkStride })
      const shape = { panels: 2, panelStride: d.panelStride, vectors: 2, lastVectors: 1, units: 2 }
      const panels = { d: d.operand, ...shape }
      await sums.load([
        { kind: columns, together: 2, ...panels, ...sums.targets([0]) },
        { kind: columns, ...panels, ...sums.targets([size]) },
        { kind: chunks, together: 1, d: kept.operand, blocks: 3, ...sums.targets([size, 2 * size]) },
      ])
      const next = numbers(3)
      write(sums.loaded, plan, d, next)
      for (let i = 0; i < 3 * size; i++) sums.loaded.floats[kept.base + i] = next()
      const result = await sums.run()
      const dx = read(sums.loaded, plan, d)
      for (let i = 0; i < size; i++) {
        const all = Array.from({ length: 35 }, (_unused, at) => dx(Math.floor(at / 5), at % 5, i))
        const sum = all.reduce((x, y) => x + y, 0)
        const chunkSum = [0, 1, 2].reduce(
          (x, chunk) => x + sums.loaded.floats[kept.base + chunk * size + i]!,
          0,
        )
        expect(result[i]).toBeCloseTo(sum, 5)
        expect(result[size + i]).toBeCloseTo(sum + chunkSum, 5)
        expect(result[2 * size + i]).toBeCloseTo(chunkSum, 5)
      }
      sums.loaded.dispose()
    })

    it('takes weights and columns of the same panels together', async () => {
      const size = 2 * device.vectorWidth
      const [first, second] = [6, 11]
      const lines = [0, first, first + second].map((line) => line * size)
      const sums = new Sums(device, (first + second + 1) * size, { rows: 23, steps: 50, chunks: 1 })
      const { plan } = sums
      const [a, b] = [plan.rowMajor(first), plan.rowMajor(second)]
      const dz = plan.panelMajor(size, 1)
      const panels = { panels: 2, panelStride: dz.panelStride, vectors: 1, lastVectors: 1, units: 1 }
      const common = { d: dz.operand, ...panels, stride: size }
      await sums.load([
        { kind: weight, together: 3, a: a.operand, entries: first, ...common, ...sums.targets([lines[0]!]) },
        { kind: weight, a: b.operand, entries: second, ...common, ...sums.targets([lines[1]!]) },
        { kind: columns, ...common, ...sums.targets([lines[2]!]) },
      ])
      const next = numbers(4)
      for (const place of [a, b, dz]) write(sums.loaded, plan, place, next)
      const result = await sums.run()
      const [x, y, dx] = [a, b, dz].map((place) => read(sums.loaded, plan, place))
      result.forEach((is, at) => {
        const [line, n] = [Math.floor(at / size), at % size]
        let sum = 0
        for (let i = 0; i < 23 * 50; i++) {
          const [step, row] = [Math.floor(i / 23), i % 23]
          const left =
            line < first ? x!(step, row, line) : line < first + second ? y!(step, row, line - first) : 1
          sum += left * dx!(step, row, n)
        }
        expect(Math.abs(is - sum)).toBeLessThan(1e-4)
      })
      sums.loaded.dispose()
    })

    it('adds the transpose of a matrix and clears it', async () => {
      const [rows, cols, stride] = [5, 6, 16]
      const sums = new Sums(device, cols * stride)
      const source = sums.plan.room(rows * 8)
      const fields = { entries: rows, classes: cols, stride, source, sourceStride: 8, ...sums.targets([0]) }
      await sums.load([], [{ kind: transpose, together: 1, ...fields }])
      for (let i = 0; i < rows * 8; i++) sums.loaded.floats[source + i] = i + 1
      const result = await sums.run()
      result.forEach((is, at) => {
        const [n, m] = [Math.floor(at / stride), at % stride]
        expect(is).toBe(m < rows ? m * 8 + n + 1 : 0)
      })
      expect((await sums.run()).every((is) => is === 0)).toBe(true)
      sums.loaded.dispose()
    })
  },
)

describe.each(pairing.map((device) => [titleOf(device), device] as const))(
  'reductions in bf16 on %s',
  (_title, device) => {
    it.each(layouts)('gradients of $slots matrices, $units blocks of $blocks a panel', async (layout) => {
      await expectWeights(device, layout, 1)
    })

    it('leaves out rows that have ended', async () => {
      await expectEnded(device, 1)
    })
  },
)
