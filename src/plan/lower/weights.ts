import { reductionKinds } from '../format.ts'
import { type Operand, blocksOf } from './arena.ts'
import { type Panels, slotOf } from './panels.ts'
import type { Run, ScanLowering } from './scan.ts'
import { panelsOf } from './sums.ts'
import type { LoopDraft, Lowering, ParameterPlace } from './writer.ts'

/** Gradient of vectors: the sum over rows and steps of a stored sequence, added at each target. */
export function sumColumns(
  lowering: Lowering,
  place: Operand,
  size: number,
  targets: readonly number[],
  lengths = -1,
): void {
  const panels = panelsOf(place, size, lowering.shape.width)
  for (const target of targets) lowering.sums.push({ kind: 'columns', ...panels, targets: [target], lengths })
}

/** Gradient of vectors from the column sums that programs keep for each chunk of rows, cleared when `loop` starts. */
export function sumChunks(
  lowering: Lowering,
  sums: Operand,
  size: number,
  targets: readonly number[],
  loop: LoopDraft,
): void {
  const d = lowering.operand(sums)
  const blocks = blocksOf(size, lowering.shape.width)
  const { first, count } = lowering.words(targets)
  const kind = reductionKinds.indexOf('chunks')
  loop.copies.push({ a: -1, d, blocks })
  lowering.reductions.push({ kind, d, blocks, together: 1, targetFirst: first, targetCount: count })
}

/** Gradient of a vector that rows start from: the sum over them of what stands at the first step. */
export function sumStarts(
  lowering: Lowering,
  places: readonly Operand[],
  { offset, rows }: ParameterPlace,
  flags: number,
): void {
  const { first, count } = lowering.words([lowering.gradients + offset])
  const kind = reductionKinds.indexOf('rows')
  const blocks = blocksOf(rows, lowering.shape.width)
  for (const place of places) {
    const d = lowering.operand(place)
    lowering.reductions.push({
      kind,
      together: 1,
      d,
      blocks,
      targetFirst: first,
      targetCount: count,
      lengths: flags,
    })
  }
}

/** Gradients of the matrices of one run: sums over all rows and steps of operand times gradient. */
export function sumWeights(scan: ScanLowering, panels: Panels, run: Run): void {
  const { lowering } = scan
  const { width } = lowering.shape
  const onehot = scan.tokens(run.operand)
  const entries = onehot?.classes ?? scan.size(run.operand)
  const stride = blocksOf(panels.size, width) * width
  const targets = run.terms.map(({ matrix, transposed }) => {
    const place = scan.place(matrix)
    const target = lowering.gradients + place.offset
    const along = transposed ? place.columnStride : place.rowStride
    return along === 1
      ? target
      : turned(lowering, { target, stride: along, entries, classes: panels.size, sourceStride: stride })
  })
  const whole = run.terms.length === panels.slots
  const vectors = run.terms.length * panels.units
  lowering.sums.push({
    ...(onehot
      ? { kind: 'scatter', tokens: onehot.tokens, classes: onehot.classes }
      : { kind: 'weight', a: lowering.operand(scan.rowsOf(run.operand)), entries }),
    place: slotOf(panels, run.from),
    panels: panels.panels,
    panelStride: panels.base.panelStride,
    vectors,
    lastVectors: whole ? panels.lastVectors : vectors,
    units: panels.units,
    stride,
    targets,
    lengths: scan.settings.lengths ?? -1,
    pairs: onehot ? 0 : lowering.pairs,
  })
}

/** A place for the gradient of a matrix that stands the other way round; it is turned at the end of the window. */
function turned(
  lowering: Lowering,
  { target, ...shape }: Record<'target' | 'stride' | 'entries' | 'classes' | 'sourceStride', number>,
): number {
  const source = lowering.arena.allocate(shape.entries * shape.sourceStride)
  const { first, count } = lowering.words([target])
  const kind = reductionKinds.indexOf('transpose')
  lowering.finishing.push({ kind, together: 1, ...shape, source, targetFirst: first, targetCount: count })
  return source
}
