import { describe, expect, it } from 'vitest'
import type { Device, Loaded } from '../../src/runtime/device.ts'
import { applyUpdate, clipGradients } from '../../src/runtime/reference/update.ts'
import type { UpdateSettings } from '../../src/runtime/types.ts'
import { TestPlan, numbers, runCall, setRates } from './plan.ts'
import { pairOf, unpaired } from './bf16.ts'
import { devices, pairing, titleOf } from './devices.ts'

const [forward, backward, biasSum] = [0, 1, 2]

/** Sources of a pack: matrices of k rows and n columns, row by row with a stride or the other way round. */
function sourcesOf(plan: TestPlan, slots: number, k: number, n: number, turned: boolean): number[] {
  const stride = 4 * Math.ceil((turned ? k : n) / 4)
  return Array.from({ length: slots }, () => {
    const offset = plan.room((turned ? n : k) * stride + plan.width)
    return turned ? [offset, 1, stride] : [offset, stride, 1]
  }).flat()
}

/** Lines of packed weights, entry by entry. */
function linesOf(count: number, columns: number, f: (line: number, n: number) => number): number[][] {
  return Array.from({ length: count }, (_line, line) =>
    Array.from({ length: columns }, (_entry, n) => f(line, n)),
  )
}

/** Checks the lines at a place of the arena; in pairs, one line of words for two. */
function expectLines(loaded: Loaded, at: number, lines: readonly number[][], pairs: 0 | 1): void {
  const size = lines[0]!.length
  if (!pairs)
    return expect(loaded.floats.slice(at, at + lines.length * size)).toEqual(Float32Array.from(lines.flat()))
  const words = lines.flatMap((low, i) =>
    i % 2 === 0 ? low.map((value, n) => pairOf(value, lines[i + 1]?.[n] ?? 0)) : [],
  )
  expect(loaded.ints.slice(at, at + words.length)).toEqual(Int32Array.from(words))
}

type Pack = readonly [slots: number, units: number, turned: boolean]

const packs: readonly Pack[] = [
  [1, 3, false],
  [1, 2, true],
  [3, 1, false],
  [2, 2, false],
  [2, 1, true],
]

/** Forward and backward packs of matrices. */
async function expectPacks(device: Device, [slots, units, turned]: Pack, pairs: 0 | 1): Promise<void> {
  const plan = new TestPlan(device, { rows: 1 })
  const { width } = plan
  const [k, n] = [2 * width + 3, 3 * width - 1]
  const panels = Math.ceil(3 / units)
  const sources = sourcesOf(plan, slots, k, n, turned)
  const list = plan.writer.words(sources)
  const shape = { slots, units, k, n, sourceFirst: list.first, sourceCount: list.count, pairs }
  const vectors = slots * units
  const lastVectors = slots === 1 ? 3 - (panels - 1) * units : vectors
  const [there, back] = [
    plan.room(panels * k * vectors * width),
    plan.room(2 * panels * vectors * width * 2 * width),
  ]
  plan.add('pack', [
    { kind: forward, dst: there, panels, vectors, lastVectors, ...shape },
    { kind: backward, dst: back, panels: 2, vectors: 2, lastVectors: 1, innerPanels: panels, ...shape },
  ])
  const loaded = await device.load(plan.finish())
  loaded.floats.forEach((_zero, i) => (loaded.floats[i] = i + 1))
  await runCall(loaded, { mode: 8 })
  const source = (slot: number, x: number, y: number): number => {
    const [offset, kStride, nStride] = sources.slice(3 * slot)
    return x < k && y < n ? offset! + x * kStride! + y * nStride! + 1 : 0
  }
  for (let p = 0; p < panels; p++) {
    const columns = (p + 1 === panels ? lastVectors : vectors) * width
    const slotAt = (column: number): number => Math.floor(column / width / units)
    const entryAt = (column: number): number =>
      (p * units + (Math.floor(column / width) % units)) * width + (column % width)
    const lines = linesOf(k, columns, (x, column) => source(slotAt(column), x, entryAt(column)))
    expectLines(loaded, there + p * (pairs ? Math.ceil(k / 2) : k) * vectors * width, lines, pairs)
  }
  const inner = panels * vectors * width
  for (let q = 0; q < 2; q++) {
    const lines = linesOf(inner, (q === 1 ? 1 : 2) * width, (line, column) => {
      const v = Math.floor(line / width)
      const [p, slot, unit] = [Math.floor(v / vectors), Math.floor((v % vectors) / units), v % units]
      return source(slot, q * 2 * width + column, (p * units + unit) * width + (line % width))
    })
    expectLines(loaded, back + (q * inner * 2 * width) / (pairs ? 2 : 1), lines, pairs)
  }
  loaded.dispose()
}

/** What bf16 has no number for: ties go to the even one, what is too large to infinity. */
async function expectRounding(device: Device): Promise<void> {
  const plan = new TestPlan(device, { rows: 1 })
  const { width } = plan
  const given = [1 + 2 ** -8, 1 + 3 * 2 ** -8, -1 - 2 ** -8 - 2 ** -20, 3.4e38, -Infinity, NaN]
  const wanted = [1, 1 + 2 ** -6, -1 - 2 ** -7, Infinity, -Infinity, NaN]
  const source = plan.room(given.length + width)
  const { first, count } = plan.writer.words([source, 1, 4 * width])
  const dst = plan.room(4 * width)
  const shape = { panels: 1, vectors: 1, lastVectors: 1, slots: 1, units: 1, k: given.length, n: 1, pairs: 1 }
  plan.add('pack', [{ kind: forward, dst, ...shape, sourceFirst: first, sourceCount: count }])
  const loaded = await device.load(plan.finish())
  loaded.floats.set(given, source)
  await runCall(loaded, { mode: 8 })
  const found = [0, 1, 2].flatMap((line) => unpaired(loaded.ints[dst + line * width]!))
  expect(found).toEqual(wanted)
  loaded.dispose()
}

async function expectBias(device: Device): Promise<void> {
  const plan = new TestPlan(device, { rows: 1 })
  const { width } = plan
  const n = 2 * width + 1
  const parts = [0, 0, 1].map((slot) => [slot, plan.room(3 * width)] as const)
  const list = plan.writer.words(parts.flat())
  const dst = plan.room(6 * width)
  const sources = { sourceFirst: list.first, sourceCount: list.count }
  plan.add('pack', [
    { kind: biasSum, dst, panels: 3, vectors: 2, lastVectors: 2, slots: 2, units: 1, n, ...sources },
  ])
  const loaded = await device.load(plan.finish())
  loaded.floats.forEach((_zero, i) => (loaded.floats[i] = i % 100))
  await runCall(loaded, { mode: 8 })
  for (let block = 0; block < 3; block++) {
    for (let slot = 0; slot < 2; slot++) {
      for (let lane = 0; lane < width; lane++) {
        const entry = block * width + lane
        const wanted = parts
          .filter(([of]) => of === slot)
          .reduce((sum, [, offset]) => sum + ((offset + entry) % 100), 0)
        expect(loaded.floats[dst + (block * 2 + slot) * width + lane]).toBe(entry < n ? wanted : 0)
      }
    }
  }
  loaded.dispose()
}

const settings: UpdateSettings = {
  rule: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  nesterov: false,
  alpha: 0.9,
  centered: false,
  beta1: 0.8,
  beta2: 0.95,
  epsilon: 1e-6,
  weightDecay: 0,
  clipNorm: 0,
  clipValue: 0,
  count: 1,
}

const updates: Readonly<Record<string, Partial<UpdateSettings>>> = {
  'sgd with decay': { weightDecay: 0.1 },
  momentum: { momentum: 0.9, weightDecay: 0.1 },
  nesterov: { momentum: 0.9, nesterov: true },
  rmsprop: { rule: 'rmsprop', weightDecay: 0.1 },
  'rmsprop with momentum': { rule: 'rmsprop', momentum: 0.5 },
  'centered rmsprop with momentum': { rule: 'rmsprop', centered: true, momentum: 0.5 },
  adam: { rule: 'adam', weightDecay: 0.1 },
  'adamw, clipped by value and norm': { rule: 'adamw', weightDecay: 0.1, clipValue: 0.5, clipNorm: 3 },
  'sgd under a norm that does not clip': { clipNorm: 1000 },
}

/** Three updates of some parts of 4096 parameters against the reference in float64. */
async function expectUpdate(device: Device, change: Partial<UpdateSettings>): Promise<void> {
  const plan = new TestPlan(device, { rows: 1 })
  const size = 2 * 4096 + 6 * plan.width
  const [parameters, gradients, slot0, slot1, slot2] = Array.from({ length: 5 }, () => plan.room(size)) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const header = {
    parameters,
    gradients,
    slot0,
    slot1,
    slot2,
    parameterFloats: size,
    normParts: plan.room(6),
    rates: plan.trained([4000, size - 4000]),
  }
  const loaded = await device.load(plan.finish(header))
  const next = numbers(1)
  const parameter = Float64Array.from({ length: size }, next)
  const slots = [0, 1, 2].map(() => new Float64Array(size))
  loaded.floats.set(parameter, parameters)
  for (let count = 1; count <= 3; count++) {
    const now = { ...settings, ...change, count }
    const gradient = Float64Array.from({ length: size }, next)
    loaded.floats.set(gradient, gradients)
    const rule = ['sgd', 'rmsprop', 'adam', 'adamw'].indexOf(now.rule)
    const { learningRate, weightDecay, groups: _groups, ...others } = now
    setRates(loaded, header.rates, [learningRate, weightDecay, learningRate, weightDecay])
    const rest = { nesterov: now.nesterov ? 1 : 0, centered: now.centered ? 1 : 0 }
    const bias = { bias1: 1 - now.beta1 ** count, bias2: 1 - now.beta2 ** count }
    const { gradientNorm } = await runCall(loaded, { mode: 4, ...others, rule, ...rest, ...bias })
    const norm = clipGradients(now, [gradient])
    applyUpdate(now, parameter, gradient, slots)
    expect(gradientNorm / norm).toBeCloseTo(1, 6)
  }
  for (let i = 0; i < size; i += 7) expect(loaded.floats[parameters + i]).toBeCloseTo(parameter[i]!, 5)
  loaded.dispose()
}

describe.each(devices.map((device) => [titleOf(device), device] as const))(
  'parameters on %s',
  (_title, device) => {
    it.each(packs)('packs %i matrices, %i blocks a panel, transposed: %s', async (...pack) => {
      await expectPacks(device, pack, 0)
    })

    it('packs sums of biases', async () => {
      await expectBias(device)
    })

    it.each(Object.entries(updates))('updates by %s', async (_name, change) => {
      await expectUpdate(device, change)
    })
  },
)

describe.each(pairing.map((device) => [titleOf(device), device] as const))(
  'parameters in bf16 on %s',
  (_title, device) => {
    it.each(packs)('packs %i matrices, %i blocks a panel, transposed: %s', async (...pack) => {
      await expectPacks(device, pack, 1)
    })

    it('rounds to nearest, ties to even', async () => {
      await expectRounding(device)
    })
  },
)
