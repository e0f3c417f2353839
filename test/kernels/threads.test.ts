import { describe, expect, it } from 'vitest'
import type { Device } from '../../src/runtime/device.ts'
import { threaded } from './devices.ts'
import { type Fields, type Place, TestPlan, numbers, runCall, write } from './plan.ts'

const [compute, loss] = [0, 2]
const [tanhOp, dtanhOp, columnSumMul] = [18, 33, 41]
const [weight, columns, chunks] = [0, 1, 3]

/**
 * A recurrent layer of `tanh(g * (x + U h))` with a loss of its state: all kinds of work that threads divide, forward,
 * backward, reductions that write the same place, update and pack.
 */
class Net {
  readonly plan: TestPlan
  readonly size: number
  readonly #header: Parameters<TestPlan['finish']>[0]
  readonly x: Place
  readonly tokens: number
  readonly parameters: number
  readonly parameterFloats: number

  constructor(device: Device) {
    const plan = new TestPlan(device, { rows: 13, steps: 6, chunks: 5 })
    const { width } = plan
    const size = 3 * width
    this.plan = plan
    this.size = size
    this.parameterFloats = size * size + size
    const [parameters, gradients, slot0] = [0, 1, 2].map(() => plan.room(this.parameterFloats)) as [
      number,
      number,
      number,
    ]
    this.parameters = parameters
    const normParts = plan.room(2 * Math.ceil(this.parameterFloats / 4096))
    const [there, back] = [plan.room(size * size), plan.room(size * size)]
    const [losses, tokens] = [plan.room(78), plan.room(78)]
    this.tokens = tokens

    this.x = plan.rowMajor(size)
    const h = plan.rowMajor(size, 7)
    const next = plan.again(h, { base: h.base + h.timeStride })
    const z = plan.panelMajor(size, 1)
    const dh = plan.rowMajor(size, 7)
    const dNext = plan.again(dh, { base: dh.base + dh.timeStride })
    const gain = plan.place(size, { base: parameters + size * size })
    const dGain = plan.place(size, { base: plan.room(5 * size), chunkStride: size })

    const product = (a: Place, c: Place, weights: number): Fields<'product'> => ({
      ...{ a: a.operand, segments: 1, segmentLength: size, weights, c: c.operand, panels: 3, vectors: 1 },
      ...{ lastVectors: 1, vectorStride: width, panelStride: c.panelStride, accumulate: 1 },
    })
    const products = plan.add('product', [product(h, z, there)])
    const group = plan.writer.add('group', {
      ...{ c: z.operand, panels: 3, panelStride: z.panelStride, vectors: 1, lastVectors: 1 },
      ...{ productFirst: products.first, productCount: 1 },
    })
    const cell = plan.pointwise(
      [z, this.x, gain, next],
      [
        { op: 2, d: 0, a: 0, b: 1 },
        { op: 4, d: 3, a: 0, b: 2 },
        { op: tanhOp, d: 3, a: 3 },
      ],
    )
    const starts = plan.add('copy', [
      { a: -1, d: h.operand, blocks: 3 },
      { a: h.operand, d: h.operand, blocks: 3, lastStep: 1 },
    ])
    const copies = { copyFirst: starts.first, copyCount: starts.count }
    plan.loop([{ ...cell, kind: compute, units: 1, groupFirst: group, groupCount: 1 }], copies)
    const lossStage = { kind: loss, a: next.operand, d: dNext.operand, tokens, classes: size - 2 }
    plan.loop([lossStage], { parallel: 1 })

    const backProduct = plan.writer.add('product', {
      ...{ a: z.operand, segments: 3, segmentLength: width, segmentStride: z.panelStride, weights: back },
      ...{ c: dh.operand, panels: 1, vectors: 3, lastVectors: 3, vectorStride: width, accumulate: 1 },
    })
    const backCell = plan.pointwise(
      [dNext, next, z, gain, dGain],
      [
        { op: dtanhOp, d: 5, a: 0, b: 1 },
        { op: columnSumMul, d: 4, a: 5, b: 2 },
        { op: 4, d: 2, a: 5, b: 3 },
      ],
      { temporaries: 1, columnSums: 1 },
    )
    const zeros = plan.add('copy', [{ a: -1, d: dGain.operand, blocks: 3 }])
    plan.loop([{ ...backCell, productFirst: backProduct, productCount: 1 }], {
      ...{ direction: -1, copyFirst: zeros.first, copyCount: 1 },
    })

    const target = (offset: number): Fields<'reduction'> => {
      const { first } = plan.writer.words([gradients + offset])
      return { targetFirst: first, targetCount: 1 }
    }
    const shape = {
      panels: 3,
      panelStride: z.panelStride,
      vectors: 1,
      lastVectors: 1,
      units: 1,
      entries: size,
      stride: size,
    }
    plan.add('reduction', [
      { kind: weight, a: h.operand, d: z.operand, ...shape, ...target(0) },
      { kind: columns, d: z.operand, blocks: 3, ...target(0) },
      { kind: chunks, d: dGain.operand, blocks: 3, ...target(size * size) },
    ])
    const source = plan.writer.words([parameters, size, 1])
    const packed = { slots: 1, k: size, n: size, sourceFirst: source.first, sourceCount: 3 }
    plan.add('pack', [
      { kind: 0, dst: there, panels: 3, vectors: 1, lastVectors: 1, units: 1, ...packed },
      { kind: 1, dst: back, panels: 1, vectors: 3, lastVectors: 3, units: 1, innerPanels: 3, ...packed },
    ])
    this.#header = {
      ...{ parameters, gradients, slot0, parameterFloats: this.parameterFloats, normParts, losses },
      ...{
        forwardFirst: 0,
        forwardCount: 2,
        backwardFirst: 2,
        backwardCount: 1,
        reduceFirst: 0,
        reduceCount: 3,
      },
    }
  }

  /** Trains for some windows. @returns the whole arena and the losses */
  async train(device: Device): Promise<{ arena: Int32Array; losses: number[] }> {
    const loaded = await device.load(this.plan.finish(this.#header))
    const next = numbers(9)
    for (let i = 0; i < this.parameterFloats; i++) loaded.floats[this.parameters + i] = 0.5 * next()
    write(loaded, this.plan, this.x, next)
    for (let i = 0; i < 78; i++) loaded.ints[this.tokens + i] = (i * 7) % (this.size - 2)
    await runCall(loaded, { mode: 8 })
    const losses = []
    for (let window = 0; window < 8; window++) {
      const rest = { lossScale: 1 / 78, learningRate: 0.5, momentum: 0.5, clipNorm: 1, count: window + 1 }
      const result = await runCall(loaded, {
        mode: 15,
        steps: 6,
        lastSteps: 6,
        carry: window > 0 ? 1 : 0,
        ...rest,
      })
      losses.push(result.loss, result.gradientNorm)
    }
    const arena = loaded.ints.slice()
    loaded.dispose()
    return { arena, losses }
  }
}

describe.each(threaded)('threads on $name', ({ open }) => {
  it('give the same bits for any number of them', async () => {
    const device = await open(1)
    const one = await new Net(device).train(device)
    expect(one.losses.every((value) => value > 0)).toBe(true)
    for (const threads of [2, 3, 6]) {
      const more = await open(threads)
      const result = await new Net(more).train(more)
      expect(result.losses).toEqual(one.losses)
      expect(result.arena).toEqual(one.arena)
    }
  })
})
