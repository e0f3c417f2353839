import { PlanWriter } from '../write.ts'
import type { FieldOf, HeaderField } from '../write.ts'
import { type RecordName, stageKinds } from '../format.ts'
import { type RowSum, writeSums } from './sums.ts'
import { Arena, type Operand, type Shape, roundUp } from './arena.ts'

/** Kind of the stages that compute: groups, a program, products. */
export const compute = stageKinds.indexOf('compute')

/** Parameters whose squares make one part of the gradient's norm. */
const normBlock = 4096

type Fields<R extends RecordName> = Partial<Record<FieldOf<R>, number>>

/**
 * Where one part of a parameter is, relative to the start of a parameter buffer: entry (row, column) at
 * offset + row*rowStride + column*columnStride. Matrices stand column by column, as weight gradients are summed;
 * embeddings row by row, as they are gathered.
 */
export interface ParameterPlace {
  readonly offset: number
  readonly rows: number
  readonly columns: number
  readonly rowStride: number
  readonly columnStride: number
}

/** Floats that a part takes, pads included. */
export function floatsOf({ rows, columns, rowStride, columnStride }: Omit<ParameterPlace, 'offset'>): number {
  return columnStride === 1 ? rows * rowStride : columns * columnStride
}

/** Rows and columns of a parameter, and whether it stands row by row. */
export interface ParameterSize {
  readonly rows: number
  readonly columns: number
  readonly byRow: boolean
}

/** A loop before its records are written: stages gather first, so that each loop's records stand together. */
export interface LoopDraft {
  readonly direction: 1 | -1
  readonly parallel: boolean
  readonly copies: Fields<'copy'>[]
  readonly stages: Fields<'stage'>[]
  /** Offset of the lengths of rows, where the loop leaves rows out at and after them; `idle` is done instead. */
  readonly lengths: number | undefined
  readonly idle: Fields<'copy'>[]
}

/** An empty loop. */
export function draftLoop(direction: LoopDraft['direction'], parallel: boolean, lengths?: number): LoopDraft {
  return { direction, parallel, copies: [], stages: [], lengths, idle: [] }
}

/** What all parts of lowering write to: records, arena, parameters, and the lists of loops and window sums. */
export class Lowering {
  readonly records = new PlanWriter()
  readonly arena: Arena
  readonly forward: LoopDraft[] = []
  readonly backward: LoopDraft[] = []
  /** Sums over the rows of a window; then sums of another kind. */
  readonly sums: RowSum[] = []
  readonly reductions: Fields<'reduction'>[] = []
  readonly finishing: Fields<'reduction'>[] = []
  readonly constants: { offset: number; value: number }[] = []
  /** Places of parameters by node of the window graph, relative to the start of each parameter buffer. */
  readonly parameters: ReadonlyMap<number, ParameterPlace>
  readonly parameterFloats: number
  /** Where the values and the gradients of all parameters start. */
  readonly values: number
  readonly gradients: number
  /** 1 where products multiply pairs of bf16 numbers: the field of that name of products, packs and weight sums. */
  readonly pairs: 0 | 1
  readonly #operands = new Map<string, number>()
  readonly #splats = new Map<number, number>()

  constructor(
    shape: Shape,
    sizes: ReadonlyMap<number, ParameterSize>,
    { training, pairs }: { readonly training: boolean; readonly pairs: boolean },
  ) {
    this.arena = new Arena(shape)
    this.pairs = pairs ? 1 : 0
    const places = new Map<number, ParameterPlace>()
    let floats = 0
    for (const [node, { rows, columns, byRow }] of sizes) {
      const stride = roundUp(byRow ? columns : rows, shape.width)
      const strides = byRow ? { rowStride: stride, columnStride: 1 } : { rowStride: 1, columnStride: stride }
      const place = { offset: floats, rows, columns, ...strides }
      places.set(node, place)
      floats += roundUp(floatsOf(place), 16)
    }
    this.parameters = places
    this.parameterFloats = floats
    this.values = this.arena.allocate(floats)
    this.gradients = training ? this.arena.allocate(floats) : this.values
  }

  get shape(): Shape {
    return this.arena.shape
  }

  /** Index of an operand record; equal operands are written once. */
  operand(operand: Operand): number {
    const key = Object.values(operand).join()
    const known = this.#operands.get(key)
    if (known !== undefined) return known
    const index = this.records.add('operand', { ...operand })
    this.#operands.set(key, index)
    return index
  }

  /** A number as an operand for pointwise programs. */
  constant(value: number): Operand {
    const { width } = this.shape
    const offset = this.#splats.get(value) ?? this.arena.allocate(width)
    if (!this.#splats.has(value)) this.constants.push({ offset, value })
    this.#splats.set(value, offset)
    return {
      base: offset,
      timeStride: 0,
      chunkStride: 0,
      rowStride: 0,
      panelStride: 0,
      unitStride: 0,
      units: 1,
    }
  }

  /** Lines of packed weights for products over `k` numbers. */
  linesOf(k: number): number {
    return this.pairs ? Math.ceil(k / 2) : k
  }

  words(list: readonly number[]): { first: number; count: number } {
    return this.records.words(list)
  }

  /** Writes drafted loops one after another. */
  #loops(drafts: readonly LoopDraft[]): { first: number; count: number } {
    const bodies = drafts.map(({ direction, parallel, copies, stages, lengths = -1, idle }) => {
      const [copyFirst, stageFirst] = [this.records.count('copy'), this.records.count('stage')]
      for (const copy of [...copies, ...idle]) this.records.add('copy', copy)
      for (const stage of stages) this.records.add('stage', stage)
      const idleFirst = copyFirst + copies.length
      const counts = { copyCount: copies.length, stageCount: stages.length, idleCount: idle.length }
      return { direction, parallel: Number(parallel), copyFirst, stageFirst, lengths, idleFirst, ...counts }
    })
    const first = this.records.count('loop')
    for (const body of bodies) this.records.add('loop', body)
    return { first, count: bodies.length }
  }

  #reductions(
    sums: readonly RowSum[],
    drafts: readonly Fields<'reduction'>[],
  ): { first: number; count: number } {
    const first = this.records.count('reduction')
    writeSums(this, sums)
    for (const draft of drafts) this.records.add('reduction', draft)
    return { first, count: this.records.count('reduction') - first }
  }

  /** Lets updates train a part of the parameters; gives the place of the learning rates of all such parts. */
  train(parts: readonly ParameterPlace[]): number {
    for (const { offset, ...size } of parts) this.records.add('range', { offset, floats: floatsOf(size) })
    return this.arena.allocate(4 * parts.length)
  }

  /** Writes the loops and window sums, and the whole plan with what else its header holds. */
  finish(fields: Partial<Record<HeaderField, number>>): Int32Array {
    const { shape, parameterFloats, records } = this
    const normParts = this.arena.allocate(2 * Math.ceil(parameterFloats / normBlock))
    const forward = this.#loops(this.forward)
    const backward = this.#loops(this.backward)
    const reduce = this.#reductions(this.sums, this.reductions)
    const finish = this.#reductions([], this.finishing)
    return records.finish({
      vectorWidth: shape.width,
      rows: shape.rows,
      steps: shape.steps,
      chunks: shape.chunks,
      dealt: Number([...this.forward, ...this.backward].some(({ lengths }) => lengths !== undefined)),
      arena: this.arena.floats,
      parameters: this.values,
      gradients: this.gradients,
      parameterFloats,
      normParts,
      forwardFirst: forward.first,
      forwardCount: forward.count,
      backwardFirst: backward.first,
      backwardCount: backward.count,
      reduceFirst: reduce.first,
      reduceCount: reduce.count,
      finishFirst: finish.first,
      finishCount: finish.count,
      ...fields,
    })
  }
}
