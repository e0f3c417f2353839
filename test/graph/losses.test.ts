import { describe, expect, it } from 'vitest'
import { Builder, type Type, differentiate, interpret, numbers, valueOf } from '../../src/graph/all.ts'

interface Given {
  readonly type: Type
  readonly data: readonly number[]
}

const step = (data: readonly number[], ...shape: number[]): Given => ({
  type: { extent: 'step', shape },
  data,
})
const row = (data: readonly number[], ...shape: number[]): Given => ({ type: { extent: 'row', shape }, data })

/** Value of a loss and its gradient by the prediction, the first operand. */
function lossOf(op: string, attributes: object, given: readonly Given[], rows: number, steps: number) {
  const build = new Builder(numbers)
  const leaves = given.map(({ type }, i) => build.leaf('input', `x${i}`, type))
  const loss = build.add(op, leaves, attributes as Record<string, unknown>)
  const gradient = differentiate(build, new Map([[loss, build.constant(1)]]), [leaves[0]!]).get(leaves[0]!)!
  const values = new Map(
    leaves.map((leaf, i) => [leaf, valueOf(given[i]!.type, steps, rows, given[i]!.data)]),
  )
  const results = interpret({ nodes: build.nodes }, values, { steps, rows })
  return { loss: results[loss]!.data[0]!, gradient: [...results[gradient]!.data] }
}

const close = (got: readonly number[], want: readonly number[]): void => {
  expect(got.length).toBe(want.length)
  got.forEach((x, i) => expect(x).toBeCloseTo(want[i]!, 12))
}

describe('cross_entropy', () => {
  const logits = [0.3, -1, 2, 1, 1, 1]

  it('spreads a share of the target over all classes', () => {
    const log = logits.slice(0, 3).map((x) => x - Math.log(Math.exp(0.3) + Math.exp(-1) + Math.exp(2)))
    const { loss } = lossOf('cross_entropy', { smoothing: 0.3 }, [step(logits, 3), step([1, -1])], 1, 2)
    expect(loss).toBeCloseTo(-0.7 * log[1]! - 0.1 * (log[0]! + log[1]! + log[2]!), 12)
  })

  it('divides by the weights of the targets', () => {
    const attributes = { classWeights: [2, 1, 5] }
    const { loss } = lossOf('cross_entropy', attributes, [step([0, 0, 0, 0, 0, 0], 3), step([0, 2])], 1, 2)
    expect(loss).toBeCloseTo(Math.log(3), 12)
    const { loss: sum } = lossOf(
      'cross_entropy',
      { ...attributes, reduction: 'sum' },
      [step([0, 0, 0, 0, 0, 0], 3), step([0, 2])],
      1,
      2,
    )
    expect(sum).toBeCloseTo(7 * Math.log(3), 12)
  })

  it('gives zeros where nothing counts', () => {
    const { loss, gradient } = lossOf('cross_entropy', {}, [step(logits, 3), step([-1, -1])], 1, 2)
    expect([loss, ...gradient]).toEqual([0, 0, 0, 0, 0, 0, 0])
  })

  it('refuses settings that make no sense', () => {
    const run = (attributes: object) => () =>
      lossOf('cross_entropy', attributes, [step(logits, 3), step([0, 1])], 1, 2)
    expect(run({ smoothing: 1 })).toThrow('smoothing of cross_entropy must be at least 0 and below 1.')
    expect(run({ classWeights: [1, 2] })).toThrow('one number, 0 or more, for each of the 3 entries')
  })
})

describe('value_loss', () => {
  const at = (d: number, attributes: object) =>
    lossOf('value_loss', attributes, [step([d], 1), step([0], 1)], 1, 1)

  it.each([
    ['squared', {}, 3, 9, 6],
    ['absolute', {}, -3, 3, -1],
    ['absolute', {}, 0, 0, 0],
    ['huber', { delta: 2 }, 1, 0.5, 1],
    ['huber', { delta: 2 }, -5, 8, -2],
    ['smooth_l1', { beta: 2 }, 1, 0.25, 0.5],
    ['smooth_l1', { beta: 2 }, -5, 4, -1],
    ['quantile', { levels: [0.9] }, -2, 1.8, -0.9],
    ['quantile', { levels: [0.9] }, 2, 0.2, 0.1],
  ] as const)('%s %j of %d', (kind, rest, d, loss, slope) => {
    const got = at(d, { kind, ...rest })
    expect(got.loss).toBeCloseTo(loss, 12)
    expect(got.gradient[0]).toBeCloseTo(slope, 12)
  })

  it('has the levels of an entry side by side', () => {
    const attributes = { kind: 'quantile', levels: [0.1, 0.9], reduction: 'sum' }
    const { loss, gradient } = lossOf(
      'value_loss',
      attributes,
      [step([1, 3, 10, 10], 4), step([2, 20], 2)],
      1,
      1,
    )
    expect(loss).toBeCloseTo(0.1 * 1 + 0.1 * 1 + 0.1 * 10 + 0.9 * 10, 12)
    close(gradient, [-0.1, 0.1, -0.1, -0.9])
  })

  it('never looks at what is left out', () => {
    const given = [step([1, NaN, Infinity, 4], 1), step([0, 1, NaN, 2], 1), step([1, 0, 0, 1])]
    const { loss, gradient } = lossOf('value_loss', { kind: 'squared' }, given, 2, 2)
    expect(loss).toBe((1 + 4) / 2)
    expect(gradient).toEqual([1, 0, 0, 2])
  })

  it('refuses settings that make no sense', () => {
    const run = (attributes: object) => () => at(1, attributes)
    expect(run({ kind: 'huber', delta: 0 })).toThrow('delta of value_loss must be above 0.')
    expect(run({ kind: 'quantile' })).toThrow('levels')
    expect(run({ kind: 'quantile', levels: [0.5, 1] })).toThrow('above 0 and below 1')
    expect(run({ kind: 'quantile', levels: [0.1, 0.9] })).toThrow('2 equal blocks')
    expect(run({ kind: 'median' })).toThrow('kind of value_loss must be one of squared, absolute, huber')
    expect(run({ kind: 'squared', reduction: 'frames' })).toThrow(
      'reduction of value_loss must be one of mean, sum',
    )
  })
})

describe('losses refuse inputs', () => {
  const x = step([1, 2], 1)
  it.each([
    ['value_loss', [x, x, step([1, 0], 1)], 'what counts of value_loss must be one number for each step'],
    ['value_loss', [x, x, row([1])], 'what counts of value_loss must be one number for each step'],
    ['value_loss', [x, row([1], 1)], 'the target of value_loss must be one vector for each step and row'],
    ['bernoulli_loss', [x, row([1], 1)], 'the target of bernoulli_loss must be one vector'],
    ['cross_entropy', [row([1, 2], 2), step([0, 0])], 'the prediction of cross_entropy must be one vector'],
    ['cross_entropy', [x, row([0])], 'what counts of cross_entropy must be one number'],
    ['ctc_loss', [x, row([0]), row([2]), row([0])], 'what is right of ctc_loss must be a vector of labels'],
  ] as const)('of %s that are of another kind (%#)', (op, given, message) => {
    expect(() => lossOf(op, op === 'value_loss' ? { kind: 'squared' } : {}, given, 1, 2)).toThrow(message)
  })
})

describe('bernoulli_loss', () => {
  it('is exact for huge logits', () => {
    const given = [step([1e4, -1e4, 1e4, -1e4], 2), step([1, 0, 0, 1], 2)]
    const { loss, gradient } = lossOf('bernoulli_loss', { reduction: 'sum' }, given, 1, 2)
    expect(loss).toBe(2e4)
    expect(gradient.map((x) => x + 0)).toEqual([0, 0, 1, -1])
  })

  it('weighs what is there', () => {
    const given = [step([0.5, -0.25], 2), step([1, 0.25], 2)]
    const { loss } = lossOf('bernoulli_loss', { positiveWeights: [3, 2], reduction: 'sum' }, given, 1, 1)
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
    const want =
      -3 * Math.log(sigmoid(0.5)) - 0.5 * Math.log(sigmoid(-0.25)) - 0.75 * Math.log(1 - sigmoid(-0.25))
    expect(loss).toBeCloseTo(want, 12)
  })

  it('means over entries or over frames', () => {
    const given = [step([0, 0, NaN, 0, 0, 0], 2), step([1, 0, 1, 1, 0, 0], 2), step([1, 0, 1])]
    for (const [reduction, want] of [
      ['mean', 1],
      ['frames', 2],
      ['sum', 4],
    ] as const)
      expect(lossOf('bernoulli_loss', { reduction }, given, 1, 3).loss).toBeCloseTo(want * Math.LN2, 12)
  })
})

/** Probability of labels by adding up the probabilities of all ways to write them. */
function byAlignments(
  probabilities: readonly (readonly number[])[],
  labels: readonly number[],
  blank: number,
) {
  const classes = probabilities[0]!.length
  let total = 0
  for (let code = 0; code < classes ** probabilities.length; code++) {
    const path = probabilities.map((_p, t) => Math.floor(code / classes ** t) % classes)
    const read = path.filter((label, t) => label !== blank && label !== path[t - 1])
    if (read.join() === labels.join()) total += path.reduce((p, label, t) => p * probabilities[t]![label]!, 1)
  }
  return total
}

describe('ctc_loss', () => {
  const steps = 5
  const logits = Array.from({ length: steps * 3 }, (_unused, i) => Math.cos(2.3 * i) * 2)
  const probabilities = Array.from({ length: steps }, (_unused, t) => {
    const e = logits.slice(3 * t, 3 * t + 3).map((x) => Math.exp(x))
    return e.map((x) => x / (e[0]! + e[1]! + e[2]!))
  })
  const one = (labels: readonly number[], length: number, attributes: object = {}) => {
    const filled = [0, 1, 2].map((i) => labels[i] ?? -1)
    const given = [step(logits, 3), row(filled, 3), row([length]), row([labels.length])]
    return lossOf('ctc_loss', { reduction: 'sum', ...attributes }, given, 1, steps)
  }

  it.each([
    { labels: [1], length: 1, blank: 0 },
    { labels: [1, 2], length: 3, blank: 0 },
    { labels: [1, 1], length: 3, blank: 0 },
    { labels: [2, 1, 2], length: 5, blank: 0 },
    { labels: [1, 1, 2], length: 5, blank: 0 },
    { labels: [], length: 4, blank: 0 },
    { labels: [0, 2], length: 5, blank: 1 },
    { labels: [0, 0], length: 4, blank: 2 },
  ])('adds up all alignments: $labels in $length steps', ({ labels, length, blank }) => {
    const want = -Math.log(byAlignments(probabilities.slice(0, length), labels, blank))
    const { loss, gradient } = one(labels, length, { blank })
    expect(loss).toBeCloseTo(want, 12)
    expect(gradient.slice(3 * length).every((x) => x === 0)).toBe(true)
    for (let t = 0; t < length; t++)
      expect(gradient.slice(3 * t, 3 * t + 3).reduce((a, b) => a + b)).toBeCloseTo(0, 12)
  })

  it('agrees with finite differences', () => {
    const { gradient } = one([1, 2, 2], 5)
    logits.forEach((x, i) => {
      logits[i] = x + 1e-6
      const up = one([1, 2, 2], 5).loss
      logits[i] = x - 1e-6
      const down = one([1, 2, 2], 5).loss
      logits[i] = x
      expect(gradient[i]).toBeCloseTo((up - down) / 2e-6, 7)
    })
  })

  it('is infinite where no alignment fits, without a gradient, or counts as nothing', () => {
    for (const [labels, length] of [
      [[1, 1], 2],
      [[1, 2, 1], 2],
      [[1], 0],
    ] as const) {
      expect(one(labels, length).loss).toBe(Infinity)
      expect(one(labels, length).gradient.every((x) => x === 0)).toBe(true)
      expect(one(labels, length, { zeroInfinity: true }).loss).toBe(0)
    }
    expect(one([], 0).loss).toBeCloseTo(0, 12)
  })

  it('divides each row by its labels, then by the rows', () => {
    const two = [...logits, ...logits].map((_x, i) => logits[3 * Math.floor(i / 6) + (i % 3)]!)
    const given = [step(two, 3), row([1, 2, -1, -1], 2), row([5, 4]), row([2, 0])]
    const { loss } = lossOf('ctc_loss', {}, given, 2, steps)
    expect(loss).toBeCloseTo((one([1, 2], 5).loss / 2 + one([], 4).loss) / 2, 12)
  })

  it('takes logits of any size', () => {
    const huge = logits.map((x) => 500 * x)
    const given = [step(huge, 3), row([1, 2], 2), row([5]), row([2])]
    const { loss, gradient } = lossOf('ctc_loss', {}, given, 1, steps)
    expect(Number.isFinite(loss)).toBe(true)
    expect(gradient.every((x) => Number.isFinite(x))).toBe(true)
  })
})
