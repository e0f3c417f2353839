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

/** The mask of what is remembered: a vector a row, 1 at the places before the end of the window, and of the row. */
export function placesStage(
  lowering: Lowering,
  places: number,
  lengths: number | undefined,
  to: Operand,
): Stage {
  return {
    kind: stageKinds.indexOf('places'),
    d: lowering.operand(to),
    blocks: blocksOf(places, lowering.shape.width),
    entries: places,
    lengths: lengths ?? -1,
  }
}

/** A sequence of vectors of `size` entries without the steps that a mask of some places leaves out. */
export function keepStage(
  lowering: Lowering,
  size: number,
  mask: { readonly operand: Operand; readonly places: number },
  from: Operand,
  to: Operand,
): Stage {
  return {
    kind: stageKinds.indexOf('keep'),
    a: lowering.operand(from),
    b: lowering.operand(mask.operand),
    d: lowering.operand(to),
    blocks: blocksOf(size, lowering.shape.width),
    entries: mask.places,
  }
}
