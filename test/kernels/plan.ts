import { Stream } from '../../src/core/random.ts'
import { type RecordName, call, instructions as names } from '../../src/plan/format.ts'
import { type FieldOf, type HeaderField, PlanWriter, type Range } from '../../src/plan/write.ts'
import type { Device, Loaded } from '../../src/runtime/device.ts'

type Strides = Record<FieldOf<'operand'>, number>
export type Fields<R extends RecordName> = Partial<Record<FieldOf<R>, number>>
export type CallField = (typeof call)[number]

/** Vectors of `size` entries in the arena. */
export interface Place extends Strides {
  readonly operand: number
  readonly size: number
  readonly blocks: number
}

/** A plan written by hand, and the layout of its arena. */
export class TestPlan {
  readonly writer = new PlanWriter()
  readonly width: number
  readonly rows: number
  readonly steps: number
  readonly chunks: number
  #end = 32

  constructor(
    device: Device,
    shape: { readonly rows: number; readonly steps?: number; readonly chunks?: number },
  ) {
    this.width = device.vectorWidth
    this.rows = shape.rows
    this.steps = shape.steps ?? 1
    this.chunks = shape.chunks ?? 1
  }

  /** Room for floats, with a gap of zeros after it. */
  room(floats: number): number {
    const base = this.#end
    this.#end = Math.ceil((base + floats) / 16) * 16 + 16
    return base
  }

  blocks(size: number): number {
    return Math.ceil(size / this.width)
  }

  /** Vectors of `size` entries at given strides; the default is one vector for all steps and rows. */
  place(size: number, strides: Partial<Strides>): Place {
    const blocks = this.blocks(size)
    const none = {
      base: 0,
      timeStride: 0,
      chunkStride: 0,
      rowStride: 0,
      panelStride: this.width,
      unitStride: 0,
      units: 1,
    }
    const all = { ...none, ...strides }
    return { ...all, size, blocks, operand: this.writer.add('operand', all) }
  }

  /** A vector for each step and row: [steps][rows][entries]. */
  rowMajor(size: number, steps = this.steps): Place {
    const rowStride = this.blocks(size) * this.width
    const timeStride = this.rows * rowStride
    return this.place(size, { base: this.room(steps * timeStride), timeStride, rowStride })
  }

  /** A vector for each step and row, in panels of `units` blocks: [panel][steps][rows][units]. */
  panelMajor(size: number, units: number): Place {
    const rowStride = units * this.width
    const timeStride = this.rows * rowStride
    const panelStride = this.steps * timeStride
    const base = this.room(Math.ceil(this.blocks(size) / units) * panelStride)
    return this.place(size, { base, timeStride, rowStride, panelStride, unitStride: this.width, units })
  }

  /** One vector for all steps and rows. */
  once(size: number): Place {
    return this.place(size, { base: this.room(this.blocks(size) * this.width) })
  }

  /** A place under other strides, such as another base. */
  again(place: Place, strides: Partial<Strides>): Place {
    return this.place(place.size, { ...strideOf(place), ...strides })
  }

  add<R extends RecordName>(record: R, list: readonly Fields<R>[]): Range {
    const first = this.writer.count(record)
    for (const fields of list) this.writer.add(record, fields)
    return { first, count: list.length }
  }

  /** A loop over stages, forwards unless `fields` say otherwise. */
  loop(stages: readonly Fields<'stage'>[], fields: Fields<'loop'> = {}): number {
    const { first, count } = this.add('stage', stages)
    return this.writer.add('loop', { direction: 1, stageFirst: first, stageCount: count, ...fields })
  }

  /** A pointwise program as a stage of its own; slots are the operands, then temporaries. */
  pointwise(
    operands: readonly Place[],
    instructions: readonly Fields<'instruction'>[],
    fields: Fields<'program'> = {},
  ): Fields<'stage'> {
    const copies = this.add('operand', operands.map(strideOf))
    const body = this.add('instruction', instructions)
    const blocks = operands[0]!.blocks
    const program = this.writer.add('program', {
      blocks,
      entries: this.width,
      operandFirst: copies.first,
      operandCount: copies.count,
      instructionFirst: body.first,
      instructionCount: body.count,
      ...fields,
    })
    return { kind: 0, panels: blocks, units: 1, program }
  }

  /** Lets updates train `lengths[i]` floats of the parameters, one range behind the other. @returns where their rates are */
  trained(lengths: readonly number[]): number {
    lengths.reduce((offset, floats) => {
      this.writer.add('range', { offset, floats })
      return offset + floats
    }, 0)
    return this.room(4 * lengths.length)
  }

  finish(fields: Partial<Record<HeaderField, number>> = {}): Int32Array {
    return this.writer.finish({
      vectorWidth: this.width,
      rows: this.rows,
      steps: this.steps,
      chunks: this.chunks,
      arena: this.#end,
      ...fields,
    })
  }
}

function strideOf({
  base,
  timeStride,
  chunkStride,
  rowStride,
  panelStride,
  unitStride,
  units,
}: Strides): Strides {
  return { base, timeStride, chunkStride, rowStride, panelStride, unitStride, units }
}

/** Index of an entry in the arena. */
export function indexOf(place: Place, width: number, step: number, row: number, entry: number): number {
  const block = Math.floor(entry / width)
  const panel = Math.floor(block / place.units) * place.panelStride + (block % place.units) * place.unitStride
  return place.base + step * place.timeStride + row * place.rowStride + panel + (entry % width)
}

/** Sets every entry at `steps` steps and all rows to f(step, row, entry). */
export function write(
  { floats }: Loaded,
  plan: TestPlan,
  place: Place,
  f: (step: number, row: number, entry: number) => number,
  steps = plan.steps,
): void {
  each(plan, place, steps, (step, row, entry) => {
    floats[indexOf(place, plan.width, step, row, entry)] = f(step, row, entry)
  })
}

/** Sets learning rates and weight decays, one after the other for each range. */
export function setRates({ floats }: Loaded, rates: number, values: readonly number[]): void {
  new Float64Array(floats.buffer, floats.byteOffset + 4 * rates, values.length).set(values)
}

/** Calls f for every entry of a place. */
export function each(
  plan: TestPlan,
  place: Place,
  steps: number,
  f: (step: number, row: number, entry: number) => void,
): void {
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < plan.rows; row++) {
      for (let entry = 0; entry < place.size; entry++) f(step, row, entry)
    }
  }
}

/** What a place holds now. */
export function read(
  loaded: Loaded,
  plan: TestPlan,
  place: Place,
): (step: number, row: number, entry: number) => number {
  const floats = loaded.floats.slice()
  return (step, row, entry) => floats[indexOf(place, plan.width, step, row, entry)]!
}

/** Numbers between -1 and 1 that are float32, the same for every run. */
export function numbers(seed: number): () => number {
  const stream = new Stream(seed)
  return () => Math.fround(2 * stream.float() - 1)
}

/** Runs a call whose other fields are 0. @returns all its fields afterwards */
export async function runCall(
  loaded: Loaded,
  fields: Partial<Record<CallField, number>>,
): Promise<Record<CallField, number>> {
  const values = Float64Array.from(call, (name) => fields[name] ?? 0)
  await loaded.run(values)
  return Object.fromEntries(call.map((name, i) => [name, values[i]!])) as Record<CallField, number>
}

/** Number of a pointwise instruction. */
export function opcodeOf(name: string): number {
  return (names as readonly string[]).indexOf(name)
}
