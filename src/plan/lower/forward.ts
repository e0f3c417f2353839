import { groupBy } from '../../core/collections.ts'
import type { Stage } from '../schedule.ts'
import { type Operand, blocksOf, later } from './arena.ts'
import { attentionStages, attentionVectors } from './attention.ts'
import { slotOf } from './panels.ts'
import type { Group, Run, ScanLowering } from './scan.ts'
import { type LoopDraft, type Lowering, compute, draftLoop } from './writer.ts'

/** Lowers the forward pass of a scan: its loop over time, and before it the products that need no earlier step. */
export function lowerForward(scan: ScanLowering): void {
  new ForwardLowering(scan).write()
}

class ForwardLowering {
  readonly #scan: ScanLowering
  readonly #lowering: Lowering

  constructor(scan: ScanLowering) {
    this.#scan = scan
    this.#lowering = scan.lowering
  }

  write(): void {
    const { lengths } = this.#scan.settings
    const loop = draftLoop(1, this.#scan.states.length === 0, lengths)
    this.#scan.program.states.forEach(({ previous }, i) => {
      const { carried, fresh, final } = this.#scan.settings.initial[i]!
      const d = this.#lowering.operand(this.#scan.states[i]!)
      const blocks = blocksOf(this.#scan.size(previous), this.#lowering.shape.width)
      if (carried) loop.copies.push({ a: d, d, blocks, lastStep: 1 })
      if (final) loop.copies.push({ a: this.#lowering.operand(final), d, blocks, lastStep: 2 })
      if (!fresh) return
      const a = fresh.from ? this.#lowering.operand(fresh.from) : -1
      loop.copies.push({ a, d, blocks, lengths: fresh.flags })
    })
    const ahead = draftLoop(1, true, lengths)
    this.#scan.plan.forward.forEach((stage) => this.#stage(stage, loop, ahead))
    if (lengths !== undefined) this.#idle(loop)
    if (ahead.stages.length > 0) this.#lowering.forward.push(ahead)
    this.#lowering.forward.push(loop)
  }

  /** Rows after their length: states keep their values, outputs are zero. */
  #idle({ idle }: LoopDraft): void {
    const { program, states } = this.#scan
    const copy = (id: number, from: Operand | undefined, to: Operand) => ({
      a: from ? this.#lowering.operand(from) : -1,
      d: this.#lowering.operand(to),
      blocks: blocksOf(this.#scan.size(id), this.#lowering.shape.width),
    })
    program.states.forEach(({ next }, i) => idle.push(copy(next, states[i], later(states[i]!, 1))))
    for (const { node } of program.outputs) idle.push(copy(node, undefined, this.#scan.rowsOf(node)))
  }

  #stage(stage: Stage, loop: LoopDraft, ahead: LoopDraft): void {
    const stages = this.#scan.plan.forward
    for (const id of stage.reductions) this.#scan.reduction(stages, id, loop)
    loop.stages.push(...attentionStages(this.#scan, stage.attention))
    const attended = attentionVectors(this.#scan, stage.attention)
    const groups = this.#scan.groups.filter(({ nodes }) => stage.groups.includes(nodes))
    const bySize = groupBy(stage.program, (id) => this.#scan.size(id))
    const numbers = bySize.get(0)
    if (numbers)
      loop.stages.push({
        kind: compute,
        panels: 1,
        units: 1,
        program: this.#scan.writeProgram(0, numbers, []),
      })
    const sizes = new Set([
      ...groups.map(({ panels }) => panels.size),
      ...bySize.keys(),
      ...attended.map((id) => this.#scan.size(id)),
    ])
    sizes.delete(0)
    for (const size of sizes) {
      const own = groups.filter(({ panels }) => panels.size === size)
      const program = this.#scan.writeProgram(
        size,
        bySize.get(size) ?? [],
        [...own.flatMap(({ nodes }) => nodes), ...attended.filter((id) => this.#scan.size(id) === size)],
        this.#scan.rowSums(stages, stage, size),
      )
      if (own.length > 0 || program >= 0) this.#compute(own, size, program, loop, ahead)
    }
  }

  #compute(groups: readonly Group[], size: number, program: number, loop: LoopDraft, ahead: LoopDraft): void {
    const blocks = blocksOf(size, this.#lowering.shape.width)
    const first = groups[0]?.panels
    const shape = first ? { panels: first.panels, units: first.units } : { panels: blocks, units: 1 }
    const hoists = groups.map((group) => ({ group, operands: this.#scan.hoisted(group.nodes) }))
    const outside = hoists.filter(({ operands }) => operands.length > 0)
    if (outside.length > 0) {
      const records = outside.map(({ group, operands }) =>
        this.#group(group, (operand) => operands.includes(operand), true),
      )
      ahead.stages.push({ kind: compute, ...shape, program: -1, ...this.#groupRange(records) })
    }
    const inside = hoists.filter(({ group, operands }) =>
      this.#scan.runsOf(group).some((run) => !operands.includes(run.operand)),
    )
    const records = inside.map(({ group, operands }) =>
      this.#group(group, (operand) => !operands.includes(operand), operands.length === 0),
    )
    loop.stages.push({ kind: compute, ...shape, program, ...this.#groupRange(records) })
  }

  #groupRange(drafts: readonly Parameters<Lowering['records']['add']>[1][]): {
    groupFirst: number
    groupCount: number
  } {
    const groupFirst = this.#lowering.records.count('group')
    for (const draft of drafts) this.#lowering.records.add('group', draft)
    return { groupFirst, groupCount: drafts.length }
  }

  /** A group with the products of the operands that `takes` names; `starts` sets bias and gathered rows first. */
  #group(group: Group, takes: (operand: number) => boolean, starts: boolean) {
    const { records } = this.#lowering
    const { panels, nodes } = group
    const own = this.#scan.runsOf(group).filter(({ operand }) => takes(operand))
    const gathers = own.filter(({ operand }) => this.#scan.tokens(operand))
    const products = own.filter(({ operand }) => !this.#scan.tokens(operand))
    const bias = starts ? this.#scan.packing.bias(this.#scan.program, panels, nodes) : -2
    const tables = gathers.map((run) => this.#table(run))
    const gatherFirst = records.count('gather')
    for (const table of tables) records.add('gather', table)
    const drafts = products.map((run) => this.#product(run))
    const productFirst = records.count('product')
    for (const draft of drafts) records.add('product', draft)
    return {
      c: this.#lowering.operand(panels.base),
      panels: panels.panels,
      panelStride: panels.base.panelStride,
      vectors: panels.slots * panels.units,
      lastVectors: panels.lastVectors,
      bias,
      gatherFirst,
      gatherCount: gathers.length,
      productFirst,
      productCount: products.length,
    }
  }

  /** Adds rows of a table that is packed from the matrices of a one-hot operand. */
  #table(run: Run) {
    const { panels } = run.group
    const { units } = panels
    const { tokens, classes } = this.#scan.tokens(run.operand)!
    const table = this.#scan.packing.table(panels, run.terms, classes)
    const vectors = run.terms.length * units
    return { tokens, table, classes, vectorStart: run.from * units, vectors, lastVectors: this.#last(run) }
  }

  #last({ group, terms: own }: Run): number {
    return own.length === group.panels.slots ? group.panels.lastVectors : own.length * group.panels.units
  }

  #product(run: Run) {
    const { panels } = run.group
    const k = this.#scan.size(run.operand)
    const weights = this.#scan.packing.forward(panels, run.terms, k)
    return {
      a: this.#lowering.operand(this.#scan.rowsOf(run.operand)),
      segments: 1,
      segmentLength: k,
      segmentStride: k,
      weights,
      c: this.#lowering.operand(slotOf(panels, run.from)),
      panels: panels.panels,
      panelStride: panels.base.panelStride,
      vectors: run.terms.length * panels.units,
      lastVectors: this.#last(run),
      vectorStride: this.#lowering.shape.width,
      accumulate: 1,
      pairs: this.#lowering.pairs,
    }
  }
}
