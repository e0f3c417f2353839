import type { StepProgram } from './step.ts'
import { operation } from '../graph/index.ts'
import { stack } from './stack.ts'
import { groupBy } from '../core/collections.ts'

/**
 * What happens between two points at which whole vectors must be ready: first sums of products and sums over entries
 * and attention,
 * of what earlier stages made, then elementwise operations in order.
 */
export interface Stage {
  /** `accumulate` nodes; those of one group share a panel. */
  readonly groups: readonly (readonly number[])[]
  /** `sum` and `mean` nodes. */
  readonly reductions: readonly number[]
  /** Operations on memories, from what earlier stages made. */
  readonly attention: readonly number[]
  readonly program: readonly number[]
}

/** The stages of one step, forward and back. */
export interface ScanPlan {
  readonly program: StepProgram
  readonly forward: readonly Stage[]
  readonly backward: readonly Stage[]
  /** Nodes of the forward pass that the backward pass reads, stored for every step. */
  readonly kept: ReadonlySet<number>
}

/** Plans one step: what is stacked, what is kept for the backward pass and what it computes again. */
export function planScan(program: StepProgram): ScanPlan {
  const free = new Set([...results(program), ...leaves(program)])
  const read = backwardReads(program)
  const kept = keep(program, read, free)
  const again = recomputed(program, read, kept, free)
  const forward = schedule(
    program,
    reach(program, [...results(program), ...kept], () => false),
    new Set(),
  )
  const backwardNodes = reach(
    program,
    backwardRoots(program),
    (id) => kept.has(id) || (id < program.forward && !again.has(id)),
  )
  return { program, kept, forward, backward: schedule(program, backwardNodes, new Set([...kept, ...free])) }
}

/** Whether a node only repeats its input, so that readers take the input instead. */
export function isAlias(program: StepProgram, id: number): boolean {
  return program.nodes[id]!.op === 'spread'
}

/** The node whose value an alias repeats. */
export function source(program: StepProgram, id: number): number {
  return isAlias(program, id) ? source(program, program.nodes[id]!.inputs[0]!) : id
}

/** Nodes whose value a step gives: outputs and new states. */
export function results({ outputs, states }: StepProgram): readonly number[] {
  return [...outputs.map(({ node }) => node), ...states.map(({ next }) => next)]
}

function leaves({ nodes }: StepProgram): readonly number[] {
  return nodes.flatMap(({ op }, id) => (operation(op).kind === 'leaf' ? [id] : []))
}

/** Nodes whose value the derivative must have at the end of a step. */
export function backwardRoots(program: StepProgram): readonly number[] {
  const { states, inputGradients, memoryGradients, matrices, vectors } = program
  return [
    ...states.flatMap(({ carries }) => carries.flatMap(({ source: node }) => node ?? [])),
    ...inputGradients.flatMap((node) => node ?? []),
    ...memoryGradients.flat(),
    ...matrices.flatMap(({ gradient, operand }) => [gradient, operand]),
    ...vectors.map(({ value }) => value),
  ]
}

/** Nodes that `roots` are computed from, in order; what `given` holds is not looked into. */
function reach(
  program: StepProgram,
  roots: readonly number[],
  given: (id: number) => boolean,
): readonly number[] {
  const found = new Set<number>()
  const visit = (id: number): void => {
    if (found.has(id) || given(id)) return
    found.add(id)
    program.nodes[id]!.inputs.forEach(visit)
  }
  roots.forEach(visit)
  return [...found].sort((a, b) => a - b)
}

/** Forward nodes that the backward pass reads directly. */
function backwardReads(program: StepProgram): ReadonlySet<number> {
  const roots = backwardRoots(program)
  const nodes = reach(program, roots, (id) => id < program.forward)
  const read = [...roots, ...nodes.flatMap((id) => program.nodes[id]!.inputs)]
  return new Set(read.filter((id) => id < program.forward).map((id) => source(program, id)))
}

/** Operations for one entry from which on a value is kept for the backward pass rather than computed again. */
const dearCost = 8

function isCheap(program: StepProgram, id: number): boolean {
  const row = operation(program.nodes[id]!.op)
  return row.kind === 'elementwise' && row.cost < dearCost
}

/** What must be stored: operands of products, and everything that is dear or cannot be computed from what is stored. */
function keep(
  program: StepProgram,
  read: ReadonlySet<number>,
  free: ReadonlySet<number>,
): ReadonlySet<number> {
  const operands = new Set(program.matrices.map(({ operand }) => source(program, operand)))
  const kept = new Set([...read].filter((id) => !free.has(id) && (operands.has(id) || !isCheap(program, id))))
  for (const id of [...read].sort((a, b) => a - b)) {
    if (!free.has(id) && !kept.has(id) && !computable(program, id, kept, free)) kept.add(id)
  }
  return kept
}

/** Whether a cheap node follows from stored ones in at most two operations. */
function computable(
  program: StepProgram,
  id: number,
  kept: ReadonlySet<number>,
  free: ReadonlySet<number>,
  depth = 2,
): boolean {
  if (free.has(id) || kept.has(id)) return true
  if (depth === 0 || !isCheap(program, id)) return false
  const rest = isAlias(program, id) ? depth : depth - 1
  return program.nodes[id]!.inputs.every((input) => computable(program, input, kept, free, rest))
}

function recomputed(
  program: StepProgram,
  read: ReadonlySet<number>,
  kept: ReadonlySet<number>,
  free: ReadonlySet<number>,
): ReadonlySet<number> {
  const roots = [...read].filter((id) => !free.has(id) && !kept.has(id))
  const aliases = program.nodes.flatMap((_node, id) =>
    id < program.forward && isAlias(program, id) ? [id] : [],
  )
  return new Set([...reach(program, [...roots, ...aliases], (id) => free.has(id) || kept.has(id)), ...roots])
}

/**
 * Puts nodes into stages, each as early as its inputs allow, then some later (`sink`). `given` nodes are there before
 * the first.
 */
function schedule(
  program: StepProgram,
  nodes: readonly number[],
  given: ReadonlySet<number>,
): readonly Stage[] {
  const level = new Map<number, number>()
  const levelOf = (id: number): number => (given.has(id) ? -1 : (level.get(id) ?? -1))
  for (const id of nodes) {
    const row = operation(program.nodes[id]!.op)
    if (row.kind === 'leaf' || given.has(id)) continue
    const latest = Math.max(-1, ...program.nodes[id]!.inputs.map(levelOf))
    const whole = row.kind === 'product' || row.kind === 'reduce' || row.kind === 'attention'
    level.set(id, isAlias(program, id) ? latest : whole ? latest + 1 : Math.max(0, latest))
  }
  sink(program, nodes, level)
  const count = Math.max(-1, ...level.values()) + 1
  const kind = (id: number): string => operation(program.nodes[id]!.op).kind
  return Array.from({ length: count }, (_unused, stage) => {
    const own = nodes.filter((id) => level.get(id) === stage && !isAlias(program, id))
    return {
      groups: stack(
        program,
        own.filter((id) => kind(id) === 'product'),
      ),
      reductions: own.filter((id) => kind(id) === 'reduce'),
      attention: own.filter((id) => kind(id) === 'attention'),
      program: own.filter((id) => kind(id) === 'elementwise'),
    }
  })
}

/**
 * Moves cheap values that only programs of later stages read to the first of these, where larger instructions can take
 * them in; not where more than one value would have to be stored instead of it.
 */
function sink(program: StepProgram, nodes: readonly number[], level: Map<number, number>): void {
  const needed = new Set([...results(program), ...backwardRoots(program)].map((id) => source(program, id)))
  const readers = readersOf(
    program,
    nodes.filter((id) => level.has(id) && !isAlias(program, id)),
  )
  for (const id of [...level.keys()].sort((a, b) => b - a)) {
    const own = readers.get(id) ?? []
    const inPrograms =
      own.length > 0 && own.every((reader) => operation(program.nodes[reader]!.op).kind === 'elementwise')
    if (!inPrograms || needed.has(id) || !isCheap(program, id)) continue
    const stored = program.nodes[id]!.inputs.map((input) => source(program, input)).filter(
      (at) => level.has(at) && program.nodes[at]!.type.shape.length > 0,
    )
    if (new Set(stored).size <= 1) level.set(id, Math.min(...own.map((reader) => level.get(reader)!)))
  }
}

/** All nodes that a stage computes. */
export function nodesOf({ groups, reductions, attention, program }: Stage): readonly number[] {
  return [...groups.flat(), ...reductions, ...attention, ...program]
}

/** Whether some of the nodes of a step read a value, themselves or through an alias. */
export function reads(program: StepProgram, readers: readonly number[], id: number): boolean {
  return readers.some((reader) =>
    program.nodes[reader]!.inputs.some((input) => source(program, input) === id),
  )
}

/** Those of some nodes that read each value, themselves or through an alias. */
function readersOf(program: StepProgram, nodes: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const pairs = nodes.flatMap((reader) =>
    program.nodes[reader]!.inputs.map((input) => ({ at: source(program, input), reader })),
  )
  const grouped = groupBy(pairs, ({ at }) => at)
  return new Map([...grouped].map(([at, list]) => [at, list.map(({ reader }) => reader)]))
}
