import { invariant } from '../core/errors.ts'
import type { Fields } from './read.ts'

/** A stage that computes a loss, its word list, and the header of its plan. */
export interface LossStage {
  readonly kind: string
  readonly stage: Fields
  readonly list: readonly number[]
  readonly head: Fields
}

/** Checks a stretch of the arena. */
type Region = (what: string, from: number, length: number) => void
/** Checks an operand for some blocks, over all steps and rows. */
type Operand = (what: string, index: number, blocks: number) => void

/** Whether stages of a kind compute a loss. */
export const isLossStage = (kind: string): boolean => Object.hasOwn(checks, kind)

/** Checks what a loss reads beside its prediction, and the places of its results. @throws SluiceError `internal` */
export function verifyLoss(loss: LossStage, region: Region, operand: Operand): void {
  const { classes, blocks } = loss.stage
  const { rows, steps, losses, vectorWidth } = loss.head
  region('losses', losses!, steps! * rows!)
  invariant(classes! <= blocks! * vectorWidth!, 'predictions have all entries')
  checks[loss.kind]!(loss, region, operand)
}

const checks: Readonly<Record<string, typeof verifyLoss>> = {
  loss({ stage: { tokens, classes, entries }, list, head: { rows, steps } }, region) {
    region('targets', tokens!, steps! * rows!)
    invariant(entries === classes, 'all classes have a share')
    invariant(list.length === 0 || list.length === classes, 'classes have weights')
  },
  value_loss(loss, region, operand) {
    const { stage, list } = loss
    const levels = Math.max(1, list.length - 2)
    invariant(list.length >= 2, 'a loss of values has its numbers')
    invariant(stage.entries! % levels === 0, 'each level has a prediction')
    verifyTarget(loss, stage.entries! / levels, region, operand)
  },
  bernoulli_loss(loss, region, operand) {
    const { stage, list } = loss
    invariant(list.length === 0 || list.length === stage.entries, 'targets have weights')
    verifyTarget(loss, stage.entries!, region, operand)
  },
  ctc_loss({ stage, list, head: { rows, vectorWidth } }, region, operand) {
    operand('labels', stage.b!, Math.ceil(stage.entries! / vectorWidth!))
    region('numbers of labels', stage.tokens!, rows!)
    region('lengths', stage.lengths!, rows!)
    invariant(list.length === 3 && list[0]! >= 0 && list[0]! < stage.classes!, 'the blank is a class')
  },
}

/** The target of `entries` entries, and the marks of what counts. */
function verifyTarget({ stage, head }: LossStage, entries: number, region: Region, operand: Operand): void {
  const { tokens, b, classes } = stage
  const { rows, steps, vectorWidth } = head
  invariant(stage.entries === classes, 'all entries of a prediction have a loss')
  operand('target', b!, Math.ceil(entries / vectorWidth!))
  if (tokens !== -1) region('marks', tokens!, steps! * rows!)
}
