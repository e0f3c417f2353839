import { cells } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { type Example, type SequenceOptions, dense, layer } from '../../src/model/index.ts'

/** A small model of a shape, and a task that it can learn. */
export interface Task {
  readonly options: SequenceOptions
  readonly examples: readonly Example[]
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
    examples: texts
      .filter(({ length }) => length > 1)
      .map((input) => ({ input, target: [...input.slice(1), -1] })),
  },
}

/** `start`, and what follows it round a circle of three, one more than `start` in all. */
function counted(start: number): readonly number[] {
  return Array.from({ length: 2 + start }, (_unused, i) => (start + i) % 3)
}
