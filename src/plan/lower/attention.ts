import { groupBy } from '../../core/collections.ts'
import { stageKinds } from '../format.ts'
import { type Operand, blocksOf, still } from './arena.ts'
import type { ScanLowering } from './scan.ts'
import type { LoopDraft, Lowering } from './writer.ts'

type Draft = LoopDraft['stages'][number]

/** Whether a node adds to the gradient of a memory. */
function isMemory({ program }: ScanLowering, id: number): boolean {
  return program.nodes[id]!.type.shape.length === 2
}

/** The vectors that the attention of a stage makes: all but the gradients of memories. */
export function attentionVectors(scan: ScanLowering, nodes: readonly number[]): readonly number[] {
  return nodes.filter((id) => !isMemory(scan, id))
}

/**
 * The stages of some nodes that attend: gradients of memories first, since what they read may stand where the others
 * write.
 */
export function attentionStages(scan: ScanLowering, nodes: readonly number[]): readonly Draft[] {
  const additive = nodes.filter((id) => gradientOf(scan, id) !== undefined)
  const others = nodes.filter((id) => !additive.includes(id))
  const together = groupBy(additive, (id) => scan.program.nodes[id]!.inputs.join())
  return [
    ...others.filter((id) => isMemory(scan, id)).flatMap((id) => outerStages(scan, id)),
    ...[...together.values()].map((ids) => additiveGradient(scan, ids)),
    ...attentionVectors(scan, others).map((id) => plainStage(scan, id)),
  ]
}

/** Gradients of memories are sums over the steps, so they start from zero. */
export function memoryStarts(
  lowering: Lowering,
  memories: readonly (Operand | undefined)[],
): LoopDraft['copies'] {
  return memories.map((memory) => {
    const blocks = memory!.rowStride / lowering.shape.width
    return { a: -1, d: lowering.operand(still(memory!)), blocks }
  })
}

/** What the node of an additive gradient is the gradient of. */
function gradientOf({ program }: ScanLowering, id: number): string | undefined {
  return /^score_additive_(.*)$/.exec(program.nodes[id]!.op)?.[1]
}

function sizes(scan: ScanLowering, memory: number): Pick<Draft, 'entries' | 'blocks'> {
  const [entries, size] = scan.program.nodes[memory]!.type.shape as readonly [number, number]
  return { entries, blocks: blocksOf(size, scan.lowering.shape.width) }
}

/** A gradient of memories: added to each place where it belongs. */
function outerStages(scan: ScanLowering, id: number): readonly Draft[] {
  const { op, inputs } = scan.program.nodes[id]!
  const [a, b] = inputs.map((input) => operandOf(scan, input))
  return scan.homes.get(id)!.map((home) => ({
    kind: kindOf(op),
    a: a!,
    b: b!,
    memory: scan.lowering.operand(home),
    ...sizes(scan, id),
  }))
}

function plainStage(scan: ScanLowering, id: number): Draft {
  const { op, inputs, type } = scan.program.nodes[id]!
  const memory = inputs.find((input) => isMemory(scan, input))
  const [a, b] = inputs.filter((input) => input !== memory).map((input) => operandOf(scan, input))
  const own = { entries: type.shape[0]!, blocks: 0 }
  return {
    kind: kindOf(op),
    a: a!,
    ...(b !== undefined && { b }),
    ...(memory !== undefined && { memory: operandOf(scan, memory) }),
    d: homeOf(scan, id),
    ...(memory === undefined ? own : sizes(scan, memory)),
  }
}

/** The gradients of additive scores that are made from the same values, in one stage. */
function additiveGradient(scan: ScanLowering, ids: readonly number[]): Draft {
  const [query, keys, vector, gradient] = scan.program.nodes[ids[0]!]!.inputs as [
    number,
    number,
    number,
    number,
  ]
  const home = (of: string): number => {
    const id = ids.find((each) => gradientOf(scan, each) === of)
    return id === undefined ? -1 : homeOf(scan, id)
  }
  const list = [operandOf(scan, vector), home('query'), home('keys'), home('vector')]
  const { first, count } = scan.lowering.words(list)
  return {
    kind: kindOf('score_additive_gradient'),
    a: operandOf(scan, query),
    b: operandOf(scan, gradient),
    memory: operandOf(scan, keys),
    listFirst: first,
    listCount: count,
    ...sizes(scan, keys),
  }
}

const kindOf = (op: string): number => (stageKinds as readonly string[]).indexOf(op)

function operandOf(scan: ScanLowering, id: number): number {
  return scan.lowering.operand(scan.locate(id))
}

function homeOf(scan: ScanLowering, id: number): number {
  return scan.lowering.operand(scan.homes.get(id)![0]!)
}
