import { SluiceError } from '../core/errors.ts'
import { exp, log } from '../core/math.ts'
import { range } from '../core/collections.ts'
import { requirePairs } from './check.ts'
import { wordsOf } from './texts.ts'

/** A sentence: words between white space, or tokens. */
export type Sentence = string | readonly (string | number)[]

/** How BLEU is computed. */
export interface BleuOptions {
  /** Longest run of words that is compared. Default 4. */
  readonly order?: number
  /** `add-one` counts one match more of runs of two and more words (Lin and Och 2004). Default `none`. */
  readonly smoothing?: 'none' | 'add-one'
}

/** BLEU and what it is made of. */
export interface Bleu {
  /** From 0 to 1. */
  readonly bleu: number
  /** Clipped precision of runs of 1, 2, … words. */
  readonly precisions: readonly number[]
  readonly brevityPenalty: number
  /** Words of all predictions, and of the references nearest in length. */
  readonly length: number
  readonly referenceLength: number
}

interface Matches {
  found: number
  all: number
}

/**
 * BLEU of a corpus (Papineni, Roukos, Ward and Zhu 2002): the geometric mean of clipped precisions, times a penalty for
 * predictions shorter than their references. Words are compared as they stand, without another tokenization.
 * @param references for each prediction a list of one sentence or several
 * @throws SluiceError `measure-length`, `measure-empty` or `option-value`
 */
export function bleu(
  references: readonly (readonly Sentence[])[],
  predictions: readonly Sentence[],
  { order = 4, smoothing = 'none' }: BleuOptions = {},
): Bleu {
  requireOptions({ order, smoothing })
  requirePairs('BLEU', references, predictions)
  for (const sentences of references) requirePairs('BLEU', sentences, sentences)
  const wanted = references.map((sentences) => sentences.map(tokensOf))
  const given = predictions.map(tokensOf)
  const matches = range(order).map((index) => matchesOf(wanted, given, index + 1))
  const added = (index: number): number => (smoothing === 'add-one' && index > 0 ? 1 : 0)
  const precisions = matches.map(({ found, all }, index) => {
    const count = all + added(index)
    return count === 0 ? 0 : (found + added(index)) / count
  })
  const length = given.reduce((sum, tokens) => sum + tokens.length, 0)
  const referenceLength = given.reduce((sum, tokens, at) => sum + nearest(wanted[at]!, tokens.length), 0)
  const brevityPenalty = length === 0 ? 0 : length > referenceLength ? 1 : exp(1 - referenceLength / length)
  const mean = precisions.includes(0) ? 0 : exp(precisions.reduce((sum, p) => sum + log(p), 0) / order)
  return { bleu: brevityPenalty * mean, precisions, brevityPenalty, length, referenceLength }
}

const smoothings = ['none', 'add-one'] as const

function requireOptions({ order, smoothing }: Required<BleuOptions>): void {
  if (!Number.isInteger(order) || order < 1)
    throw new SluiceError('option-value/whole', { name: 'order', least: 1, value: String(order) })
  if (smoothings.includes(smoothing)) return
  const words = smoothings.join(', ')
  throw new SluiceError('option-value/word', { name: 'smoothing', words, value: smoothing })
}

function tokensOf(sentence: Sentence): readonly (string | number)[] {
  return typeof sentence === 'string' ? wordsOf(sentence) : sentence
}

/** The length that is nearest; of two the shorter. */
function nearest(references: readonly ArrayLike<unknown>[], length: number): number {
  const distance = (candidate: number): number => Math.abs(candidate - length)
  return references
    .map((reference) => reference.length)
    .reduce((best, next) => {
      const closer = distance(next) < distance(best) || (distance(next) === distance(best) && next < best)
      return closer ? next : best
    })
}

/** Runs of `size` words of all predictions, and how many of them are in a reference, each as often as it is there. */
function matchesOf(
  references: readonly (readonly (readonly (string | number)[])[])[],
  predictions: readonly (readonly (string | number)[])[],
  size: number,
): Matches {
  const sum: Matches = { found: 0, all: 0 }
  predictions.forEach((prediction, at) => {
    const limits = references[at]!.map((reference) => runsOf(reference, size))
    for (const [run, count] of runsOf(prediction, size)) {
      sum.all += count
      sum.found += Math.min(count, Math.max(...limits.map((limit) => limit.get(run) ?? 0)))
    }
  })
  return sum
}

function runsOf(tokens: readonly (string | number)[], size: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (let at = 0; at + size <= tokens.length; at++) {
    const run = JSON.stringify(tokens.slice(at, at + size))
    counts.set(run, (counts.get(run) ?? 0) + 1)
  }
  return counts
}
