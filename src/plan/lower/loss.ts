import {
  type Attributes,
  type BernoulliLossAttributes,
  type CrossEntropyAttributes,
  type CtcLossAttributes,
  type Node,
  type ValueLossAttributes,
  valueLossForm,
} from '../../graph/index.ts'
import { stageKinds } from '../format.ts'
import { floatBits } from '../write.ts'
import { type Operand, blocksOf } from './arena.ts'
import type { LoopDraft, Lowering } from './writer.ts'

type Stage = LoopDraft['stages'][number]

/** Where the inputs of a loss stand, and where its gradient goes. */
export interface LossPlaces {
  readonly gradient: Operand
  /** Place of an input that is a vector, by its index. */
  vector(index: number): Operand
  /** Entries of the vector of labels, where there is one. */
  readonly labels: number
  /** Offset of an input that is a whole number a row or a step and row, by its index; -1 where there is none. */
  tokens(index: number): number
}

/** The stage of a loss whose prediction has `size` entries. */
export function lossStage(lowering: Lowering, node: Node, size: number, places: LossPlaces): Stage {
  const common: Stage = {
    a: lowering.operand(places.vector(0)),
    d: lowering.operand(places.gradient),
    classes: size,
    entries: size,
    blocks: blocksOf(size, lowering.shape.width),
  }
  return { ...common, ...kinds[node.op]!(lowering, node.attributes, places) }
}

type Write = (lowering: Lowering, attributes: Attributes, places: LossPlaces) => Stage

const kind = (name: (typeof stageKinds)[number]): number => stageKinds.indexOf(name)

/** The list of a stage. */
function listOf(lowering: Lowering, words: readonly number[]): Stage {
  const { first, count } = lowering.words(words)
  return { listFirst: first, listCount: count }
}

const kinds: Readonly<Record<string, Write>> = {
  cross_entropy(lowering, attributes, { tokens }) {
    const { smoothing = 0, classWeights = [] } = attributes as CrossEntropyAttributes
    const list = listOf(lowering, classWeights.map(floatBits))
    return { kind: kind('loss'), tokens: tokens(1), k: floatBits(smoothing), ...list }
  },
  value_loss(lowering, attributes, { vector, tokens }) {
    const { factor, delta, levels } = valueLossForm(attributes as unknown as ValueLossAttributes)
    const list = listOf(lowering, [factor, delta, ...levels].map(floatBits))
    return { kind: kind('value_loss'), b: lowering.operand(vector(1)), tokens: tokens(2), ...list }
  },
  bernoulli_loss(lowering, attributes, { vector, tokens }) {
    const { positiveWeights = [] } = attributes as BernoulliLossAttributes
    const list = listOf(lowering, positiveWeights.map(floatBits))
    return { kind: kind('bernoulli_loss'), b: lowering.operand(vector(1)), tokens: tokens(2), ...list }
  },
  ctc_loss(lowering, attributes, { vector, tokens, labels }) {
    const { blank = 0, reduction, zeroInfinity } = attributes as CtcLossAttributes
    const list = listOf(lowering, [blank, Number(reduction !== 'sum'), Number(zeroInfinity ?? false)])
    const b = lowering.operand(vector(1))
    return { kind: kind('ctc_loss'), b, lengths: tokens(2), tokens: tokens(3), entries: labels, ...list }
  },
}
