import type { StepProgram } from '../step.ts'
import { type Term, biases } from '../stack.ts'
import { packKinds } from '../format.ts'
import type { FieldOf } from '../write.ts'
import { type Operand, blocksOf, unitsOf } from './arena.ts'
import type { Lowering, ParameterPlace } from './writer.ts'

/** The panels in which the products of one group add up: slot by slot, `units` blocks of each side by side. */
export interface Panels {
  readonly size: number
  readonly slots: number
  readonly units: number
  readonly panels: number
  /** Vectors of the last panel, where one slot's blocks do not fill it. */
  readonly lastVectors: number
  readonly base: Operand
}

/** What panels are laid out for: `slots` products of `size` entries, `units` blocks of each in a panel, for `times` steps. */
export interface PanelShape {
  readonly size: number
  readonly slots: number
  readonly units: number
  readonly times: number
}

/** Lays out the panels of a group of products. */
export function layPanels(lowering: Lowering, { size, slots, units, times }: PanelShape): Panels {
  const { width, rows } = lowering.shape
  const blocks = blocksOf(size, width)
  const panels = Math.ceil(blocks / units)
  const vectors = slots * units
  const panelStride = times * rows * vectors * width
  const base: Operand = {
    base: lowering.arena.allocate(panels * panelStride),
    timeStride: times > 1 ? rows * vectors * width : 0,
    chunkStride: 0,
    rowStride: vectors * width,
    panelStride,
    unitStride: width,
    units,
  }
  return {
    size,
    slots,
    units,
    panels,
    lastVectors: slots === 1 ? blocks - (panels - 1) * units : vectors,
    base,
  }
}

/** Where one slot of a panel is. */
export function slotOf({ base, units }: Panels, slot: number): Operand {
  return { ...base, base: base.base + slot * units * base.unitStride }
}

/** Panels of a plain vector written by products: `units` blocks of it at a time. */
export function plainPanels(size: number, width: number) {
  const blocks = blocksOf(size, width)
  const vectors = unitsOf(blocks, 1)
  const panels = Math.ceil(blocks / vectors)
  return {
    panels,
    vectors,
    lastVectors: blocks - (panels - 1) * vectors,
    panelStride: vectors * width,
    vectorStride: width,
  }
}

/** Packs the matrices of one step's products, once after each update. */
export class Packing {
  readonly #lowering: Lowering
  readonly #place: (parameter: number) => ParameterPlace

  /** `place` finds a parameter of the step. */
  constructor(lowering: Lowering, place: (parameter: number) => ParameterPlace) {
    this.#lowering = lowering
    this.#place = place
  }

  #pack(fields: Partial<Record<FieldOf<'pack'>, number>>, sources: readonly number[]): void {
    const { first, count } = this.#lowering.words(sources)
    this.#lowering.records.add('pack', { ...fields, sourceFirst: first, sourceCount: count })
  }

  /** Offset and strides of element (k, n) of each term's matrix, n running over the entries of the product. */
  #sources(terms: readonly Term[]): readonly number[] {
    return terms.flatMap(({ matrix, transposed }) => {
      const { offset, rowStride, columnStride } = this.#place(matrix)
      const start = this.#lowering.values + offset
      return transposed ? [start, rowStride, columnStride] : [start, columnStride, rowStride]
    })
  }

  /** Weights of neighbouring slots for one operand of `k` entries: [panel][k][vectors]. */
  forward(panels: Panels, terms: readonly Term[], k: number): number {
    return this.#forward(panels, terms, k, this.#lowering.pairs)
  }

  /** The same for one-hot operands, whose rows are gathered: never in pairs. */
  table(panels: Panels, terms: readonly Term[], classes: number): number {
    return this.#forward(panels, terms, classes, 0)
  }

  #forward(panels: Panels, terms: readonly Term[], k: number, pairs: 0 | 1): number {
    const { arena, shape } = this.#lowering
    const vectors = terms.length * panels.units
    const lines = pairs ? this.#lowering.linesOf(k) : k
    const dst = arena.allocate(panels.panels * lines * vectors * shape.width)
    const lastVectors = terms.length === panels.slots ? panels.lastVectors : vectors
    const counts = { panels: panels.panels, vectors, lastVectors, slots: terms.length, units: panels.units }
    this.#pack(
      { kind: packKinds.indexOf('forward'), dst, ...counts, k, n: panels.size, pairs },
      this.#sources(terms),
    )
    return dst
  }

  /** The same weights for the way back, for the gradient of an operand of `k` entries: [panel][slots x blocks][vectors]. */
  backward(panels: Panels, terms: readonly Term[], k: number): number {
    const { arena, pairs, shape } = this.#lowering
    const { panels: outer, vectors, lastVectors } = plainPanels(k, shape.width)
    const inner = panels.panels * terms.length * panels.units * shape.width
    const dst = arena.allocate(outer * this.#lowering.linesOf(inner) * vectors * shape.width)
    const counts = { panels: outer, vectors, lastVectors, slots: terms.length, units: panels.units }
    const sizes = { k, n: panels.size, innerPanels: panels.panels, pairs }
    this.#pack({ kind: packKinds.indexOf('backward'), dst, ...counts, ...sizes }, this.#sources(terms))
    return dst
  }

  /** Sum of the bias vectors of each slot: [panel][vectors]; -1 where no slot has any. */
  bias(program: StepProgram, panels: Panels, group: readonly number[]): number {
    const found = group.flatMap((id, slot) => biases(program, id).map((bias) => ({ slot, bias })))
    if (found.length === 0) return -1
    const { arena, shape, values } = this.#lowering
    const vectors = panels.slots * panels.units
    const dst = arena.allocate(panels.panels * vectors * shape.width)
    const counts = {
      panels: panels.panels,
      vectors,
      lastVectors: panels.lastVectors,
      slots: panels.slots,
      units: panels.units,
    }
    const sources = found.flatMap(({ slot, bias }) => [slot, values + this.#place(bias).offset])
    this.#pack({ kind: packKinds.indexOf('bias'), dst, ...counts, n: panels.size }, sources)
    return dst
  }
}
