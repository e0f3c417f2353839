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
 * Chooses a token; the same on every engine, and nearly always the same for logits that differ by rounding.
 * @param logits one for each token
 * @param draw uniform in [0, 1): how far to go through the probabilities in the order of tokens
 */
export function chooseToken(logits: ArrayLike<number>, choice: Required<Choice>, draw: number): number {
  const { temperature, topK, topP } = choice
  const likeliest = largestOf(logits)
  if (!Number.isFinite(logits[likeliest])) {
    throw new SluiceError('sampling-logits')
  }
  if (temperature === 0) return likeliest
  const weights = weightsFor(logits.length)
  const largest = logits[likeliest]!
  for (let token = 0; token < weights.length; token++) {
    weights[token] = exp((logits[token]! - largest) / temperature)
  }
  if (topK > 0) keep(weights, logits, Math.min(topK, weights.length), Infinity)
  if (topP < 1) keep(weights, logits, weights.length, topP * sumOf(weights))
  return pick(weights, draw) ?? likeliest
}

/** Kept from one choice to the next: room for a vocabulary takes as long to make as it does to choose from one. */
let room = new Float64Array(0)

function weightsFor(count: number): Float64Array {
  if (room.length !== count) room = new Float64Array(count)
  return room
}

/** The token with the largest logit, the first of equals; one that is NaN, if any is, so that it does not pass unseen. */
function largestOf(logits: ArrayLike<number>): number {
  let best = 0
  for (let token = 0; token < logits.length; token++) {
    if (Number.isNaN(logits[token])) return token
    if (logits[token]! > logits[best]!) best = token
  }
  return best
}

/** Leaves the weights of the likeliest tokens: `most` of them at most, and only until they add up to `enough`. */
function keep(weights: Float64Array, logits: ArrayLike<number>, most: number, enough: number): void {
  const ranking = new Ranking(logits)
  const all = weights.slice()
  weights.fill(0)
  for (let count = 0, sum = 0; count < most && sum < enough; count++) {
    const token = ranking.next()
    weights[token] = all[token]!
    sum += all[token]!
  }
}

function pick(weights: Float64Array, draw: number): number | undefined {
  let rest = draw * sumOf(weights)
  for (let token = 0; token < weights.length; token++) {
    if (rest < weights[token]!) return token
    rest -= weights[token]!
  }
  return undefined
}

function sumOf(weights: Float64Array): number {
  let sum = 0
  for (let token = 0; token < weights.length; token++) sum += weights[token]!
  return sum
}
