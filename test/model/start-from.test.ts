import { expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { model, startFrom } from '../../src/model/index.ts'

const input = Vocabulary.of('abcd')
const old = model({ input, layers: [cells.lstm(5)], embedding: 3, seed: 8 })

it('takes the weights of a model that differs in nothing but its dropout and seed', () => {
  const made = startFrom(model({ input, layers: [cells.lstm(5)], embedding: 3, dropout: 0.5 }), old)
  expect(made.config.dropout).toBe(0.5)
  for (const [name, weights] of old.parameters) {
    expect(made.parameters.get(name)).toEqual(weights)
    expect(made.parameters.get(name)!.data).not.toBe(weights.data)
  }
})

it.each([
  [
    'vocabularies',
    model({ input: Vocabulary.of('abce'), layers: [cells.lstm(5)], embedding: 3 }),
    'This model has 4 symbols, and the one that it is to start from another vocabulary of 4.',
  ],
  [
    'sizes',
    model({ input, layers: [cells.lstm(6)], embedding: 3 }),
    '"layers.0.Wf" is 6 × 9 in this model, but 5 × 8 in the one that it is to start from.',
  ],
  [
    'cells',
    model({ input, layers: [cells.gru(5)], embedding: 3 }),
    '"layers.0.Wr" is 5 × 8 in this model, but missing in the one that it is to start from.',
  ],
])('refuses other %s, and leaves the model as it was', (_what, made, message) => {
  const before = [...made.parameters.values()].map(({ data }) => [...data])
  expect(() => startFrom(made, old)).toThrow(message)
  expect([...made.parameters.values()].map(({ data }) => [...data])).toEqual(before)
})

it('refuses a model with more parameters', () => {
  const made = model({ input, layers: [cells.lstm(5)] })
  const parameters = new Map([...made.parameters, ['embedding.E', old.parameters.get('embedding.E')!]])
  expect(() => startFrom(made, { vocabulary: input, parameters })).toThrow(
    'The model to start from has "embedding.E", which this model has not.',
  )
})
