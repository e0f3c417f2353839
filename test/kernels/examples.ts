import type { Device } from '../../src/runtime/device.ts'
import { TestPlan } from './plan.ts'

/** A plan that doubles a vector; its first entry is at `place`. */
export function doubling(device: Device): { words: Int32Array; place: number } {
  const plan = new TestPlan(device, { rows: 1 })
  const vector = plan.rowMajor(4)
  plan.loop([plan.pointwise([vector], [{ op: 2, d: 0, a: 0, b: 0 }])])
  return { words: plan.finish({ forwardCount: 1 }), place: vector.base }
}

/** A plan whose steps take some milliseconds each: the same large product again and again. */
export function long(device: Device, steps: number): { words: Int32Array } {
  const plan = new TestPlan(device, { rows: 128, steps, chunks: 2 })
  const { width } = plan
  const depth = 2048
  const a = plan.place(depth, { base: plan.room(128 * depth), rowStride: depth })
  const c = plan.place(32 * width, { base: plan.room(128 * 32 * width), rowStride: 32 * width })
  const product = plan.writer.add('product', {
    a: a.operand,
    segments: 1,
    segmentLength: depth,
    weights: plan.room(32 * width * depth),
    c: c.operand,
    panels: 8,
    panelStride: 4 * width,
    vectors: 4,
    lastVectors: 4,
    vectorStride: width,
  })
  plan.loop([{ productFirst: product, productCount: 1 }])
  return { words: plan.finish({ forwardCount: 1 }) }
}
