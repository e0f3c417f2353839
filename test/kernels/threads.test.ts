import { describe, expect, it } from 'vitest'
import type { Device } from '../../src/runtime/device.ts'
import { threaded } from './devices.ts'
import { type Fields, type Place, TestPlan, numbers, opcodeOf, runCall, setRates, write } from './plan.ts'

const loss = 2
const opcodes = ['add', 'mul', 'tanh', 'dtanh', 'column_sum_mul'].map(opcodeOf)
const [add, mul, tanh, dtanh, columnSumMul] = opcodes as [number, number, number, number, number]
const [weight, columns, chunks] = [0, 1, 3]

const shape = { rows: 13, steps: 6, chunks: 5 }
const places = shape.rows * shape.steps

/**
 * A recurrent layer h' = tanh(gain * (x + U h)) with a loss of its state: all kinds of work that threads divide, forward,
 * backward, reductions of which two write the same place, update and pack.
 */
class Net {
  readonly plan: TestPlan
  readonly size: number
  readonly x: Place
  readonly tokens: number
  readonly parameters: number
  readonly parameterFloats: number
  readonly #gradients: number
  readonly #slot: number
  readonly #rates: number
  readonly #packed: { readonly there: number; readonly back: number }
  readonly #h: Place
  readonly #z: Place
  readonly #dh: Place
  readonly #sums: Place

  constructor(device: Device) {
    const plan = new TestPlan(device, shape)
    const size = 3 * plan.width
    this.plan = plan
    this.size = size
    this.parameterFloats = size * size + size
    this.parameters = plan.room(this.parameterFloats)
    this.#gradients = plan.room(this.parameterFloats)
    this.#slot = plan.room(this.parameterFloats)
    this.#rates = plan.trained([size * size, size])
    this.#packed = { there: plan.room(size * size), back: plan.room(size * size) }
    this.tokens = plan.room(places)
    this.x = plan.rowMajor(size)
    this.#h = plan.rowMajor(size, shape.steps + 1)
    this.#z = plan.panelMajor(size, 1)
    this.#dh = plan.rowMajor(size, shape.steps + 1)
    this.#sums = plan.place(size, { base: plan.room(shape.chunks * size), chunkStride: size })
    this.#forward()
    this.#loss()
    this.#backward()
    this.#reductions()
    this.#packs()
  }

  get #gain(): Place {
    return this.plan.place(this.size, { base: this.parameters + this.size * this.size })
  }

  #next(place: Place): Place {
    return this.plan.again(place, { base: place.base + place.timeStride })
  }

  #forward(): void {
    const { plan, size } = this
    const [h, z] = [this.#h, this.#z]
    const panels = { c: z.operand, panels: 3, panelStride: z.panelStride, vectors: 1, lastVectors: 1 }
    const left = { a: h.operand, segments: 1, segmentLength: size, weights: this.#packed.there }
    const product = plan.writer.add('product', {
      ...left,
      ...panels,
      vectorStride: plan.width,
      accumulate: 1,
    })
    const group = plan.writer.add('group', { ...panels, productFirst: product, productCount: 1 })
    const cell = plan.pointwise(
      [z, this.x, this.#gain, this.#next(h)],
      [
        { op: add, d: 0, a: 0, b: 1 },
        { op: mul, d: 3, a: 0, b: 2 },
        { op: tanh, d: 3, a: 3 },
      ],
    )
    const starts = plan.add('copy', [
      { a: -1, d: h.operand, blocks: 3 },
      { a: h.operand, d: h.operand, blocks: 3, lastStep: 1 },
    ])
    const copies = { copyFirst: starts.first, copyCount: starts.count }
    plan.loop([{ ...cell, groupFirst: group, groupCount: 1 }], copies)
  }

  #loss(): void {
    const [logits, gradient] = [this.#next(this.#h), this.#next(this.#dh)]
    const fields = { tokens: this.tokens, classes: this.size - 2 }
    this.plan.loop([{ kind: loss, a: logits.operand, d: gradient.operand, ...fields }], { parallel: 1 })
  }

  #backward(): void {
    const { plan, width } = { plan: this.plan, width: this.plan.width }
    const z = this.#z
    const product = plan.writer.add('product', {
      a: z.operand,
      segments: 3,
      segmentLength: width,
      segmentStride: z.panelStride,
      weights: this.#packed.back,
      c: this.#dh.operand,
      panels: 1,
      vectors: 3,
      lastVectors: 3,
      vectorStride: width,
      accumulate: 1,
    })
    const cell = plan.pointwise(
      [this.#next(this.#dh), this.#next(this.#h), z, this.#gain, this.#sums],
      [
        { op: dtanh, d: 5, a: 0, b: 1 },
        { op: columnSumMul, d: 4, a: 5, b: 2 },
        { op: mul, d: 2, a: 5, b: 3 },
      ],
      { temporaries: 1, columnSums: 1 },
    )
    const zeros = plan.writer.add('copy', { a: -1, d: this.#sums.operand, blocks: 3 })
    const copies = { copyFirst: zeros, copyCount: 1 }
    plan.loop([{ ...cell, productFirst: product, productCount: 1 }], { direction: -1, ...copies })
  }

  #reductions(): void {
    const { plan, size } = this
    const z = this.#z
    const target = (offset: number): Fields<'reduction'> => {
      const { first, count } = plan.writer.words([this.#gradients + offset])
      return { targetFirst: first, targetCount: count }
    }
    const panels = { panels: 3, panelStride: z.panelStride, vectors: 1, lastVectors: 1, units: 1 }
    const matrix = { a: this.#h.operand, d: z.operand, ...panels, entries: size, stride: size }
    plan.add('reduction', [
      { kind: weight, together: 1, ...matrix, ...target(0) },
      { kind: columns, together: 1, d: z.operand, ...panels, ...target(0) },
      { kind: chunks, together: 1, d: this.#sums.operand, blocks: 3, ...target(size * size) },
    ])
  }

  #packs(): void {
    const { plan, size } = this
    const { first, count } = plan.writer.words([this.parameters, size, 1])
    const matrix = { slots: 1, units: 1, k: size, n: size, sourceFirst: first, sourceCount: count }
    plan.add('pack', [
      { kind: 0, dst: this.#packed.there, panels: 3, vectors: 1, lastVectors: 1, ...matrix },
      { kind: 1, dst: this.#packed.back, panels: 1, vectors: 3, lastVectors: 3, innerPanels: 3, ...matrix },
    ])
  }

  #words(): Int32Array {
    return this.plan.finish({
      parameters: this.parameters,
      gradients: this.#gradients,
      slot0: this.#slot,
      parameterFloats: this.parameterFloats,
      normParts: this.plan.room(2 * Math.ceil(this.parameterFloats / 4096)),
      losses: this.plan.room(places),
      rates: this.#rates,
      forwardCount: 2,
      backwardFirst: 2,
      backwardCount: 1,
      reduceCount: 3,
    })
  }

  /** Trains for some windows. @returns the whole arena and the losses */
  async train(device: Device): Promise<{ arena: Int32Array; losses: number[] }> {
    const loaded = await device.load(this.#words())
    const next = numbers(9)
    for (let i = 0; i < this.parameterFloats; i++) loaded.floats[this.parameters + i] = 0.5 * next()
    write(loaded, this.plan, this.x, next)
    for (let i = 0; i < places; i++) loaded.ints[this.tokens + i] = (i * 7) % (this.size - 2)
    await runCall(loaded, { mode: 8 })
    setRates(loaded, this.#rates, [0.5, 0, 0.25, 0])
    const losses = []
    for (let window = 0; window < 8; window++) {
      const rest = { lossScale: 1 / places, momentum: 0.5, clipNorm: 1, count: window + 1 }
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
