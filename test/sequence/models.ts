import { cells } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { type Example, type SequenceOptions, dense, layer } from '../../src/model/index.ts'

/** A small model of a shape, and a task that it can learn. */
export interface Task {
  readonly options: SequenceOptions
  readonly examples: readonly Example[]
  /** Loss that is reached; 0.06 unless given. */
  readonly below?: number
}

const random = new Stream(11)

/** Sequences of 1 to `longest` tokens below 4. */
function sequences(count: number, longest: number): readonly (readonly number[])[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + random.below(longest) }, () => random.below(4)),
  )
}

const sign = (): number => (2 * random.below(2) - 1) * (1 + random.float())
const points = Array.from({ length: 60 }, () => [sign(), sign()] as const)
const texts = sequences(120, 7)

/** The class of a text is told by its first token. */
const firstToken: readonly Example[] = texts.map((input) => ({ input, target: input[0]! % 2 }))

const numbers = Array.from({ length: 40 }, () =>
  Array.from({ length: 2 + random.below(5) }, () => [random.float(), random.float()] as const),
)
const means: readonly Example[] = numbers.map((input) => ({
  input,
  target: input.reduce((sum, [x]) => sum + x, 0) / input.length,
}))

/** Which of three tones were heard, each for one or two steps and then silence. */
const spoken: readonly Example[] = Array.from({ length: 30 }, () => {
  const labels = Array.from({ length: 1 + random.below(3) }, () => random.below(3))
  const heard = labels.flatMap((label) => [...Array<number>(1 + random.below(2)).fill(label), 3])
  return { input: heard.map((label) => [0, 1, 2].map((tone) => Number(tone === label))), target: labels }
})

/** A task for each shape and each way to answer. */
export const tasks: Readonly<Record<string, Task>> = {
  'one-to-one': {
    options: {
      shape: 'one-to-one',
      input: { vectors: 2 },
      output: { classes: 2 },
      layers: [dense(8, 'tanh')],
    },
    examples: points.map((input) => ({ input, target: Number(input[0] * input[1] > 0) })),
  },
  'one-to-many': {
    options: {
      shape: 'one-to-many',
      input: { tokens: 3, embedding: 2 },
      output: { classes: 3, embedding: 4 },
      layers: [cells.gru(12)],
    },
    examples: Array.from({ length: 30 }, (_unused, i) => ({ input: i % 3, target: counted(i % 3) })),
  },
  'one-to-many, read first': {
    options: {
      shape: 'one-to-many',
      input: { vectors: 2 },
      output: { classes: 3 },
      layers: [cells.lstm(12)],
      condition: 'first-step',
    },
    examples: Array.from({ length: 30 }, (_unused, i) => ({
      input: [i % 3, 1 - (i % 3)],
      target: counted(i % 3),
    })),
  },
  'many-to-one': {
    options: {
      shape: 'many-to-one',
      input: { tokens: 4, embedding: 4 },
      output: { classes: 2 },
      layers: [cells.gru(10)],
    },
    examples: firstToken,
  },
  'many-to-one, both directions': {
    options: {
      shape: 'many-to-one',
      input: { tokens: 4 },
      output: { classes: 2 },
      layers: [layer(cells.gru(6), { direction: 'both', norm: true }), dense(6, 'tanh')],
    },
    examples: firstToken,
  },
  'many-to-one, mean': {
    options: {
      shape: 'many-to-one',
      input: { tokens: 4, embedding: 4 },
      output: { classes: 2 },
      layers: [cells.gru(10)],
      pool: 'mean',
    },
    examples: firstToken,
  },
  'many-to-one, max': {
    options: {
      shape: 'many-to-one',
      input: { tokens: 4, embedding: 4 },
      output: { classes: 2 },
      layers: [layer(cells.gru(6), { direction: 'both' })],
      pool: 'max',
    },
    examples: firstToken,
  },
  synced: {
    options: {
      shape: 'synced',
      input: { tokens: 4 },
      output: { classes: 4 },
      layers: [layer(cells.lstm(10), { direction: 'both' })],
    },
    // What follows, which only what reads backward can know; nothing follows the last.
    examples: texts.map((input) => ({ input, target: [...input.slice(1), -1] })),
  },
  'many-to-one, a value': {
    options: {
      shape: 'many-to-one',
      input: { vectors: 2 },
      output: { values: 1 },
      layers: [cells.gru(10)],
    },
    examples: means,
    below: 0.01,
  },
  'many-to-one, quantiles through a sigmoid': {
    options: {
      shape: 'many-to-one',
      input: { vectors: 2 },
      output: { values: 1, loss: 'quantile', activation: 'sigmoid' },
      layers: [cells.gru(10)],
      pool: 'mean',
    },
    examples: means,
    below: 0.03,
  },
  'many-to-one, weighted and smoothed': {
    options: {
      shape: 'many-to-one',
      input: { tokens: 4 },
      output: { classes: 2, weights: [1, 3], smoothing: 0.1 },
      layers: [cells.gru(10)],
    },
    examples: firstToken,
    below: 0.5,
  },
  'synced, values of which some are left out': {
    options: {
      shape: 'synced',
      input: { vectors: 2 },
      output: { values: 2, loss: 'huber', delta: 0.5 },
      layers: [cells.gru(10)],
    },
    examples: numbers.map((input) => ({
      input,
      target: input.map(([x, y], step) => (step === 0 ? [NaN, NaN] : [y, x])),
      mask: input.map((_vector, step) => Number(step > 0)),
    })),
    below: 0.02,
  },
  'synced, bits': {
    options: {
      shape: 'synced',
      input: { vectors: 2 },
      output: { bits: 2, weights: [1, 2] },
      layers: [cells.gru(10)],
    },
    examples: numbers.map((input) => ({
      input,
      target: input.map(([x, y]) => [Number(x > 0.5), Number(y > 0.5)]),
    })),
    below: 1,
  },
  'synced, labels without their steps': {
    options: {
      shape: 'synced',
      input: { vectors: 3 },
      output: { ctc: 3 },
      layers: [layer(cells.gru(12), { direction: 'both' })],
    },
    examples: spoken,
    below: 0.5,
  },
}

/** Texts of 1 to 5 tokens, told backward. */
const reversed: readonly Example[] = sequences(80, 5).map((input) => ({ input, target: input.toReversed() }))

/** A task for each way in which an encoder and a decoder are put together. */
export const translations: Readonly<Record<string, Task>> = {
  'many-to-many, multiplicative attention': {
    options: {
      shape: 'many-to-many',
      input: { tokens: 4, embedding: 4 },
      output: { classes: 4 },
      encoder: [layer(cells.lstm(6), { direction: 'both' })],
      layers: [cells.luong_lstm(12)],
    },
    examples: reversed,
  },
  'many-to-many, additive attention in two layers, through bridges': {
    options: {
      shape: 'many-to-many',
      input: { tokens: 4 },
      output: { classes: 4, embedding: 5, weights: [1, 2, 1, 1] },
      encoder: [layer(cells.lstm(5), { direction: 'both', norm: true }), cells.gru(9)],
      layers: [cells.bahdanau_lstm(8), cells.bahdanau_lstm(10)],
      longest: 12,
    },
    examples: reversed,
    below: 0.3,
  },
  'many-to-many without attention': {
    options: {
      shape: 'many-to-many',
      input: { tokens: 4, embedding: 4 },
      output: { classes: 4 },
      encoder: [cells.gru(10), cells.gru(16)],
      layers: [cells.gru(16)],
    },
    examples: sequences(60, 3).map((input) => ({ input, target: input.toReversed() })),
    below: 0.3,
  },
  'many-to-many, a memory as it is given': {
    options: {
      shape: 'many-to-many',
      input: { vectors: 5 },
      output: { classes: 3 },
      layers: [cells.luong_lstm(12)],
    },
    // Regions have a place of their own and what is seen there; they are told by place, whatever their order.
    examples: Array.from({ length: 60 }, () => {
      const seen = [random.below(3), random.below(3)]
      const regions = seen.map((thing, place) =>
        [0, 1, 2, 3, 4].map((i) => Number(i === thing || i === 3 + place)),
      )
      return { input: random.below(2) === 0 ? regions : regions.toReversed(), target: seen }
    }),
  },
  'many-to-many, states from zero': {
    options: {
      shape: 'many-to-many',
      input: { tokens: 4 },
      output: { classes: 4 },
      encoder: [layer(cells.gru(6), { direction: 'both' })],
      layers: [cells.luong_lstm(12)],
      handover: 'zero',
    },
    examples: reversed,
    below: 0.2,
  },
}

/** `start`, and what follows it round a circle of three, one more than `start` in all. */
function counted(start: number): readonly number[] {
  return Array.from({ length: 2 + start }, (_unused, i) => (start + i) % 3)
}
