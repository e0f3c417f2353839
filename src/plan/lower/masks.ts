import { Unsupported } from '../../core/errors.ts'
import { dropThreshold } from '../../core/dropout.ts'
import type { Attributes, MaskAttributes, WeightDropoutAttributes } from '../../graph/index.ts'
import { stageKinds } from '../format.ts'
import { floatBits } from '../write.ts'
import { type Operand, blocksOf, still } from './arena.ts'
import { type LoopDraft, type Lowering, type ParameterPlace, floatsOf } from './writer.ts'

type Stage = LoopDraft['stages'][number]

/** Operations that mask a sequence, and so have a stage of their own name. */
export const sequenceMasks = ['dropout', 'sequence_dropout', 'word_dropout'] as const

/** The stage of a dropout from one place to another of `size` entries. */
export function dropoutStage(
  lowering: Lowering,
  op: (typeof sequenceMasks)[number],
  attributes: Attributes,
  { from, to, size }: { readonly from: Operand; readonly to: Operand; readonly size: number },
): Stage {
  const { rate, stream, offset = 0 } = attributes as { rate: number; stream: number; offset?: number }
  return {
    kind: stageKinds.indexOf(op),
    a: lowering.operand(from),
    d: lowering.operand(to),
    blocks: blocksOf(size, lowering.shape.width),
    entries: size,
    k: floatBits(1 / (1 - rate)),
    stream,
    offset,
    threshold: dropThreshold(rate) | 0,
  }
}

/** The place of a mask that scans read, and the stage that fills it. A mask once a row stands still. */
export function layMask(lowering: Lowering, attributes: Attributes): { place: Operand; stage: Stage } {
  const { arena, shape, records } = lowering
  const { size, drawn, rate, stream, offset = 0 } = attributes as unknown as MaskAttributes
  const { kept, dropped, outside } = attributes as unknown as MaskAttributes
  const place = drawn === 'row' ? still(arena.rowMajor(size, 1)) : arena.rowMajor(size, shape.steps)
  const list = records.words([kept, dropped, outside].map(floatBits))
  const stage = {
    kind: stageKinds.indexOf('mask'),
    d: lowering.operand(place),
    blocks: blocksOf(size, shape.width),
    entries: size,
    listFirst: list.first,
    listCount: list.count,
    stream,
    offset,
    threshold: dropThreshold(rate) | 0,
  }
  return { place, stage }
}

/**
 * Lets products use the weights at `target` instead of the trained ones at `source`, some of them dropped.
 * @throws Unsupported where they do not stand column by column
 */
export function dropWeights(
  lowering: Lowering,
  attributes: Attributes,
  source: ParameterPlace | undefined,
  target: ParameterPlace | undefined,
): void {
  if (!source || !target || target.columnStride === 1 || source.columnStride === 1)
    throw new Unsupported('unsupported/operation', { op: 'weight_dropout' })
  const { rate, stream, row = 0, column = 0 } = attributes as unknown as WeightDropoutAttributes
  const stride = target.columnStride
  lowering.records.add('drop', {
    source: source.offset,
    target: target.offset,
    lines: floatsOf(target) / stride,
    stride,
    entries: target.rows,
    row,
    column,
    k: floatBits(1 / (1 - rate)),
    stream,
    threshold: dropThreshold(rate) | 0,
  })
}
