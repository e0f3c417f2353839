import { stageKinds } from '../format.ts'
import { type Operand, blocksOf } from './arena.ts'
import type { LoopDraft, Lowering, ParameterPlace } from './writer.ts'

type Stage = LoopDraft['stages'][number]

/** Rows of a table, one for each of the tokens at an offset. */
export function embedStage(lowering: Lowering, table: ParameterPlace, tokens: number, to: Operand): Stage {
  return {
    kind: stageKinds.indexOf('embed'),
    d: lowering.operand(to),
    table: lowering.values + table.offset,
    stride: table.rowStride,
    tokens,
    classes: table.rows,
    blocks: blocksOf(table.columns, lowering.shape.width),
  }
}

/** A sequence of vectors of `size` entries (0: of tokens), each row turned round within its length. */
export function reverseStage(
  lowering: Lowering,
  size: number,
  lengths: number | undefined,
  from: Operand,
  to: Operand,
): Stage {
  return {
    kind: stageKinds.indexOf('reverse'),
    a: lowering.operand(from),
    d: lowering.operand(to),
    blocks: blocksOf(size, lowering.shape.width),
    lengths: lengths ?? -1,
  }
}
