import { exp } from '../core/math.ts'
import { SluiceError } from '../core/errors.ts'
import { knownKeys, numberWithin, wholeNumber } from '../data/index.ts'

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
  const ranked = rank(logits)
  const [first] = ranked
  if (first === undefined || !Number.isFinite(logits[first])) {
    throw new SluiceError('sampling-logits')
  }
  if (choice.temperature === 0) return first
  return pick(ranked, probabilities(logits, ranked, choice), draw)
}

/** Tokens by falling logit; NaN first, so that it does not pass unseen. */
function rank(logits: ArrayLike<number>): readonly number[] {
  const order = (token: number): number => (Number.isNaN(logits[token]) ? Infinity : logits[token]!)
  return Array.from(logits, (_logit, token) => token).sort((a, b) => compare(order(b), order(a)) || a - b)
}

const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0)

/** Probabilities of the ranked tokens that `topK` and `topP` leave, as shares of the first one's. */
function probabilities(
  logits: ArrayLike<number>,
  ranked: readonly number[],
  { temperature, topK, topP }: Required<Choice>,
): readonly number[] {
  const largest = logits[ranked[0]!]!
  const left = topK > 0 ? ranked.slice(0, topK) : ranked
  const weights = left.map((token) => exp((logits[token]! - largest) / temperature))
  if (topP === 1) return weights
  const enough = topP * sum(weights)
  let reached = 0
  const last = weights.findIndex((weight) => (reached += weight) >= enough)
  return last < 0 ? weights : weights.slice(0, last + 1)
}

function pick(ranked: readonly number[], weights: readonly number[], draw: number): number {
  let rest = draw * sum(weights)
  for (const [position, weight] of weights.entries()) {
    if (rest < weight) return ranked[position]!
    rest -= weight
  }
  return ranked[0]!
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0)
