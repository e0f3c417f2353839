import type { Stage } from '../schedule.ts'
import { nodesOf, reads, source } from '../schedule.ts'
import { groupBy } from '../../core/collections.ts'
import { type Operand, blocksOf, later, still } from './arena.ts'
import { attentionStages, attentionVectors, memoryStarts } from './attention.ts'
import { type Panels, layPanels, slotOf } from './panels.ts'
import { type BackProduct, BackProducts, neighbours } from './back-products.ts'
import { type Sum, copyProgram } from './program.ts'
import { sumChunks, sumColumns, sumWeights } from './weights.ts'
import { type Group, type Run, type ScanLowering, stageOf } from './scan.ts'
import { type LoopDraft, type Lowering, compute, draftLoop } from './writer.ts'

/** Gradients that come into a scan from the window: of its outputs (absent: zero), and of its final states, as parts to add. */
export interface Seeds {
  readonly outputs: readonly (Operand | undefined)[]
  readonly finals: readonly (readonly Operand[])[]
}

/** Gradients that leave it: sequences of its inputs, and of the initial states as parts to add. */
export interface Gradients {
  readonly inputs: readonly (Operand | undefined)[]
  readonly initial: readonly (readonly Operand[])[]
}

/** Lowers the backward pass of a scan and the window's sums that its parameters' gradients need. */
export function lowerGradient(scan: ScanLowering, seeds: Seeds): Gradients {
  return new GradientLowering(scan, seeds).write()
}

class GradientLowering {
  readonly #scan: ScanLowering
  readonly #lowering: Lowering
  readonly #seeds: Seeds
  readonly #panels = new Map<Group, Panels>()
  readonly #carries = new Map<number, Operand>()
  readonly #inputs: (Operand | undefined)[]
  readonly #products: BackProducts

  constructor(scan: ScanLowering, seeds: Seeds) {
    this.#scan = scan
    this.#lowering = scan.lowering
    this.#seeds = seeds
    this.#inputs = scan.program.inputs.map(() => undefined)
    this.#products = new BackProducts(scan, this.#panels)
  }

  get #program() {
    return this.#scan.program
  }

  get #stages(): readonly Stage[] {
    return this.#scan.plan.backward
  }

  write(): Gradients {
    this.#layInputs()
    this.#layCarries()
    this.#layPanels()
    for (const stage of this.#stages) this.#layStage(stage)
    const { lengths } = this.#scan.settings
    const loop = draftLoop(-1, this.#scan.states.length === 0, lengths)
    const after = draftLoop(-1, true, lengths)
    const memories = this.#inputs.filter((_place, i) => this.#program.memoryGradients[i]!.length > 0)
    loop.copies.push(...this.#starts(), ...memoryStarts(this.#lowering, memories))
    if (lengths !== undefined) loop.idle.push(...this.#idle())
    const sums = this.#columnSums(loop)
    loop.stages.push(...this.#leafStages(sums.get(-1) ?? []))
    this.#stages.forEach((stage, index) => this.#stage(stage, index, loop, after, sums))
    this.#carryOver(loop)
    this.#lowering.backward.push(loop)
    if (after.stages.length > 0) this.#lowering.backward.push(after)
    for (const group of this.#scan.groups) for (const run of this.#scan.runsOf(group)) this.#weights(run)
    return {
      inputs: this.#inputs,
      initial: this.#program.states.map(({ carries }) =>
        carries.map(({ leaf: id }) => this.#carries.get(id)!),
      ),
    }
  }

  /** Rows after their length: gradients of states pass through, those of inputs are zero. */
  #idle(): LoopDraft['idle'] {
    const { inputs, states } = this.#program
    const copy = (id: number, from: Operand | undefined, to: Operand) => ({
      a: from ? this.#lowering.operand(from) : -1,
      d: this.#lowering.operand(to),
      blocks: blocksOf(this.#scan.size(id), this.#lowering.shape.width),
    })
    const moving = states
      .flatMap(({ carries }) => carries.map(({ leaf }) => ({ leaf, place: this.#carries.get(leaf)! })))
      .filter(({ place }) => place.timeStride > 0)
    return [
      ...moving.map(({ leaf, place }) => copy(leaf, later(place, 1), place)),
      ...this.#inputs.flatMap((place, i) =>
        place && this.#program.memoryGradients[i]!.length === 0
          ? [copy(inputs[i]!.node, undefined, place)]
          : [],
      ),
    ]
  }

  /** Gradients of the matrices of a run, for each range of neighbours that have any. */
  #weights(run: Run): void {
    const slots = run.terms.flatMap((term, index) =>
      this.#scan.matrixGradient(term)?.wanted ? [{ term, slot: run.from + index }] : [],
    )
    for (const part of neighbours(slots)) {
      const own = { ...run, from: part[0]!.slot, terms: part.map(({ term }) => term) }
      sumWeights(this.#scan, this.#panels.get(run.group)!, own)
    }
  }

  #layInputs(): void {
    const { seeds, inputGradients } = this.#program
    seeds.forEach((leaf, i) => leaf !== undefined && this.#scan.homes.set(leaf, [this.#seeds.outputs[i]!]))
    this.#program.memoryGradients.forEach((terms, i) => {
      const [places, size] = this.#program.nodes[this.#program.inputs[i]!.node]!.type.shape
      if (terms.length > 0) this.#inputs[i] = this.#lowering.arena.memory(places!, size!)
      for (const id of terms) this.#scan.addHome(id, this.#inputs[i]!)
    })
    inputGradients.forEach((id, i) => {
      if (id === undefined) return
      const size = this.#scan.size(this.#program.inputs[i]!.node)
      const place = this.#lowering.arena.rowMajor(size, this.#lowering.shape.steps)
      this.#inputs[i] = place
      this.#addHome(source(this.#program, id), place)
    })
  }

  /** Gradients of states between steps, made by one step and read by the step before it. */
  #layCarries(): void {
    for (const { carries } of this.#program.states) {
      for (const { leaf, source: made } of carries) {
        if (made !== undefined && this.#isProduct(made)) this.#layByProducts(leaf, made)
        else this.#layInPlace(leaf, made)
      }
    }
  }

  /**
   * What products make: whole rows, while the stage may still read the panels before. So each step has its own, slot t
   * for what step t leaves, which step t - 1 reads.
   */
  #layByProducts(leaf: number, made: number): void {
    const { arena, shape } = this.#lowering
    const place = arena.rowMajor(this.#scan.size(leaf), shape.steps + 1)
    this.#carries.set(leaf, place)
    this.#scan.homes.set(leaf, [later(place, 1)])
    this.#scan.addHome(made, place)
  }

  /** What programs make: one place, read and written again by every step. */
  #layInPlace(leaf: number, made: number | undefined): void {
    const place = this.#once(leaf, false)
    this.#carries.set(leaf, place)
    this.#scan.homes.set(leaf, [place])
    if (made === undefined) this.#next.set(leaf, this.#lowering.constant(0))
    else if (made !== leaf) this.#addHome(made, this.#needsCopy(leaf, made) ? this.#spare(leaf) : place)
  }

  #isProduct(id: number): boolean {
    return this.#program.nodes[id]!.op === 'accumulate'
  }

  #isLeaf(id: number): boolean {
    return stageOf(this.#stages, source(this.#program, id)) < 0
  }

  /** A gradient goes where it is needed when it is made; one that comes from outside is copied before the stages. */
  #addHome(id: number, home: Operand): void {
    if (this.#isLeaf(id)) this.#leafCopies.push({ leaf: id, home })
    else this.#scan.addHome(id, home)
  }

  /** A place that every step writes anew: row after row where products do. */
  #once(id: number, product: boolean): Operand {
    const { arena } = this.#lowering
    const size = this.#scan.size(id)
    return still(size === 0 ? arena.splat(1) : product ? arena.rowMajor(size, 1) : arena.blockMajor(size, 1))
  }

  /** Where the next values of carries stand at the end of a step, if not in the place of the carry. */
  readonly #next = new Map<number, Operand>()

  /** A second place for a carry that is still read after its new value is made. */
  #spare(leaf: number): Operand {
    const place = this.#once(leaf, false)
    this.#next.set(leaf, place)
    return place
  }

  #needsCopy(leaf: number, made: number): boolean {
    if (this.#isLeaf(made)) return true
    const lastRead = this.#stages.findLastIndex((stage) => this.#readsIn(stage, leaf))
    return this.#scan.isMadeBefore(made, lastRead)
  }

  #readsIn(stage: Stage, id: number): boolean {
    return reads(this.#program, nodesOf(stage), id)
  }

  /** Panels for the gradients of the sums of each group: the group's own, unless a value in them is still to be read. */
  #layPanels(): void {
    for (const group of this.#scan.groups) {
      const { nodes, panels } = group
      const conflict = nodes.some((sum) => {
        const last = this.#stages.findLastIndex((stage) => this.#readsIn(stage, sum))
        const isEarly = (id: number): boolean => this.#scan.isMadeBefore(id, last)
        return this.#scan.plan.kept.has(sum) && this.#scan.gradientsOf(sum).some(isEarly)
      })
      const own = conflict
        ? layPanels(this.#lowering, { ...panels, times: this.#lowering.shape.steps })
        : panels
      this.#panels.set(group, own)
      nodes.forEach((sum, slot) => {
        for (const gradient of this.#scan.gradientsOf(sum)) this.#panelHome(gradient, slotOf(own, slot))
      })
    }
  }

  readonly #leafCopies: { leaf: number; home: Operand }[] = []

  /** A gradient is computed straight into its panel; one that is there before the stages is copied, unless it is there already. */
  #panelHome(gradient: number, home: Operand): void {
    const id = source(this.#program, gradient)
    if (this.#isProduct(id)) {
      if (!this.#scan.homes.has(id)) this.#scan.addHome(id, this.#once(id, true))
      this.#scan.addHome(id, home)
    } else if (!this.#isLeaf(id)) {
      this.#scan.homes.set(id, [home, ...(this.#scan.homes.get(id) ?? [])])
    } else if (this.#scan.locate(id).base !== home.base) this.#leafCopies.push({ leaf: id, home })
  }

  #layStage(stage: Stage): void {
    for (const id of nodesOf(stage)) {
      if (this.#scan.homes.has(id)) continue
      if (stage.program.includes(id) && !this.#scan.readLater(this.#stages, id, stage)) continue
      this.#scan.addHome(id, this.#once(id, this.#isProduct(id)))
    }
  }

  /** What carries hold before the last step: the gradients of the final states, or zero. */
  #starts(): LoopDraft['copies'] {
    const { width } = this.#lowering.shape
    return this.#program.states
      .flatMap(({ carries }, i) =>
        carries.map(({ leaf }, part) => {
          const seeds = part === 0 ? (this.#seeds.finals[i] ?? []) : []
          const d = this.#lowering.operand(this.#scan.homes.get(leaf)![0]!)
          const blocks = blocksOf(this.#scan.size(leaf), width)
          const copies = seeds.map((seed) => this.#lowering.operand(seed))
          return (copies.length > 0 ? copies : [-1]).map((a, add) => ({
            a,
            d,
            blocks,
            add: Math.min(add, 1),
          }))
        }),
      )
      .flat()
  }

  /** Gradients of vectors: a sum over a stored sequence at the end of the window, else column sums in the programs. */
  #columnSums(loop: LoopDraft): ReadonlyMap<number, readonly Sum[]> {
    const byStage = new Map<number, Sum[]>()
    const byValue = groupBy(this.#program.vectors, ({ value }) => source(this.#program, value))
    for (const [value, list] of byValue) {
      const targets = list.map(
        ({ parameter }) => this.#lowering.gradients + this.#scan.place(parameter).offset,
      )
      const size = this.#scan.size(list[0]!.parameter)
      const stored = this.#storedSequence(value)
      if (stored) sumColumns(this.#lowering, stored, size, targets, this.#scan.settings.lengths)
      else {
        const sums = this.#lowering.arena.sums(size)
        const at = stageOf(this.#stages, value)
        byStage.set(at, [...(byStage.get(at) ?? []), { of: 'column', value, sums }])
        sumChunks(this.#lowering, sums, size, targets, loop)
      }
    }
    return byStage
  }

  #storedSequence(value: number): Operand | undefined {
    if (this.#scan.size(value) === 0) return undefined
    const homes = this.#scan.homes.get(value) ?? []
    const copied = this.#leafCopies.filter(({ leaf }) => leaf === value).map(({ home }) => home)
    return [...homes, ...copied].find(({ timeStride }) => timeStride > 0)
  }

  /** Gradients from outside are copied to where they are needed and summed; then come the products that read them. */
  #leafStages(sums: readonly Sum[]): readonly LoopDraft['stages'][number][] {
    const copies = [...groupBy(this.#leafCopies, ({ leaf }) => this.#scan.size(leaf))].map(([size, list]) => {
      const pairs = list.map(({ leaf, home }) => ({ from: this.#scan.locate(leaf), home }))
      return this.#computeStage(size, copyProgram(this.#lowering, size, pairs), [])
    })
    const summed = [...groupBy(sums, ({ value }) => this.#scan.size(value))].map(([size, list]) =>
      this.#computeStage(size, this.#scan.writeProgram(size, [], [], list), []),
    )
    const products = this.#products.after(-1)
    return [...copies, ...summed, ...(products.length > 0 ? [this.#computeStage(0, -1, products)] : [])]
  }

  #stage(
    stage: Stage,
    index: number,
    loop: LoopDraft,
    after: LoopDraft,
    sums: ReadonlyMap<number, readonly Sum[]>,
  ): void {
    for (const id of stage.reductions) this.#scan.reduction(this.#stages, id, loop)
    loop.stages.push(...attentionStages(this.#scan, stage.attention))
    const given = [...stage.groups.flat(), ...attentionVectors(this.#scan, stage.attention)]
    const bySize = groupBy(stage.program, (id) => this.#scan.size(id))
    for (const sum of sums.get(index) ?? [])
      if (!bySize.has(this.#scan.size(sum.value))) bySize.set(this.#scan.size(sum.value), [])
    for (const id of given) if (!bySize.has(this.#scan.size(id))) bySize.set(this.#scan.size(id), [])
    const sizes = [...bySize.keys()].sort((a, b) => Number(a !== 0) - Number(b !== 0))
    const last = sizes.at(-1)
    for (const size of sizes) {
      const summed = given.filter((id) => this.#scan.size(id) === size)
      const columns = (sums.get(index) ?? []).filter(({ value }) => this.#scan.size(value) === size)
      const own = [...columns, ...this.#scan.rowSums(this.#stages, stage, size)]
      const program = this.#scan.writeProgram(size, bySize.get(size)!, summed, own)
      const products = size === last ? this.#products.after(index) : []
      const hoisted = products.filter(({ target }) => this.#leaves(target))
      const inside = products.filter(({ target }) => !this.#leaves(target))
      if (program >= 0 || inside.length > 0) loop.stages.push(this.#computeStage(size, program, inside))
      if (hoisted.length > 0) after.stages.push(this.#computeStage(size, -1, hoisted))
    }
  }

  #computeStage(
    size: number,
    program: number,
    products: readonly BackProduct[],
  ): LoopDraft['stages'][number] {
    const panels = products.find((back) => back.panels.size === size)?.panels
    const blocks = Math.max(1, blocksOf(size, this.#lowering.shape.width))
    const shape = panels ? { panels: panels.panels, units: panels.units } : { panels: blocks, units: 1 }
    return {
      kind: compute,
      ...shape,
      program,
      ...this.#productRange(products, program >= 0 ? panels : undefined),
    }
  }

  /** Whether a sum is nothing but the gradient of an input, so that its products may leave the time loop. */
  #leaves(target: number): boolean {
    const { inputGradients } = this.#program
    const isInput = inputGradients.some((id) => id !== undefined && source(this.#program, id) === target)
    const read = this.#stages.some((stage) => this.#readsIn(stage, target))
    return (
      isInput &&
      !read &&
      this.#scan.states.length > 0 &&
      this.#lowering.shape.rows <= 8 &&
      this.#scan.homes.get(target)!.length === 1
    )
  }

  /**
   * Products after a stage. Those whose panels the stage's program goes through panel by panel run along with it, and
   * so before the others: the first product of a sum starts it, the others add.
   */
  #productRange(
    products: readonly BackProduct[],
    through: Panels | undefined,
  ): { productFirst: number; productCount: number } {
    const isFused = ({ panels }: BackProduct): boolean =>
      through !== undefined && panels.size === through.size && panels.units === through.units
    const ordered = [...products.filter(isFused), ...products.filter((back) => !isFused(back))]
    const drafts = ordered.map((back) => this.#products.record(back, isFused(back)))
    const productFirst = this.#lowering.records.count('product')
    for (const draft of drafts) this.#lowering.records.add('product', draft)
    return { productFirst, productCount: drafts.length }
  }

  /** Moves the next values of carries to their places, once nothing reads the old ones. */
  #carryOver(loop: LoopDraft): void {
    const bySize = groupBy(this.#next, ([leaf]) => this.#scan.size(leaf))
    for (const [size, list] of bySize) {
      const copies = list.map(([leaf, from]) => ({ from, home: this.#carries.get(leaf)! }))
      const program = copyProgram(this.#lowering, size, copies)
      loop.stages.push({
        kind: compute,
        panels: blocksOf(size, this.#lowering.shape.width),
        units: 1,
        program,
      })
    }
  }
}
