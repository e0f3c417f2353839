import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { textFrom } from '../../src/data/index.ts'
import { write } from '../../src/generate/index.ts'
import {
  type Example,
  type SequenceOptions,
  dense,
  layer,
  model,
  readSequenceConfig,
  sequenceModel,
} from '../../src/model/index.ts'
import { reference as runtime } from '../../src/runtime/index.ts'
import { evaluate, evaluateExamples, follow, predict, train } from '../../src/train/index.ts'
import { collect } from '../train/fake.ts'

const layers = [cells.rnn(3)]
const classifier: SequenceOptions = {
  shape: 'many-to-one',
  input: { tokens: 4 },
  output: { classes: 2 },
  layers,
  longest: 6,
}
const tagger: SequenceOptions = { ...classifier, shape: 'synced', input: { vectors: 2 } }
const follower: SequenceOptions = { ...tagger, output: { values: 1 } }
const translator: SequenceOptions = {
  shape: 'many-to-many',
  input: { tokens: 4, embedding: 2 },
  output: { classes: 2 },
  layers: [cells.luong_lstm(3)],
}
const writer: SequenceOptions = { ...classifier, shape: 'one-to-many' }

const wrong: readonly (readonly [string, SequenceOptions, Example, string])[] = [
  ['no steps', classifier, { input: [], target: 0 }, 'Example 1 has no steps'],
  [
    'an empty memory',
    translator,
    { input: [], target: [0] },
    'Example 1 has nothing that a decoder could read or attend to: leave it out.',
  ],
  [
    'too many steps',
    classifier,
    { input: Array(7).fill(1), target: 0 },
    'Example 1 has 7 steps, more than the longest of 6',
  ],
  [
    'a token outside',
    classifier,
    { input: [1, 4], target: 0 },
    'The input of example 1 is 4 at step 1; it must be a whole number from 0 to 3',
  ],
  ['half a token', classifier, { input: [1.5], target: 0 }, 'is 1.5 at step 0'],
  [
    'a class outside',
    classifier,
    { input: [1], target: 2 },
    'The target of example 1 is 2 at step 0; it must be a whole number from -1 to 1',
  ],
  [
    'a target a step',
    classifier,
    { input: [1, 2], target: [0, 1] },
    'The target of example 1 has 2 steps; it must have 1',
  ],
  [
    'too few targets',
    tagger,
    {
      input: [
        [1, 2],
        [3, 4],
      ],
      target: [1],
    },
    'has 1 steps; it must have 2',
  ],
  [
    'NaN',
    tagger,
    {
      input: [
        [1, 2],
        [3, NaN],
      ],
      target: [1, 1],
    },
    'The input of example 1 is NaN at step 1',
  ],
  [
    'half a vector',
    tagger,
    { input: [1, 2, 3], target: [1, 1] },
    'has 3 numbers, which are no whole steps of 2',
  ],
  [
    'a vector of another size',
    tagger,
    { input: [[1, 2], [3]], target: [1, 1] },
    'a vector of 1 numbers at step 1; each step has 2',
  ],
  [
    'text',
    classifier,
    { input: 'ab', target: 1 } as unknown as Example,
    'The input of example 1 is neither a number nor a list',
  ],
  [
    'nothing',
    classifier,
    { target: 1 } as unknown as Example,
    'The input of example 1 is neither a number nor a list',
  ],
  [
    'null',
    classifier,
    { input: null, target: 1 } as unknown as Example,
    'The input of example 1 is neither a number nor a list',
  ],
  [
    'a target of null',
    classifier,
    { input: 1, target: null } as unknown as Example,
    'The target of example 1 is neither a number nor a list',
  ],
  [
    'nothing but undefined',
    classifier,
    undefined as unknown as Example,
    'The input of example 1 is neither a number nor a list',
  ],
  [
    'null for a vector',
    tagger,
    { input: [[1, 2], null], target: [1, 1] } as unknown as Example,
    'a vector of 0 numbers at step 1; each step has 2',
  ],
  [
    'a number that float32 cannot hold',
    tagger,
    { input: [1, -1e39], target: [1] },
    'The input of example 1 is -1e+39 at step 0, more than float32 holds',
  ],
  [
    'a mask of classes',
    tagger,
    { input: [1, 2], target: [1], mask: [0] },
    'Example 1 has a mask, which values and bits take',
  ],
  [
    'a mask of another length',
    follower,
    { input: [1, 2], target: [1], mask: [1, 0] },
    'The mask of example 1 has 2 numbers; its target has 1 steps',
  ],
  [
    'two conditions',
    writer,
    { input: [1, 2], target: [1] },
    'Example 1 has 2 steps; a model that is one-to-many reads one',
  ],
  [
    'too much to write',
    writer,
    { input: 1, target: Array(6).fill(1) },
    'Example 1 has 7 steps, more than the longest of 6',
  ],
  [
    'nothing left out of what is written',
    writer,
    { input: 1, target: [0, -1] },
    'is -1 at step 1; it must be a whole number from 0 to 1',
  ],
]

/** An example that stands before the wrong one. */
const good = new Map<SequenceOptions, Example>([
  [translator, { input: [1, 2], target: [0] }],
  [classifier, { input: [1], target: 0 }],
  [tagger, { input: [1, 2], target: [1] }],
  [follower, { input: [1, 2], target: [1] }],
  [writer, { input: 1, target: [0] }],
])

describe('an example is refused that has', () => {
  it.each(wrong)('%s', (_name, options, example, message) => {
    const examples = [good.get(options)!, example]
    const begin = () => train(sequenceModel(options), examples, { runtime, validation: 'none' })
    expect(begin).toThrow(message)
    expect(begin).toThrow(expect.objectContaining({ code: expect.stringMatching(/^example-(shape|value)$/) }))
  })
})

describe('questions', () => {
  const net = sequenceModel(classifier)

  it('may be none, but none may be empty or too long', async () => {
    expect(await predict(net, [], { runtime })).toEqual([])
    await expect(predict(net, [[1], []], { runtime })).rejects.toThrow('Example 1 has no steps')
    await expect(predict(net, [Array(7).fill(0)], { runtime })).rejects.toMatchObject({
      code: 'example-shape',
    })
    await expect(predict(net, [[1]], { runtime, batch: 0 })).rejects.toMatchObject({ code: 'option-value' })
  })

  it('are for models that answer, conditions for those that write', async () => {
    await expect(predict(sequenceModel(writer), [1], { runtime })).rejects.toThrow('use write or decode')
    await expect(write(net, [1], { runtime })).rejects.toThrow('one-to-many')
    await expect(write(sequenceModel(writer), [1, 4], { runtime })).rejects.toThrow(
      'The input of example 1 is 4',
    )
    await expect(write(sequenceModel(writer), [1], { runtime, temperature: -1 })).rejects.toThrow(
      'temperature',
    )
  })
})

describe('an option that nothing reads is refused by', () => {
  const net = sequenceModel(classifier)
  const options = { runtime, bacth: 3 }

  it('predict, follow and evaluate', async () => {
    await expect(predict(net, [[1]], options)).rejects.toThrow('predict has no option "bacth"')
    await expect(follow(net, options)).rejects.toThrow('follow has no option "bacth"')
    const one = [{ input: [1], target: 0 }]
    await expect(evaluateExamples(net, one, options)).rejects.toThrow('evaluate has no option "bacth"')
    const text = textFrom('abcabc')
    const next = model({ input: text.vocabulary, layers })
    await expect(evaluate(next, text, options)).rejects.toThrow('evaluate has no option "bacth"')
  })
})

describe('what is followed', () => {
  it('has one step at a time in each row, and is read forward', async () => {
    const following = await follow(sequenceModel(classifier), { runtime, rows: 2 })
    await expect(following.next([1])).rejects.toThrow('1 sequences were given one step; 2 are followed')
    await expect(following.next([1, [1, 2]])).rejects.toThrow('Example 1 has more than one step')
    await expect(following.next([1, 9])).rejects.toThrow('The input of example 1 is 9')
    following.end()
    const both = sequenceModel({ ...classifier, layers: [layer(cells.rnn(3), { direction: 'both' })] })
    await expect(follow(both, { runtime })).rejects.toMatchObject({ code: 'model-unsupported' })
    await expect(follow(sequenceModel(writer), { runtime })).rejects.toMatchObject({ code: 'model-shape' })
  })
})

describe('there must be examples', () => {
  const net = sequenceModel(classifier)
  const one = { input: [1], target: 0 }

  it('to train on, to hold out and to evaluate', async () => {
    const few = { code: 'examples-few' }
    expect(() => train(net, [], { runtime })).toThrow(expect.objectContaining(few))
    expect(() => train(net, [one], { runtime })).toThrow('1 examples are too few to hold out 0.1 of them')
    expect(() => train(net, { training: [one], validation: [] }, { runtime })).toThrow('no examples')
    expect(() => train(net, { training: [one] }, { runtime, patience: 2 })).toThrow('nothing is held out')
    await expect(evaluateExamples(net, [], { runtime })).rejects.toMatchObject(few)
    const steps = await collect(train(net, [one], { runtime, validation: 'none', steps: 1 }))
    expect(steps).toHaveLength(1)
  })

  it('of which some target counts', async () => {
    const out = [{ input: [1], target: -1 }]
    await expect(evaluateExamples(net, out, { runtime })).rejects.toThrow('No target counts')
    const settings = { runtime, steps: 1 }
    await expect(collect(train(net, { training: [one], validation: out }, settings))).rejects.toThrow(
      'No target counts',
    )
  })
})

const refused: readonly (readonly [string, object, string])[] = [
  ['another shape', { shape: 'many' }, 'shape must be one of one-to-one'],
  ['a decoder without a source', { shape: 'many-to-many' }, 'The decoder reads nothing of its source'],
  ['an option too many', { hidden: 3 }, 'sequenceModel has no option "hidden"'],
  ['no layers', { layers: [] }, 'layers must hold at least one cell'],
  [
    'a pool where every step is answered',
    { shape: 'synced', pool: 'mean' },
    'pool is for the shape many-to-one; this model is synced',
  ],
  [
    'a condition where nothing is written',
    { condition: 'first-step' },
    'condition is for the shape one-to-many',
  ],
  ['values that are written', { shape: 'one-to-many', output: { values: 1 } }, 'its output is classes'],
  ['labels of one step', { output: { ctc: 3 } }, 'ctc is for the shape synced'],
  [
    'weights of too few classes',
    { output: { classes: 2, weights: [1] } },
    'There are 1 weights; the output needs 2',
  ],
  [
    'names of too many classes',
    { output: { classes: 2, names: ['a', 'b', 'c'] } },
    'There are 3 names; the output needs 2',
  ],
  ['a weight of nothing', { output: { classes: 2, weights: [1, 0] } }, 'weights 1 must be a number above 0'],
  ['names that are none', { output: { classes: 2, names: 'ab' } }, 'names must be a list'],
  [
    'levels without quantiles',
    { output: { values: 2, levels: [0.5] } },
    'The output with the loss squared has no option "levels"',
  ],
  [
    'a level of 1',
    { output: { values: 2, loss: 'quantile', levels: [1] } },
    'levels 0 must be a number above 0 and below 1',
  ],
  ['an output of nothing', { output: {} }, 'classes must be a whole number of at least 1, not undefined'],
  ['two inputs', { input: { tokens: 2, vectors: 3 } }, 'The input has no option "tokens"'],
  [
    'dropout of an embedding that is not there',
    { input: { tokens: 2, embeddingDropout: 0.1 } },
    'embeddingDropout needs an embedding',
  ],
  [
    'a future to write from',
    { shape: 'one-to-many', layers: [layer(cells.rnn(3), { direction: 'both' })] },
    'reads backward',
  ],
]

describe('a sequence model is refused with', () => {
  it.each(refused)('%s', (_name, given, message) => {
    expect(() => sequenceModel({ ...classifier, ...given })).toThrow(message)
  })

  it('a configuration that was changed', () => {
    const { config } = sequenceModel({ ...classifier, layers: [dense(3)] })
    expect(readSequenceConfig(JSON.parse(JSON.stringify(config)))).toEqual(config)
    const read = (change: object) => () => readSequenceConfig({ ...config, ...change })
    expect(read({ task: 'next-token' })).toThrow('its task is "next-token"')
    expect(read({ input: 3 })).toThrow('input is not an object')
    expect(read({ layers: 3 })).toThrow('it has no layers')
    expect(read({ seed: -1 })).toThrow('seed must be a whole number')
    expect(read({ more: 1 })).toThrow('The configuration has no option "more"')
  })
})
