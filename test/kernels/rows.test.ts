import { describe, expect, it } from 'vitest'
import { dropThreshold, dropoutKey, keeps } from '../../src/core/dropout.ts'
import { floatBits } from '../../src/plan/write.ts'
import type { Device } from '../../src/runtime/device.ts'
import { devices, titleOf } from './devices.ts'
import { type Place, TestPlan, each, indexOf, numbers, opcodeOf, read, runCall, write } from './plan.ts'

const [reduce, loss, embed, dropout] = [1, 2, 3, 4]
const opcodes = ['copy', 'sigmoid', 'column_sum', 'column_sum_mul', 'row_sum', 'row_sum_mul'].map(opcodeOf)
const [copyOp, sigmoidOp, columnSum, columnSumMul, rowSum, rowSumMul] = opcodes as [
  number,
  number,
  number,
  number,
  number,
  number,
]

describe.each(devices.map((device) => [titleOf(device), device] as const))('rows on %s', (_title, device) => {
  it('sums rows over several vectors', async () => {
    const plan = new TestPlan(device, { rows: 3, steps: 2 })
    const a = plan.rowMajor(plan.width + 3)
    const b = plan.panelMajor(5 * plan.width, 2)
    const d = plan.rowMajor(plan.width)
    const list = plan.writer.words([a.operand, a.blocks, b.operand, b.blocks])
    plan.loop([
      { kind: reduce, d: d.operand, listFirst: list.first, listCount: list.count, k: floatBits(0.25) },
    ])
    const loaded = await device.load(plan.finish({ forwardCount: 1 }))
    const next = numbers(1)
    write(loaded, plan, a, next)
    write(loaded, plan, b, next)
    await runCall(loaded, { mode: 1, steps: 2 })
    const sums = new Float64Array(6)
    for (const place of [a, b]) {
      const value = read(loaded, plan, place)
      each(plan, place, 2, (step, row, i) => (sums[step * 3 + row]! += value(step, row, i)))
    }
    const result = read(loaded, plan, d)
    each(plan, d, 2, (step, row, i) => expect(result(step, row, i)).toBeCloseTo(sums[step * 3 + row]! / 4, 5))
    loaded.dispose()
  })

  it('looks up rows of a table, zeros for unknown tokens', async () => {
    const plan = new TestPlan(device, { rows: 3, steps: 2 })
    const d = plan.panelMajor(2 * plan.width, 2)
    const [stride, classes] = [2 * plan.width, 5]
    const [table, tokens] = [plan.room(classes * stride), plan.room(6)]
    plan.loop([{ kind: embed, d: d.operand, table, stride, tokens, classes, blocks: 2 }])
    const loaded = await device.load(plan.finish({ forwardCount: 1 }))
    for (let i = 0; i < classes * stride; i++) loaded.floats[table + i] = i + 1
    const list = [4, 0, -1, 5, 2, 2]
    loaded.ints.set(list, tokens)
    write(loaded, plan, d, () => 9)
    await runCall(loaded, { mode: 1, steps: 2 })
    const result = read(loaded, plan, d)
    each(plan, d, 2, (step, row, i) => {
      const token = list[step * 3 + row]!
      expect(result(step, row, i)).toBe(token >= 0 && token < classes ? token * stride + i + 1 : 0)
    })
    loaded.dispose()
  })

  it.each([0.3, 0.5, 0.9])('drops out the units that src/core/dropout.ts drops, at rate %f', async (rate) => {
    const plan = new TestPlan(device, { rows: 3, steps: 4 })
    const size = 2 * plan.width + 1
    const [a, d] = [plan.rowMajor(size), plan.rowMajor(size)]
    const fields = { stream: 6, threshold: dropThreshold(rate), k: floatBits(1 / (1 - rate)), offset: 5 }
    plan.loop([{ kind: dropout, a: a.operand, d: d.operand, blocks: a.blocks, entries: size, ...fields }])
    const loaded = await device.load(plan.finish({ forwardCount: 1 }))
    write(loaded, plan, a, (step, row, i) => step + row + i + 1)
    await runCall(loaded, { mode: 1, steps: 4, training: 1, seed: 4_000_000_000, counter: 17 })
    const trained = read(loaded, plan, d)
    const key = dropoutKey(4_000_000_000, 17, 6)
    const scale = Math.fround(1 / (1 - rate))
    each(plan, d, 4, (step, row, i) => {
      const kept = keeps(key, step * 3 + row, 5 + i, rate)
      expect(trained(step, row, i)).toBe(kept ? Math.fround((step + row + i + 1) * scale) : 0)
    })
    await runCall(loaded, { mode: 1, steps: 4 })
    const plain = read(loaded, plan, d)
    each(plan, d, 4, (step, row, i) => expect(plain(step, row, i)).toBe(step + row + i + 1))
    loaded.dispose()
  })

  it('zeroes the lanes beyond the entries, and sums columns chunk by chunk', async () => {
    const plan = new TestPlan(device, { rows: 7, steps: 3, chunks: 3 })
    const size = 2 * plan.width + 2
    const a = plan.rowMajor(size)
    const d = plan.rowMajor(3 * plan.width)
    const sums = [0, 1].map(() => sumsOf(plan, size))
    const operands = [a, d, ...sums.map((sum) => sum.place)]
    const body = [
      { op: sigmoidOp, d: 1, a: 0 },
      { op: columnSum, d: 2, a: 1 },
      { op: columnSumMul, d: 3, a: 1, b: 0 },
    ]
    const mask = plan.writer.words([1, 2, 3])
    const fields = { entries: 2, maskFirst: mask.first, maskCount: mask.count, columnSums: 1 }
    const stage = plan.pointwise(operands, body, fields)
    const copies = plan.add(
      'copy',
      sums.map(({ place }) => ({ a: -1, d: place.operand, blocks: 3 })),
    )
    plan.loop([stage], { copyFirst: copies.first, copyCount: copies.count })
    const loaded = await device.load(plan.finish({ forwardCount: 1 }))
    write(loaded, plan, a, numbers(2))
    for (const { place } of sums) loaded.floats.fill(5, place.base, place.base + 3 * place.chunkStride)
    await runCall(loaded, { mode: 1, steps: 3 })
    const [x, y] = [read(loaded, plan, a), read(loaded, plan, d)]
    each(plan, d, 3, (step, row, i) => {
      expect(y(step, row, i)).toBeCloseTo(i < size ? 1 / (1 + Math.exp(-x(step, row, i))) : 0, 6)
    })
    for (let chunk = 0; chunk < 3; chunk++) {
      for (let i = 0; i < 3 * plan.width; i++) {
        let wanted = [0, 0]
        for (let step = 0; step < (i < size ? 3 : 0); step++) {
          for (let row = Math.floor((7 * chunk) / 3); row < Math.floor((7 * (chunk + 1)) / 3); row++) {
            wanted = [wanted[0]! + y(step, row, i), wanted[1]! + y(step, row, i) * x(step, row, i)]
          }
        }
        sums.forEach(({ place }, which) => {
          const is = loaded.floats[place.base + chunk * place.chunkStride + i]!
          expect(is).toBeCloseTo(wanted[which]!, 5)
        })
      }
    }
    loaded.dispose()
  })

  it('sums rows block by block without the lanes beyond the entries', async () => {
    const plan = new TestPlan(device, { rows: 21, steps: 2 })
    const size = 2 * plan.width + 3
    const [a, b] = [plan.rowMajor(3 * plan.width), plan.rowMajor(3 * plan.width)]
    const [sums, products] = [plan.rowMajor(plan.width), plan.rowMajor(plan.width)]
    const still = [sums, products].map((place) => ({ ...place, panelStride: 0 }))
    const body = [
      { op: rowSum, d: 2, a: 0 },
      { op: rowSumMul, d: 3, a: 0, b: 1 },
    ]
    plan.loop([plan.pointwise([a, b, ...still], body, { entries: 3, blocks: 3 })])
    const loaded = await device.load(plan.finish({ forwardCount: 1 }))
    write(loaded, plan, a, numbers(4))
    write(loaded, plan, b, numbers(5))
    await runCall(loaded, { mode: 1, steps: 2 })
    const [x, y] = [read(loaded, plan, a), read(loaded, plan, b)]
    const found = [sums, products].map((place) => read(loaded, plan, place))
    each(plan, sums, 2, (step, row, lane) => {
      let wanted = [0, 0]
      for (let i = lane; i < size; i += plan.width) {
        wanted = [wanted[0]! + x(step, row, i), wanted[1]! + x(step, row, i) * y(step, row, i)]
      }
      found.forEach((value, which) => expect(value(step, row, lane)).toBeCloseTo(wanted[which]!, 5))
    })
    loaded.dispose()
  })
})

/** One vector for each chunk. */
function sumsOf(plan: TestPlan, size: number): { place: Place } {
  const chunkStride = plan.blocks(size) * plan.width
  return { place: plan.place(size, { base: plan.room(plan.chunks * chunkStride), chunkStride }) }
}

/** A state that grows by its input, with the copies that start it: from what was written, or from the last window's end. */
async function expectCarry(device: Device): Promise<void> {
  const plan = new TestPlan(device, { rows: 2, steps: 4 })
  const state = plan.rowMajor(3, 5)
  const next = plan.again(state, { base: state.base + state.timeStride })
  const [start, input] = [plan.rowMajor(3, 1), plan.rowMajor(3)]
  const copies = plan.add('copy', [
    { a: start.operand, d: state.operand, blocks: 1 },
    { a: state.operand, d: state.operand, blocks: 1, lastStep: 1 },
  ])
  const stage = plan.pointwise([state, input, next], [{ op: 2, d: 2, a: 0, b: 1 }])
  plan.loop([stage], { copyFirst: copies.first, copyCount: copies.count })
  const loaded = await device.load(plan.finish({ forwardCount: 1 }))
  write(loaded, plan, start, () => 100, 1)
  write(loaded, plan, input, (step, row) => step + 10 * row)
  const final = (steps: number): number => loaded.floats[indexOf(next, plan.width, steps - 1, 1, 2)]!
  await runCall(loaded, { mode: 1, steps: 3 })
  expect(final(3)).toBe(133)
  await runCall(loaded, { mode: 1, steps: 4, lastSteps: 3, carry: 1 })
  expect(final(4)).toBe(179)
  await runCall(loaded, { mode: 1, steps: 2, lastSteps: 4 })
  expect(final(2)).toBe(121)
  loaded.dispose()
}

/** A loop that runs backwards starts its copies at the last step of the window. */
async function expectBackwards(device: Device): Promise<void> {
  const plan = new TestPlan(device, { rows: 2, steps: 4 })
  const gradient = plan.rowMajor(3, 5)
  const later = plan.again(gradient, { base: gradient.base + gradient.timeStride })
  const input = plan.rowMajor(3)
  const copies = plan.add('copy', [{ a: -1, d: later.operand, blocks: 1 }])
  const stage = plan.pointwise([later, input, gradient], [{ op: 2, d: 2, a: 0, b: 1 }])
  plan.loop([stage], { direction: -1, copyFirst: copies.first, copyCount: copies.count })
  const loaded = await device.load(plan.finish({ backwardCount: 1 }))
  write(loaded, plan, gradient, () => 7, 5)
  write(loaded, plan, input, (step) => 2 ** step)
  await runCall(loaded, { mode: 2, steps: 3 })
  const result = read(loaded, plan, gradient)
  expect([0, 1, 2, 3, 4].map((step) => result(step, 1, 1))).toEqual([7, 6, 4, 0, 7])
  loaded.dispose()
}

/**
 * Softmax cross-entropy against float64, with targets that are left out, from logits in panels of three blocks; their
 * gradient row by row, or in place of the logits.
 */
async function expectLoss(device: Device, classes: number, spread: number, inPlace = false): Promise<void> {
  const plan = new TestPlan(device, { rows: 3, steps: 2 })
  const a = plan.panelMajor(classes, 3)
  const d = inPlace ? a : plan.rowMajor(classes)
  const [tokens, losses] = [plan.room(6), plan.room(6)]
  plan.loop([{ kind: loss, a: a.operand, d: d.operand, tokens, classes }], { parallel: 1 })
  const loaded = await device.load(plan.finish({ forwardCount: 1, losses }))
  const next = numbers(4)
  write(loaded, plan, d, () => 3)
  write(loaded, plan, a, () => Math.fround(spread * next()))
  const x = read(loaded, plan, a)
  const targets = [0, classes - 1, -1, 1, classes, -5]
  loaded.ints.set(targets, tokens)
  const { loss: total } = await runCall(loaded, { mode: 3, steps: 2, lossScale: 0.25 })
  const dx = read(loaded, plan, d)
  let sum = 0
  targets.forEach((target, place) => {
    const [step, row] = [Math.floor(place / 3), place % 3]
    const logits = Array.from({ length: classes }, (_unused, i) => x(step, row, i))
    const most = Math.max(...logits)
    const log = most + Math.log(logits.reduce((all, y) => all + Math.exp(y - most), 0))
    const counts = target >= 0 && target < classes
    if (counts) sum += log - logits[target]!
    logits.forEach((logit, i) => {
      const wanted = !counts ? 0 : (Math.exp(logit - log) - (i === target ? 1 : 0)) / 4
      expect(dx(step, row, i)).toBeCloseTo(wanted, 6)
    })
    expect(dx(step, row, plan.blocks(classes) * plan.width - 1)).toBe(
      classes % plan.width === 0 ? dx(step, row, classes - 1) : 0,
    )
  })
  expect(total / (sum / 4)).toBeCloseTo(1, 6)
  loaded.dispose()
}

/** Losses of rows of zeros, each with another logit that is NaN, infinite, or so small that it does not count. */
async function expectSpoilt(device: Device, classes: number): Promise<void> {
  const plan = new TestPlan(device, { rows: classes, steps: 3 })
  const a = plan.panelMajor(classes, 3)
  const [tokens, losses] = [plan.room(3 * classes), plan.room(3 * classes)]
  plan.loop([{ kind: loss, a: a.operand, d: -1, tokens, classes }], { parallel: 1 })
  const loaded = await device.load(plan.finish({ forwardCount: 1, losses }))
  const ends = [Number.NaN, Infinity, -Infinity]
  write(loaded, plan, a, (step, row, i) => (i === row ? ends[step]! : 0))
  for (let i = 0; i < 3 * classes; i++) loaded.ints[tokens + i] = (i + 1) % classes
  await runCall(loaded, { mode: 1, steps: 3, lossScale: 1 })
  const found = loaded.floats.slice(losses, losses + 3 * classes)
  expect(found.subarray(0, 2 * classes)).toSatisfy((all: Float32Array) => all.every(Number.isNaN))
  for (const is of found.subarray(2 * classes)) expect(is).toBeCloseTo(Math.log(classes - 1), 6)
  loaded.dispose()
}

describe.each(devices.map((device) => [titleOf(device), device] as const))(
  'states and losses on %s',
  (_title, device) => {
    it('starts states from what was written or from the last window', async () => {
      await expectCarry(device)
    })

    it('starts a backward loop at the last step', async () => {
      await expectBackwards(device)
    })

    it('gives loss and gradient of logits, small and large', async () => {
      await expectLoss(device, 5, 1)
      await expectLoss(device, 83, 4)
      await expectLoss(device, 16, 1000)
    })

    it('gives the gradient of logits where they stand', async () => {
      await expectLoss(device, 5, 1, true)
      await expectLoss(device, 83, 4, true)
      await expectLoss(device, 6 * device.vectorWidth, 2, true)
    })

    it('tells logits that are no numbers, wherever they stand', async () => {
      await expectSpoilt(device, 2 * device.vectorWidth + 3)
    })

    it('copies by a program too', async () => {
      const plan = new TestPlan(device, { rows: 1 })
      const [a, d] = [plan.once(3), plan.rowMajor(3)]
      plan.loop([plan.pointwise([a, d], [{ op: copyOp, d: 1, a: 0 }])])
      const loaded = await device.load(plan.finish({ forwardCount: 1 }))
      write(loaded, plan, a, (_step, _row, i) => i + 1)
      await runCall(loaded, { mode: 1, steps: 1 })
      expect([...loaded.floats.subarray(d.base, d.base + 4)]).toEqual([1, 2, 3, 0])
      loaded.dispose()
    })
  },
)
