import { groupBy } from '../../core/collections.ts'
import { invariant } from '../../core/errors.ts'
import { source } from '../schedule.ts'
import { type Term, terms } from '../stack.ts'
import { type Panels, plainPanels, slotOf } from './panels.ts'
import { type Group, type ScanLowering, stageOf } from './scan.ts'

/** One product of the backward pass: gradients in neighbouring slots of a group, into the sum `target`. */
export interface BackProduct {
  readonly target: number
  readonly group: Group
  /** Where the gradients of the group's sums stand. */
  readonly panels: Panels
  readonly from: number
  readonly terms: readonly Term[]
}

/** Finds and writes the products that carry gradients from panels back to what the forward products read. */
export class BackProducts {
  readonly #scan: ScanLowering
  readonly #panels: ReadonlyMap<Group, Panels>
  /** Sums that a product has already written to; the next ones add. */
  readonly #written = new Set<number>()

  constructor(scan: ScanLowering, panels: ReadonlyMap<Group, Panels>) {
    this.#scan = scan
    this.#panels = panels
  }

  get #program() {
    return this.#scan.program
  }

  /** The stage that makes the gradient which a product reads; -1 where it comes from outside. */
  stageOf(operand: number): number {
    return stageOf(this.#scan.plan.backward, source(this.#program, operand))
  }

  /** Products that run once stage `index` is done: one for each sum, group and run of neighbouring slots. */
  after(index: number): readonly BackProduct[] {
    const sums = [...new Set(this.#scan.plan.backward.flatMap(({ groups }) => groups.flat()))]
    return sums.flatMap((target) => {
      const found = terms(this.#program, target).map((term) => ({
        ...this.#place(term),
        operand: term.operand,
      }))
      const ready = [...groupBy(found, ({ group }) => group)].filter(
        ([, list]) => Math.max(...list.map(({ operand }) => this.stageOf(operand))) === index,
      )
      return ready.flatMap(([group, list]) =>
        neighbours(list).map((run) => ({
          target,
          group,
          panels: this.#panels.get(group)!,
          from: run[0]!.slot,
          terms: run.map(({ term }) => term),
        })),
      )
    })
  }

  /** Where a gradient stands as an operand: the slot of the sum to which the matrix belongs, and its term there. */
  #place({ operand, matrix, transposed }: Term): { group: Group; slot: number; term: Term } {
    for (const group of this.#scan.groups) {
      for (const [slot, sum] of group.nodes.entries()) {
        const term = terms(this.#program, sum).find(
          (other) => other.matrix === matrix && other.transposed !== transposed,
        )
        if (term && this.#scan.gradientsOf(sum).includes(operand)) return { group, slot, term }
      }
    }
    invariant(false, `the gradient %${operand} stands in a panel`)
  }

  /** The record of a product; `fused` where the stage's program goes through its panels. */
  record({ target, panels, from, terms: own, group }: BackProduct, fused: boolean) {
    const { lowering } = this.#scan
    const { width } = lowering.shape
    const size = this.#scan.size(target)
    const accumulate = Number(this.#written.has(target))
    this.#written.add(target)
    return {
      a: lowering.operand(slotOf(panels, from)),
      segments: panels.panels,
      segmentLength: own.length * panels.units * width,
      segmentStride: panels.base.panelStride,
      weights: this.#scan.packing.backward(group.panels, own, size),
      c: lowering.operand(this.#scan.homes.get(target)![0]!),
      ...plainPanels(size, width),
      accumulate,
      fused: Number(fused),
      pairs: lowering.pairs,
    }
  }
}

/** Splits places into runs of consecutive slots. */
export function neighbours<T extends { readonly slot: number }>(
  list: readonly T[],
): readonly (readonly T[])[] {
  const sorted = [...list].sort((a, b) => a.slot - b.slot)
  const found: T[][] = []
  for (const item of sorted) {
    const open = found.at(-1)
    if (open && open.at(-1)!.slot + 1 === item.slot) open.push(item)
    else found.push([item])
  }
  return found
}
