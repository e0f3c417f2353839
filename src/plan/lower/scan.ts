import type { ScanPlan, Stage } from '../schedule.ts'
import type { MatrixGradient } from '../step.ts'
import { backwardRoots, nodesOf, reads, source } from '../schedule.ts'
import { type Term, runs, terms } from '../stack.ts'
import { operation } from '../../graph/index.ts'
import { Unsupported, invariant } from '../../core/errors.ts'
import { type Operand, blocksOf, constantRow, isRows, later, still, unitsOf } from './arena.ts'
import { stageKinds } from '../format.ts'
import { floatBits } from '../write.ts'
import { type Instruction, select } from './fuse.ts'
import { Packing, type Panels, layPanels, slotOf } from './panels.ts'
import { type Sum, writeProgram } from './program.ts'
import type { LoopDraft, Lowering, ParameterPlace } from './writer.ts'

/** Where a sequence that enters a scan stands: vectors, or the tokens of one-hot vectors. */
export type Sequence =
  | { readonly kind: 'vectors'; readonly operand: Operand }
  | { readonly kind: 'onehot'; readonly tokens: number; readonly classes: number }

/** One group of stacked products with its panels. */
export interface Group {
  readonly nodes: readonly number[]
  readonly panels: Panels
}

/** What a state starts from. */
export interface Initial {
  /** Whether it goes on from the call before, when a call says so. */
  readonly carried: boolean
  /** What rows start from instead (zero without `from`); with `flags` (or -1), those whose number there is not 0. */
  readonly fresh: { readonly from: Operand | undefined; readonly flags: number } | undefined
  /** The state of another scan whose value at the end of the window it starts from. */
  readonly final: Operand | undefined
}

/** What the window says about a scan. */
export interface ScanSettings {
  readonly plan: ScanPlan
  readonly inputs: readonly Sequence[]
  /** Place of each parameter of the step. */
  readonly parameters: readonly ParameterPlace[]
  /** Whether a backward pass will follow, so that values are kept for all steps. */
  readonly training: boolean
  /** What each state starts from. */
  readonly initial: readonly Initial[]
  /** Whether each output must stand row after row; a sum of products that only a loss reads may stay in its panels. */
  readonly rowOutputs: readonly boolean[]
  /** Offset of the lengths of the rows, where the scan is masked. */
  readonly lengths: number | undefined
}

/** One run of products as the backward pass and the window's sums need it. */
export interface Run {
  readonly group: Group
  readonly operand: number
  readonly from: number
  readonly terms: readonly Term[]
}

/**
 * What both passes of a scan share: the places of its values, its panels and its packed weights, and the writing of
 * programs. forward.ts writes the loop forward, gradient.ts the loop back.
 */
export class ScanLowering {
  readonly lowering: Lowering
  readonly settings: ScanSettings
  readonly packing: Packing
  /** Places of values by node: all of them hold it, the first is where it is computed. */
  readonly homes = new Map<number, Operand[]>()
  readonly groups: Group[] = []
  readonly states: Operand[]
  readonly #operands: ReadonlySet<number>

  constructor(lowering: Lowering, settings: ScanSettings) {
    this.lowering = lowering
    this.settings = settings
    this.packing = new Packing(lowering, (parameter) => this.place(parameter))
    this.#operands = new Set(
      this.#stageGroups().flatMap((id) =>
        terms(this.program, id).map(({ operand }) => source(this.program, operand)),
      ),
    )
    this.states = this.program.states.map((state) => this.#layState(state.previous, state.next))
    this.program.states.forEach(({ next }, i) => this.addHome(next, later(this.states[i]!, 1)))
    for (const stage of this.plan.forward) this.#layStage(stage)
  }

  get plan(): ScanPlan {
    return this.settings.plan
  }

  get program(): ScanPlan['program'] {
    return this.settings.plan.program
  }

  #stageGroups(): readonly number[] {
    return this.plan.forward.flatMap(({ groups }) => groups.flat())
  }

  place(parameter: number): ParameterPlace {
    const index = this.program.parameters.findIndex(({ node }) => node === parameter)
    invariant(index >= 0, `node ${parameter} is a parameter`)
    return this.settings.parameters[index]!
  }

  size(id: number): number {
    return this.program.nodes[id]!.type.shape[0] ?? 0
  }

  addHome(id: number, operand: Operand): void {
    const homes = this.homes.get(id)
    if (homes) homes.push(operand)
    else this.homes.set(id, [operand])
  }

  /** A state has one more slot than steps: slot t is its value before step t. */
  #layState(previous: number, next: number): Operand {
    const { arena, shape } = this.lowering
    const slots = shape.steps + 1
    const read = this.#operands.has(previous) || this.#operands.has(next) || this.#isOutput(next)
    return read ? arena.rowMajor(this.size(previous), slots) : arena.blockMajor(this.size(previous), slots)
  }

  /** Whether an output stands in panels alone, and nothing reads it once the forward pass is over. */
  isSpare(index: number): boolean {
    const { node } = this.program.outputs[index]!
    const inPanels =
      operation(this.program.nodes[node]!.op).kind === 'product' && this.homes.get(node)!.length === 1
    return inPanels && !this.plan.kept.has(node)
  }

  /** Whether a node is an output; with `inRows`, one that must or need not stand row after row. */
  #isOutput(id: number, inRows?: boolean): boolean {
    const { rowOutputs } = this.settings
    return this.program.outputs.some(
      ({ node }, index) => node === id && (inRows === undefined || rowOutputs[index] === inRows),
    )
  }

  /** Place of a value that a program or product reads and did not compute itself. */
  locate(id: number): Operand {
    const at = source(this.program, id)
    const { op, attributes } = this.program.nodes[at]!
    const found = this.homes.get(at)?.[0]
    if (found) return found
    if (op === 'constant') return this.lowering.constant(attributes.value as number)
    if (op === 'parameter')
      return constantRow(this.lowering.values + this.place(at).offset, this.lowering.shape.width)
    if (op === 'state') return this.states[this.program.states.findIndex(({ previous }) => previous === at)]!
    const input = this.settings.inputs[this.program.inputs.findIndex(({ node }) => node === at)]
    invariant(input, `node ${at} of ${this.program.name} has a place`)
    if (input.kind === 'vectors') return input.operand
    throw new Unsupported('unsupported/one-hot', { cell: this.program.name })
  }

  /** The tokens of an input that is one-hot, where a product reads it. */
  tokens(id: number): { tokens: number; classes: number } | undefined {
    const input = this.settings.inputs[this.program.inputs.findIndex(({ node }) => node === id)]
    return input?.kind === 'onehot' ? input : undefined
  }

  get #times(): number {
    return this.settings.training ? this.lowering.shape.steps : 1
  }

  #layStage(stage: Stage): void {
    for (const nodes of stage.groups) {
      const size = this.size(nodes[0]!)
      const isLater = nodes.some((id) => this.#isOutput(id, false)) || this.hoisted(nodes).length > 0
      const times = isLater ? this.lowering.shape.steps : this.#times
      const units = this.#unitsIn(stage, size)
      const panels = layPanels(this.lowering, { size, slots: nodes.length, units, times })
      this.groups.push({ nodes, panels })
      nodes.forEach((id, slot) => {
        this.homes.set(id, [slotOf(panels, slot), ...(this.homes.get(id) ?? [])])
        const needsRows = this.#operands.has(id) || this.#isOutput(id, true)
        if (needsRows && !this.#rowsIn(this.homes.get(id)!.slice(1))) this.addHome(id, this.#rows(id))
      })
    }
    for (const id of stage.reductions) this.#lay(id, stage)
    for (const id of stage.attention) if (!this.homes.has(id)) this.#layApart(id)
    for (const id of stage.program) if (this.#outlives(id, stage)) this.#lay(id, stage)
  }

  /** Blocks of a slot in each panel: the same for all groups that a stage goes through together. */
  #unitsIn(stage: Stage, size: number): number {
    const together = stage.groups.filter((nodes) => this.size(nodes[0]!) === size)
    const slots = Math.max(...together.map((nodes) => nodes.length))
    return unitsOf(blocksOf(size, this.lowering.shape.width), slots)
  }

  #rows(id: number): Operand {
    const slots = this.settings.training || this.#isOutput(id) ? this.lowering.shape.steps : 1
    const rows = this.lowering.arena.rowMajor(this.size(id), slots)
    return slots === 1 ? still(rows) : rows
  }

  /** The place of a value that stands row after row; of a sum of products that has none, its panels. */
  rowsOf(id: number): Operand {
    const at = source(this.program, id)
    const homes = this.homes.get(at) ?? []
    const summed = operation(this.program.nodes[at]!.op).kind === 'product'
    return this.#rowsIn(summed ? homes.slice(1) : homes) ?? homes[0] ?? this.locate(id)
  }

  #rowsIn(homes: readonly Operand[]): Operand | undefined {
    return homes.find((home) => isRows(home, this.lowering.shape.width))
  }

  #slotsFor(id: number): number {
    return this.plan.kept.has(id) || this.#isOutput(id) ? this.lowering.shape.steps : 1
  }

  /** Whether something after this stage's program reads the value. */
  #outlives(id: number, stage: Stage): boolean {
    if (this.homes.has(id)) return false
    if (this.plan.kept.has(id) || this.#isOutput(id) || this.#operands.has(id)) return true
    return this.readLater(this.plan.forward, id, stage)
  }

  /**
   * Whether another program or product reads the value: of a later stage, or of this one for vectors of another size.
   * Sums over entries do not: the program that makes the value adds them up.
   */
  readLater(stages: readonly Stage[], id: number, stage: Stage): boolean {
    const after = stages
      .slice(stages.indexOf(stage) + 1)
      .flatMap(({ groups, attention, program }) => [...groups.flat(), ...attention, ...program])
    const beside = stage.program.filter((reader) => this.size(reader) !== this.size(id))
    return reads(this.program, [...after, ...beside], id)
  }

  #lay(id: number, stage: Stage): void {
    const free = this.#operands.has(id) || this.#isOutput(id) ? undefined : this.#freeSlot(id, stage)
    if (free) this.addHome(id, free)
    else this.#layApart(id)
  }

  /** A place of its own. */
  #layApart(id: number): void {
    const { arena } = this.lowering
    const slots = this.#slotsFor(id)
    const size = this.size(id)
    const rows = this.#operands.has(id) || this.#isOutput(id)
    const laid =
      size === 0 ? arena.splat(slots) : rows ? arena.rowMajor(size, slots) : arena.blockMajor(size, slots)
    this.addHome(id, slots === 1 ? still(laid) : laid)
  }

  /** A panel slot of this stage whose sum nothing needs once this value is there, until its own gradient comes. */
  #freeSlot(id: number, stage: Stage): Operand | undefined {
    const direct = new Set(this.program.nodes[id]!.inputs)
    const own = this.groups.filter(({ nodes }) => stage.groups.includes(nodes))
    const slots = own.flatMap(({ nodes, panels }) =>
      nodes.map((node, slot) => ({ node, place: slotOf(panels, slot) })),
    )
    const fits = slots.filter(({ node }) => this.size(node) === this.size(id) && this.#isFree(node, id))
    const taken = [...this.homes].flatMap(([node, homes]) =>
      operation(this.program.nodes[node]!.op).kind === 'product' ? [] : homes,
    )
    const open = fits.filter(({ place }) => !taken.some(({ base }) => base === place.base))
    return (open.find(({ node }) => direct.has(node)) ?? open[0])?.place
  }

  /** Whether a sum is over once its stage's program ran, and its gradient is written no earlier than `id` is last read. */
  #isFree(sum: number, id: number): boolean {
    const { plan, program } = this
    const stage = plan.forward.find(({ groups }) => groups.some((group) => group.includes(sum)))!
    if (
      plan.kept.has(sum) ||
      this.#isOutput(sum) ||
      this.#operands.has(sum) ||
      this.readLater(plan.forward, sum, stage)
    )
      return false
    const read = plan.backward.findLastIndex((part) => reads(program, nodesOf(part), id))
    return (
      !this.gradientsOf(sum).some((node) => this.isMadeBefore(node, read)) &&
      !backwardRoots(program).includes(id)
    )
  }

  /** Whether a gradient is written before the nodes of a backward stage have read what they need. */
  isMadeBefore(id: number, stage: number): boolean {
    const made = stageOf(this.plan.backward, id)
    return made < stage || (made === stage && operation(this.program.nodes[id]!.op).kind === 'attention')
  }

  /** What the gradient of a product's matrix is made of; `undefined` where it has none. */
  matrixGradient(term: Term): MatrixGradient | undefined {
    return this.program.matrices.find(
      ({ parameter, operand, transposed }) =>
        term.matrix === parameter && term.operand === operand && term.transposed === transposed,
    )
  }

  /** Gradients of the products of a sum. */
  gradientsOf(sum: number): readonly number[] {
    return [...new Set(terms(this.program, sum).flatMap((term) => this.matrixGradient(term)?.gradient ?? []))]
  }

  runsOf(group: Group): readonly Run[] {
    return runs(this.program, group.nodes).map((run) => ({ ...run, group }))
  }

  /** Operands whose products leave the time loop: sequences, where few rows or no recurrent product make it pay. */
  hoisted(nodes: readonly number[]): readonly number[] {
    if (this.states.length === 0 || this.lowering.shape.steps === 1) return []
    const inputs = new Set(this.program.inputs.map(({ node }) => node))
    const all = new Set(nodes.flatMap((id) => terms(this.program, id).map(({ operand }) => operand)))
    const sequences = [...all].filter((operand) => inputs.has(operand))
    return sequences.length === all.size || this.lowering.shape.rows <= 8 ? sequences : []
  }

  readonly #rowSums = new Map<number, Operand>()

  /** Where a program of these stages adds up the entries that a node sums; `undefined` where none makes them. */
  #rowSum(stages: readonly Stage[], id: number): Operand | undefined {
    const made = stageOf(stages, source(this.program, this.program.nodes[id]!.inputs[0]!))
    const place = made < 0 ? undefined : (this.#rowSums.get(id) ?? still(this.lowering.arena.splat(1)))
    if (place) this.#rowSums.set(id, place)
    return place
  }

  /** Sums over entries that the program of a stage for vectors of `size` entries adds up. */
  rowSums(stages: readonly Stage[], stage: Stage, size: number): readonly Sum[] {
    const made = new Set(nodesOf(stage).filter((id) => this.size(id) === size))
    return stages
      .flatMap(({ reductions }) => reductions)
      .map((id) => ({ id, value: source(this.program, this.program.nodes[id]!.inputs[0]!) }))
      .filter(({ value }) => size > 0 && made.has(value))
      .map(({ id, value }) => ({ of: 'row', value, sums: this.#rowSum(stages, id)! }))
  }

  /** The end of a sum over entries: of the lanes that a program has added up, or of the whole vector. */
  reduction(stages: readonly Stage[], id: number, loop: LoopDraft): void {
    const { op, inputs } = this.program.nodes[id]!
    const { width } = this.lowering.shape
    const size = this.size(source(this.program, inputs[0]!))
    const lanes = this.#rowSum(stages, id)
    const operand = this.lowering.operand(lanes ?? this.locate(inputs[0]!))
    const list = this.lowering.words([operand, lanes ? 1 : blocksOf(size, width)])
    const d = this.lowering.operand(this.homes.get(id)![0]!)
    const k = floatBits(op === 'mean' ? 1 / size : 1)
    loop.stages.push({
      kind: stageKinds.indexOf('reduce'),
      d,
      listFirst: list.first,
      listCount: list.count,
      k,
    })
  }

  /**
   * Writes the program of some nodes; -1 where there is nothing to do. `summed` are nodes computed before it by
   * products: their first home has them, the program copies them to the others.
   */
  writeProgram(
    size: number,
    nodes: readonly number[],
    summed: readonly number[],
    sums: readonly Sum[] = [],
  ): number {
    const escapes = new Set(nodes.filter((id) => this.homes.has(id)))
    for (const { value } of sums) escapes.add(value)
    const copied = summed.filter((id) => this.homes.get(id)!.length > 1)
    const copies = copied.map((id): Instruction => ({ op: 'copy', args: [id], value: -1 - id, k: 0, k2: 0 }))
    const list = [...select(this.program, nodes, escapes), ...copies]
    if (list.length === 0 && sums.length === 0) return -1
    const homes = new Map(
      [...escapes].flatMap((id) => (this.homes.has(id) ? [[id, this.homes.get(id)!] as const] : [])),
    )
    for (const id of copied) homes.set(-1 - id, this.homes.get(id)!.slice(1))
    return writeProgram(this.lowering, { size, list, homes, locate: (id) => this.locate(id), sums })
  }
}

/** The stage that computes a node; -1 where it is there before. */
export function stageOf(stages: readonly Stage[], id: number): number {
  return stages.findIndex((stage) => nodesOf(stage).includes(id))
}

/** Outputs stand where they were computed; a final state is the slot after the last step of its sequence. */
export function scanResult(scan: ScanLowering, index: number): Operand {
  const { outputs } = scan.program
  const port = outputs[index]
  return port
    ? scan.rowsOf(port.node)
    : later(scan.states[index - outputs.length]!, scan.lowering.shape.steps)
}
