import { groupBy, range } from '../core/collections.ts'
import { SluiceError } from '../core/errors.ts'
import { Stream } from '../core/random.ts'
import { knownKeys, numberWithin, wholeNumber } from './check.ts'

/** Numbers of the examples of both parts, in rising order. */
export interface Parts {
  readonly training: Int32Array
  readonly validation: Int32Array
}

/** How much is held out, and which. */
export interface HoldOutOptions {
  /** Share that is held out, above 0 and below 1. Default 0.1. */
  readonly fraction?: number
  /** The same seed gives the same parts. Default 1. */
  readonly seed?: number
}

function resolve(options: HoldOutOptions): Required<HoldOutOptions> {
  knownKeys('a split', options, ['fraction', 'seed'])
  const fraction = numberWithin('fraction', options.fraction ?? 0.1, { above: 0, below: 1 })
  return { fraction, seed: wholeNumber('seed', options.seed ?? 1, 0) }
}

/** Holds out the end, as a series needs. @throws SluiceError `split-empty` where a part would be empty */
export function holdOutTail(count: number, fraction = 0.1): Parts {
  resolve({ fraction })
  const held = Math.round(count * fraction)
  requireBoth(count, count - held, held, fraction, 'steps')
  return { training: between(0, count - held), validation: between(count - held, count) }
}

/** Holds out examples at random. @throws SluiceError `split-empty` where a part would be empty */
export function holdOutRandom(count: number, options: HoldOutOptions = {}): Parts {
  const { fraction, seed } = resolve(options)
  const order = new Stream(seed).shuffle(range(count))
  const held = Math.round(count * fraction)
  requireBoth(count, count - held, held, fraction, 'examples')
  return parts(order.slice(held), order.slice(0, held))
}

/**
 * Holds out the same share of each class at random: of a class with two examples and more at least one, of one with a
 * single example none, so that training sees every class.
 * @throws SluiceError `split-empty` where no class has two examples
 */
export function holdOutByClass(labels: ArrayLike<number>, options: HoldOutOptions = {}): Parts {
  const { fraction, seed } = resolve(options)
  const held = [...groupBy(range(labels.length), (index) => labels[index]!)].flatMap(([label, members]) => {
    const share = Math.max(1, Math.round(members.length * fraction))
    return new Stream(seed, label).shuffle(members).slice(0, Math.min(share, members.length - 1))
  })
  return without(labels.length, held, fraction, 'examples')
}

/** Holds out whole groups at random, such as all rows of a person. @throws SluiceError `split-empty` with one group */
export function holdOutGroups(ids: readonly string[], options: HoldOutOptions = {}): Parts {
  const { fraction, seed } = resolve(options)
  const groups = new Stream(seed).shuffle([...groupBy(range(ids.length), (index) => ids[index]!).values()])
  const share = Math.max(1, Math.round(groups.length * fraction))
  const held = groups.slice(0, Math.min(share, groups.length - 1)).flat()
  return without(ids.length, held, fraction, 'examples')
}

function without(count: number, held: readonly number[], fraction: number, what: string): Parts {
  const out = new Set(held)
  requireBoth(count, count - out.size, out.size, fraction, what)
  return parts(
    range(count).filter((index) => !out.has(index)),
    held,
  )
}

function parts(training: readonly number[], validation: readonly number[]): Parts {
  return { training: Int32Array.from(training).sort(), validation: Int32Array.from(validation).sort() }
}

function between(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_unused, index) => from + index)
}

function requireBoth(count: number, trained: number, held: number, fraction: number, what: string): void {
  if (trained > 0 && held > 0) return
  const side = held > 0 ? 'the training part' : 'the validation part'
  throw new SluiceError('split-empty', { count, what, fraction, side })
}
