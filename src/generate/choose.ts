import { exp } from '../core/math.ts'
import { SluiceError } from '../core/errors.ts'
import { knownKeys, numberWithin, wholeNumber } from '../data/index.ts'
import { Ranking } from './ranking.ts'

/** How a token is chosen from logits. */
export interface Choice {
  /** Divides the logits; 0 takes the largest always. At least 0. Default 1. */
  readonly temperature?: number
  /** Only the k most likely tokens; 0 for all. Default 0. */
  readonly topK?: number
  /**
   * Only the fewest most likely tokens that together have at least this probability, after `topK` (Holtzman et al. 2020).
   * Above 0, at most 1. Default 1: all.
   */
  readonly topP?: number
}

/** Fills in and checks how tokens are chosen. */
export function resolveChoice(options: Choice = {}): Required<Choice> {
  knownKeys('The choice of tokens', options, ['temperature', 'topK', 'topP'])
  const { temperature = 1, topK = 0, topP = 1 } = options
  return {
    temperature: numberWithin('temperature', temperature, { least: 0 }),
    topK: wholeNumber('topK', topK, 0),
    topP: numberWithin('topP', topP, { above: 0, most: 1 }),
  }
}

/**
 * Chooses a token; the same on every engine.
 * @param logits one for each token; equal ones rank by token
 * @param draw uniform in [0, 1)
 */
export function chooseToken(logits: ArrayLike<number>, choice: Required<Choice>, draw: number): number {
  const { temperature, topK, topP } = choice
  const ranking = new Ranking(logits)
  const first = ranking.at(0)
  if (first === undefined || !Number.isFinite(logits[first])) {
    throw new SluiceError('sampling-logits')
  }
  if (temperature === 0) return first
  const largest = logits[first]!
  const weight = (token: number): number => exp((logits[token]! - largest) / temperature)
  const most = topK === 0 ? logits.length : Math.min(topK, logits.length)
  const all = topK === 0 ? sumOf(logits, weight) : ranking.until(most, Infinity, weight).sum
  const left = topP === 1 ? { count: most, sum: all } : ranking.until(most, topP * all, weight)
  let rest = draw * left.sum
  for (let position = 0; position < left.count; position++) {
    const token = ranking.at(position)!
    const share = weight(token)
    if (rest < share) return token
    rest -= share
  }
  return first
}

function sumOf(logits: ArrayLike<number>, weight: (token: number) => number): number {
  let sum = 0
  for (let token = 0; token < logits.length; token++) sum += weight(token)
  return sum
}
