import { SluiceError } from '../core/errors.ts'
import { exp, log } from '../core/math.ts'
import { Ranking } from './ranking.ts'

/** How lengths count among sequences: see `lengthPenalty`. */
export interface Normalization {
  readonly alpha: number
  readonly normalization: 'gnmt' | 'length'
}

/**
 * What the logarithm of a probability is divided by: ((5 + n) / 6)^alpha for `gnmt` (Wu et al. 2016), n^alpha for `length`. With
 * alpha 0 it is 1, so that short sequences are preferred; with 1 and `length` the score is a mean over tokens.
 * @param n tokens of a sequence, its end among them
 */
export function lengthPenalty(n: number, { alpha, normalization }: Normalization): number {
  return alpha === 0 ? 1 : exp(alpha * log(normalization === 'gnmt' ? (5 + n) / 6 : n))
}

/** A sequence as far as it is written. */
export interface Path {
  readonly before: Path | undefined
  /** The last token; of the first path the mark. */
  readonly token: number
  /** Tokens. */
  readonly count: number
  /** Logarithm of the probability. */
  readonly log: number
  /** Weights of attention at the last token. */
  readonly weights: readonly Float32Array[]
}

/** What a step gave to each path. */
export interface StepResults {
  logits(path: number): ArrayLike<number>
  weights(path: number): readonly Float32Array[]
}

/** How a beam searches. */
export interface BeamSettings extends Normalization {
  /** Paths kept at each step. */
  readonly width: number
  /** Sequences that are wanted, at most as many as paths. */
  readonly best: number
  /** Most tokens of a sequence, without its end. */
  readonly length: number
  /** The token that ends a sequence. */
  readonly mark: number
}

/**
 * The search for the best sequences of one input. At each step it keeps the likeliest extensions of its paths, as many as it is
 * wide; those that end leave it. With room for every path the result is exact; with a width of 1 it is the likeliest token each
 * time. Equal ones stand in the order of their paths, then of their tokens.
 */
export class Beam {
  /** Paths that go on, likeliest first. */
  paths: readonly Path[]
  readonly #settings: BeamSettings
  readonly #ended: Path[] = []

  constructor(settings: BeamSettings) {
    this.#settings = settings
    this.paths = [{ before: undefined, token: settings.mark, count: 0, log: 0, weights: [] }]
  }

  /** Whether no path that goes on could still be among the best. */
  get isDone(): boolean {
    const { best, length } = this.#settings
    const [likeliest] = this.paths
    if (!likeliest) return true
    const last = this.#ranked[best - 1]
    const penalty = lengthPenalty(length + 1, this.#settings)
    return last !== undefined && this.scoreOf(last) >= likeliest.log / penalty
  }

  /** Logarithm of the probability of a path, normalised. */
  scoreOf({ log: total, count }: Path): number {
    return total / lengthPenalty(Math.max(1, count), this.#settings)
  }

  get #ranked(): readonly Path[] {
    return this.#ended.toSorted((a, b) => this.scoreOf(b) - this.scoreOf(a))
  }

  /** The best sequences, by their scores: those that ended or, where none did within the length, those that did not. */
  get best(): readonly Path[] {
    const { best } = this.#settings
    const open = this.paths.toSorted((a, b) => this.scoreOf(b) - this.scoreOf(a))
    return [...this.#ranked, ...open].slice(0, best)
  }

  /** Goes on by a step; gives for each path the number of the path before it. */
  extend(results: StepResults): readonly number[] {
    const { width, mark, length } = this.#settings
    const found = this.paths
      .flatMap((path, index) => extensions(path, index, results, width))
      .toSorted((a, b) => b.log - a.log)
      .slice(0, width)
    const isEnd = ({ token }: Extension): boolean => token === mark
    this.#ended.push(...found.filter(isEnd).map(asPath))
    if (this.paths[0]?.count === length) {
      if (this.#ended.length > 0) this.paths = []
      return []
    }
    const open = found.filter((extension) => !isEnd(extension))
    this.paths = open.map(asPath)
    return open.map(({ parent }) => parent)
  }
}

interface Extension {
  readonly before: Path
  readonly parent: number
  readonly token: number
  readonly log: number
  readonly weights: readonly Float32Array[]
}

const asPath = ({ before, token, log: total, weights }: Extension): Path => ({
  before,
  token,
  count: before.count + 1,
  log: total,
  weights,
})

/** The likeliest extensions of a path. */
function extensions(before: Path, parent: number, results: StepResults, width: number): readonly Extension[] {
  const logits = results.logits(parent)
  const total = logSumExp(logits)
  if (!Number.isFinite(total)) throw new SluiceError('sampling-logits')
  const weights = results.weights(parent)
  const ranking = new Ranking(logits)
  return Array.from({ length: Math.min(width, logits.length) }, () => {
    const token = ranking.next()
    return { before, parent, token, log: before.log + logits[token]! - total, weights }
  })
}

function logSumExp(logits: ArrayLike<number>): number {
  let most = -Infinity
  for (let i = 0; i < logits.length; i++) most = Math.max(most, logits[i]!)
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += exp(logits[i]! - most)
  return most + log(sum)
}

/** All paths of a sequence, from its first token. */
export function pathsOf(path: Path): readonly Path[] {
  const all: Path[] = []
  for (let at: Path | undefined = path; at?.before; at = at.before) all.unshift(at)
  return all
}
