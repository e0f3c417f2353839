import { expect } from 'vitest'
import { cells, usualDecoder } from '../../src/cells/index.ts'
import {
  type Example,
  type SequenceModel,
  type SequenceOptions,
  layer,
  sequenceModel,
} from '../../src/model/index.ts'

export const read = { input: { tokens: 4 }, output: { classes: 3 } } as const
export const bothWays = layer(cells.lstm(5), { direction: 'both' })
export const tokens = [2, 0, 3, 3, 1, 0, 2]

/** A model of each shape, with a sequence for it. */
export const shapes: Readonly<
  Record<string, { readonly options: SequenceOptions; readonly input: Example['input'] }>
> = {
  'one-to-one': {
    options: { shape: 'one-to-one', input: { vectors: 3 }, output: { values: 2 }, layers: [cells.lstm(5)] },
    input: [0.5, -1, 2],
  },
  'one-to-many': { options: { shape: 'one-to-many', ...read, layers: [cells.lstm(5)] }, input: 1 },
  'many-to-one': { options: { shape: 'many-to-one', ...read, layers: [bothWays] }, input: tokens },
  synced: { options: { shape: 'synced', ...read, layers: [cells.gru(6), bothWays] }, input: tokens },
  'many-to-many': {
    options: {
      shape: 'many-to-many',
      ...read,
      encoder: [layer(cells.gru(4), { direction: 'both' })],
      layers: [cells[usualDecoder](6)],
    },
    input: tokens,
  },
}

const models = new Map(Object.entries(shapes).map(([name, { options }]) => [name, sequenceModel(options)]))
export const netOf = (name: string): SequenceModel => models.get(name)!

/** Compares two lists of numbers. */
export const close = (got: ArrayLike<number>, want: ArrayLike<number>, digits = 5): void => {
  expect(got).toHaveLength(want.length)
  for (let i = 0; i < want.length; i++) expect(got[i]).toBeCloseTo(want[i]!, digits)
}
