import { describe, expect, it } from 'vitest'
import type { Device } from '../../src/runtime/device.ts'
import { bf16, pairOf } from './bf16.ts'
import { devices, pairing, titleOf } from './devices.ts'
import { TestPlan, each, numbers, read, runCall, write } from './plan.ts'

const compute = 0

/** Packed weights as a product reads them: [panel][k][vectors*width], the last panel narrower. */
function packed(
  { width }: TestPlan,
  { panels, vectors, lastVectors }: { panels: number; vectors: number; lastVectors: number },
  depth: number,
  f: (k: number, column: number) => number,
): number[] {
  const list: number[] = []
  for (let panel = 0; panel < panels; panel++) {
    const columns = (panel + 1 === panels ? lastVectors : vectors) * width
    for (let k = 0; k < depth; k++) {
      for (let n = 0; n < columns; n++) list.push(f(k, panel * vectors * width + n))
    }
  }
  return list
}

/** The same in pairs of neighbouring k of a segment, as words. */
function packedPairs(plan: TestPlan, c: Case, f: (k: number, column: number) => number): number[] {
  const lines = Math.ceil(c.length / 2)
  return packed(plan, c, c.segments * lines, (line, n) => {
    const [segment, first] = [Math.floor(line / lines), 2 * (line % lines)]
    const k = segment * c.length + first
    return pairOf(f(k, n), first + 1 < c.length ? f(k + 1, n) : 0)
  })
}

interface Case {
  readonly rows: number
  readonly steps: number
  readonly vectors: number
  readonly lastVectors: number
  readonly panels: number
  readonly segments: number
  readonly length: number
  readonly parallel?: number
  readonly accumulate?: number
  /** Whether both operands are rounded to bf16. */
  readonly pairs?: 1
}

const cases: readonly Case[] = [
  { rows: 1, steps: 1, vectors: 1, lastVectors: 1, panels: 1, segments: 1, length: 1 },
  { rows: 7, steps: 2, vectors: 4, lastVectors: 1, panels: 3, segments: 1, length: 37 },
  { rows: 13, steps: 1, vectors: 4, lastVectors: 3, panels: 2, segments: 3, length: 20 },
  { rows: 25, steps: 1, vectors: 3, lastVectors: 2, panels: 2, segments: 1, length: 700, accumulate: 1 },
  { rows: 11, steps: 3, vectors: 2, lastVectors: 1, panels: 2, segments: 9, length: 64, parallel: 1 },
  {
    rows: 17,
    steps: 30,
    vectors: 1,
    lastVectors: 1,
    panels: 4,
    segments: 2,
    length: 5,
    parallel: 1,
    accumulate: 1,
  },
]

/** A product of random numbers against float64. */
async function expectProduct(device: Device, c: Case): Promise<void> {
  const plan = new TestPlan(device, c)
  const columns = ((c.panels - 1) * c.vectors + c.lastVectors) * plan.width
  const stride = c.segments * c.length + 3
  const base = plan.room(c.steps * c.rows * stride)
  const a = plan.place(c.segments * c.length, { base, rowStride: stride, timeStride: c.rows * stride })
  const target = plan.rowMajor(columns)
  const depth = c.segments * c.length
  const lines = c.pairs ? Math.ceil(c.length / 2) : c.length
  const weights = plan.room(c.panels * c.segments * lines * c.vectors * plan.width)
  const product = plan.writer.add('product', {
    a: a.operand,
    segments: c.segments,
    segmentLength: c.length,
    segmentStride: c.length,
    weights,
    c: target.operand,
    panels: c.panels,
    panelStride: c.vectors * plan.width,
    vectors: c.vectors,
    lastVectors: c.lastVectors,
    vectorStride: plan.width,
    accumulate: c.accumulate ?? 0,
    pairs: c.pairs ?? 0,
  })
  plan.loop([{ kind: compute, productFirst: product, productCount: 1 }], { parallel: c.parallel ?? 0 })
  const loaded = await device.load(plan.finish({ forwardCount: 1 }))
  const next = numbers(7)
  const w = Array.from({ length: depth * columns }, next)
  const left = Array.from({ length: c.steps * c.rows * depth }, next)
  const weight = (k: number, n: number): number => w[k * columns + n]!
  if (c.pairs) loaded.ints.set(packedPairs(plan, c, weight), weights)
  else loaded.floats.set(packed(plan, c, depth, weight), weights)
  for (let i = 0; i < c.steps * c.rows; i++)
    loaded.floats.set(left.slice(i * depth, (i + 1) * depth), base + i * stride)
  write(loaded, plan, target, (_step, row, n) => row + n / 64)
  await runCall(loaded, { mode: 1, steps: c.steps })
  const result = read(loaded, plan, target)
  let worst = 0
  each(plan, target, c.steps, (step, row, n) => {
    let sum = c.accumulate ? row + n / 64 : 0
    const round = c.pairs ? bf16 : (x: number): number => x
    for (let k = 0; k < depth; k++)
      sum += round(left[(step * c.rows + row) * depth + k]!) * round(weight(k, n))
    worst = Math.max(worst, Math.abs(sum - result(step, row, n)))
  })
  expect(worst).toBeLessThan(1e-4)
  loaded.dispose()
}

/** Bias, two gathers over different vectors and a product, in panels of 3 vectors, with tokens outside the classes. */
async function expectGroup(
  device: Device,
  bias: 'given' | 'none' | 'kept',
  withProduct: boolean,
): Promise<void> {
  const plan = new TestPlan(device, { rows: 5, steps: 2 })
  const { width } = plan
  const panels = { panels: 2, vectors: 3, lastVectors: 2 }
  const [classes, depth] = [4, 6]
  const target = plan.panelMajor(5 * width, 3)
  const a = plan.rowMajor(depth)
  const tokens = plan.room(10)
  const room = {
    bias: plan.room(6 * width),
    first: plan.room(24 * width),
    second: plan.room(8 * width),
    w: plan.room(36 * width),
  }
  const gathers = plan.add('gather', [
    { tokens, table: room.first, classes, vectorStart: 0, vectors: 3, lastVectors: 2 },
    { tokens, table: room.second, classes, vectorStart: 1, vectors: 1, lastVectors: 1 },
  ])
  const product = plan.writer.add('product', {
    a: a.operand,
    segments: 1,
    segmentLength: depth,
    weights: room.w,
    c: target.operand,
    ...panels,
    panelStride: target.panelStride,
    vectorStride: width,
    accumulate: 1,
  })
  const group = plan.writer.add('group', {
    c: target.operand,
    panelStride: target.panelStride,
    ...panels,
    bias: {
      given: room.bias,
      none: -1,
      kept: -2,
    }[bias],
    gatherFirst: gathers.first,
    gatherCount: gathers.count,
    productFirst: product,
    productCount: withProduct ? 1 : 0,
  })
  plan.loop([{ kind: compute, panels: 2, units: 3, groupFirst: group, groupCount: 1 }])
  const loaded = await device.load(plan.finish({ forwardCount: 1 }))
  const value = (k: number, n: number): number => ((k * 37 + n * 11) % 64) / 32 - 1
  loaded.floats.set(
    packed(plan, panels, 1, (_k, n) => value(1, n)),
    room.bias,
  )
  loaded.floats.set(
    packed(plan, panels, classes, (k, n) => value(k + 2, n)),
    room.first,
  )
  loaded.floats.set(
    packed(plan, { panels: 2, vectors: 1, lastVectors: 1 }, classes, (k, n) => value(k + 7, n)),
    room.second,
  )
  loaded.floats.set(
    packed(plan, panels, depth, (k, n) => value(k + 12, n)),
    room.w,
  )
  write(loaded, plan, a, (step, row, k) => value(step * 5 + row, k))
  write(loaded, plan, target, (step, row, n) => value(step + row, n))
  const list = [0, 3, -1, 2, 4, 1, 1, 3, 0, 2]
  loaded.ints.set(list, tokens)
  await runCall(loaded, { mode: 1, steps: 2 })
  const result = read(loaded, plan, target)
  each(plan, target, 2, (step, row, n) => {
    const token = list[step * 5 + row]!
    const known = token >= 0 && token < classes
    const vector = Math.floor(n / width)
    let wanted = bias === 'given' ? value(1, n) : bias === 'kept' ? value(step + row, n) : 0
    if (known) wanted += value(token + 2, n)
    if (known && vector % 3 === 1) wanted += value(token + 7, Math.floor(vector / 3) * width + (n % width))
    for (let k = 0; k < (withProduct ? depth : 0); k++) wanted += value(step * 5 + row, k) * value(k + 12, n)
    expect(result(step, row, n)).toBeCloseTo(wanted, 5)
  })
  loaded.dispose()
}

/** A stage of three panels that doubles them, and products of all of them: fused and at the end, equal to the bit. */
async function expectFused(device: Device, length: number): Promise<void> {
  const plan = new TestPlan(device, { rows: 9 })
  const { width } = plan
  const units = length / width
  const panelsOf = plan.panelMajor(5 * length, units)
  const weights = plan.room(5 * length * 2 * width)
  const targets = [plan.rowMajor(2 * width), plan.rowMajor(2 * width)]
  const stage = plan.pointwise([panelsOf], [{ op: 2, d: 0, a: 0, b: 0 }])
  const products = plan.add(
    'product',
    targets.map((target, fused) => ({
      a: panelsOf.operand,
      segments: 5,
      segmentLength: length,
      segmentStride: panelsOf.panelStride,
      weights,
      c: target.operand,
      panels: 1,
      vectors: 2,
      lastVectors: 2,
      vectorStride: width,
      fused,
    })),
  )
  plan.loop([{ ...stage, panels: 5, units, productFirst: products.first, productCount: 2 }])
  const loaded = await device.load(plan.finish({ forwardCount: 1 }))
  const next = numbers(5)
  write(loaded, plan, panelsOf, next)
  const w = Array.from({ length: 5 * length * 2 * width }, next)
  loaded.floats.set(w, weights)
  await runCall(loaded, { mode: 1, steps: 1 })
  const [plain, fused, a] = [...targets, panelsOf].map((place) => read(loaded, plan, place))
  each(plan, targets[0]!, 1, (step, row, n) => {
    let wanted = 0
    for (let k = 0; k < 5 * length; k++) wanted += a!(0, row, k) * w[k * 2 * width + n]!
    expect(plain!(step, row, n)).toBeCloseTo(wanted, 3)
    expect(fused!(step, row, n)).toBe(plain!(step, row, n))
  })
  loaded.dispose()
}

describe.each(devices.map((device) => [titleOf(device), device] as const))(
  'products on %s',
  (_title, device) => {
    it.each(cases)('$rows rows, $panels panels of $vectors vectors, $segments x $length', async (c) => {
      await expectProduct(device, c)
    })

    it('adds bias, gathered rows and products in a panel', async () => {
      await expectGroup(device, 'given', true)
      await expectGroup(device, 'none', true)
      await expectGroup(device, 'kept', true)
      await expectGroup(device, 'given', false)
    })

    it('runs fused products while the panels are written', async () => {
      await expectFused(device, 2 * device.vectorWidth)
      await expectFused(device, 20 * device.vectorWidth)
    })
  },
)

describe.each(pairing.map((device) => [titleOf(device), device] as const))(
  'products in bf16 on %s',
  (_title, device) => {
    it.each(cases)('$rows rows, $panels panels of $vectors vectors, $segments x $length', async (c) => {
      await expectProduct(device, { ...c, pairs: 1 })
    })
  },
)
