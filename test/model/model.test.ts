import { describe, expect, it } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { type Model, type ModelOptions, branches, dense, layer, model } from '../../src/model/index.ts'
import { type Program, reference } from '../../src/runtime/index.ts'

const input = Vocabulary.of('abcdefg')

function shapes(net: Model): Record<string, readonly number[]> {
  return Object.fromEntries([...net.parameters].map(([name, { shape }]) => [name, shape]))
}

describe('the parameters of a model', () => {
  it('have the names and shapes of its layers; the first reads one-hot symbols', () => {
    const net = model({ input, layers: [cells.lstm(5), cells.rnn(4)] })
    expect(shapes(net)).toEqual({
      'layers.0.Wf': [5, 12],
      'layers.0.bf': [5],
      'layers.0.Wi': [5, 12],
      'layers.0.bi': [5],
      'layers.0.Wg': [5, 12],
      'layers.0.bg': [5],
      'layers.0.Wo': [5, 12],
      'layers.0.bo': [5],
      'layers.1.U': [4, 5],
      'layers.1.W': [4, 4],
      'layers.1.b': [4],
      'head.W': [7, 4],
      'head.b': [7],
    })
    expect(net.size).toBe(4 * (60 + 5) + 20 + 16 + 4 + 28 + 7)
    for (const { shape, data } of net.parameters.values()) {
      expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1))
    }
  })

  it('begin with an embedding, where there is one', () => {
    const net = model({ input, layers: [cells.rnn(4)], embedding: 3 })
    expect([...net.parameters.keys()]).toEqual([
      'embedding.E',
      'layers.0.U',
      'layers.0.W',
      'layers.0.b',
      'head.W',
      'head.b',
    ])
    expect(shapes(net)['embedding.E']).toEqual([7, 3])
    expect(shapes(net)['layers.0.U']).toEqual([4, 3])
    const { data } = net.parameters.get('embedding.E')!
    expect(Math.max(...data)).toBeLessThanOrEqual(0.1)
    expect(Math.min(...data)).toBeGreaterThanOrEqual(-0.1)
    expect(new Set(data).size).toBe(21)
  })

  it('follow the sizes that a cell declares: the next layer reads its first output', () => {
    const narrow = cell(
      'narrow',
      "size out\nmatrix P: [out, hidden]\noutput y, h\nh' = tanh(W @ [h, x])\ny = P @ h'",
    )
    const net = model({ input, layers: [narrow({ hidden: 6, out: 2 }), cells.rnn(3)] })
    expect(shapes(net)['layers.0.P']).toEqual([2, 6])
    expect(shapes(net)['layers.1.U']).toEqual([3, 2])
  })

  it('start as the cells say, from the seed', () => {
    const options = { input, layers: [cells.lstm(5), cells.lstm(5)] }
    const bits = (net: Model): number[][] => [...net.parameters.values()].map(({ data }) => [...data])
    expect(bits(model(options))).toEqual(bits(model({ ...options, seed: 1 })))
    expect(bits(model(options))).not.toEqual(bits(model({ ...options, seed: 2 })))
    const { parameters } = model(options)
    expect([...parameters.get('layers.0.bf')!.data]).toEqual([1, 1, 1, 1, 1])
    expect([...parameters.get('layers.0.bi')!.data]).toEqual([0, 0, 0, 0, 0])
    expect(parameters.get('layers.0.Wf')!.data.slice(0, 5)).not.toEqual(
      parameters.get('layers.1.Wf')!.data.slice(0, 5),
    )
    const other = model({ ...options, layers: [cells.lstm(5, { init: { bf: 3 } })] })
    expect([...other.parameters.get('layers.0.bf')!.data]).toEqual([3, 3, 3, 3, 3])
  })
})

function operations({ graph }: Program, op: string) {
  return graph.nodes.filter((node) => node.op === op)
}

describe('the program of a model', () => {
  const net = model({ input, layers: [cells.lstm(3), cells.gru(2)], dropout: 0.25 })
  const training = net.program({ rows: 2, steps: 3, training: true, slots: 2 })
  const reading = net.program({ rows: 4, steps: 1, training: false })

  it('drops outputs of every layer in training alone, each by a stream of its own', () => {
    expect(operations(training, 'dropout').map(({ attributes }) => attributes)).toEqual([
      { rate: 0.25, stream: 0 },
      { rate: 0.25, stream: 1 },
    ])
    expect(operations(reading, 'dropout')).toEqual([])
    const plain = model({ input, layers: [cells.lstm(3)] }).program({ rows: 1, steps: 1, training: true })
    expect(operations(plain, 'dropout')).toEqual([])
  })

  it('differentiates the loss in training alone', () => {
    expect(training.gradient).toEqual({ of: ['loss'], inputs: [], slots: 2 })
    expect(reading.gradient).toBeUndefined()
    expect([reading.rows, reading.steps]).toEqual([4, 1])
  })

  it('names tokens, targets, states and outputs', () => {
    const names = (ports: readonly { name: string }[]): string[] => ports.map(({ name }) => name)
    expect(names(training.graph.inputs)).toEqual([
      'tokens',
      'targets',
      'layers.0.c',
      'layers.0.h',
      'layers.1.h',
    ])
    expect(names(training.graph.outputs)).toEqual([
      'loss',
      'logits',
      'layers.0.c next',
      'layers.0.h next',
      'layers.1.h next',
    ])
    expect(training.states).toEqual([
      { initial: 'layers.0.c', final: 'layers.0.c next' },
      { initial: 'layers.0.h', final: 'layers.0.h next' },
      { initial: 'layers.1.h', final: 'layers.1.h next' },
    ])
  })
})

/** Loss and logits of a model on one row of tokens. */
async function run(net: Model, tokens: readonly number[], targets: readonly number[]) {
  const executable = await reference.compile(net.program({ rows: 1, steps: tokens.length, training: false }))
  for (const [name, { data }] of net.parameters) executable.writeParameter(name, data)
  executable.write('tokens', tokens)
  executable.write('targets', targets)
  const { loss } = await executable.run({ steps: tokens.length, mode: 'forward' })
  return { loss, logits: [...executable.read('logits')] }
}

describe('what a model computes', () => {
  const matrix = (data: ArrayLike<number>, columns: number, row: number): number[] =>
    Array.from({ length: columns }, (_unused, i) => data[row * columns + i]!)
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * b[i]!, 0)

  it.each([0, 4])(
    'is its equations, a dense layer and the mean cross-entropy (embedding %d)',
    async (embedding) => {
      const net = model({ input, layers: [cells.rnn(3)], embedding, seed: 8 })
      const data = (name: string): Float32Array => net.parameters.get(name)!.data
      const width = embedding || 7
      const tokens = [2, 6, 0]
      const targets = [6, -1, 3]
      let h = [0, 0, 0]
      let loss = 0
      const logits = tokens.flatMap((token, step) => {
        const x = embedding
          ? matrix(data('embedding.E'), embedding, token)
          : Array.from({ length: 7 }, (_unused, i) => Number(i === token))
        h = h.map((_x, i) =>
          Math.tanh(
            dot(matrix(data('layers.0.U'), width, i), x) +
              dot(matrix(data('layers.0.W'), 3, i), h) +
              data('layers.0.b')[i]!,
          ),
        )
        const y = Array.from(
          { length: 7 },
          (_unused, i) => dot(matrix(data('head.W'), 3, i), h) + data('head.b')[i]!,
        )
        const log = Math.log(y.reduce((sum, each) => sum + Math.exp(each), 0))
        if (targets[step]! >= 0) loss += (log - y[targets[step]!]!) / 2
        return y
      })
      const got = await run(net, tokens, targets)
      expect(got.loss).toBeCloseTo(loss, 12)
      got.logits.forEach((logit, i) => expect(logit).toBeCloseTo(logits[i]!, 12))
    },
  )

  it('is a loss of 0 where no target counts', async () => {
    expect((await run(model({ input, layers: [cells.gru(3)] }), [1, 2], [-1, -1])).loss).toBe(0)
  })
})

it('a layer of many options has the parameters and states that docs/layers.md names', () => {
  const start = cell('start', "state h = learned\nh' = tanh(W @ [h, x] + b)")
  const net = model({
    input,
    embedding: 4,
    embeddingDropout: 0.1,
    layers: [
      layer(start(4), { inputDropout: 0.2, stateDropout: 0.2 }),
      layer(cells.rnn(4), { residual: true, norm: true, zoneout: 0.05 }),
      branches([[cells.rnn(2)], [cells.indrnn(2), cells.rnn(2)]], { skip: 'input' }),
      dense(4, 'tanh'),
    ],
    tied: true,
  })
  expect(shapes(net)).toEqual({
    'embedding.E': [7, 4],
    'layers.0.initial.h': [4],
    'layers.0.W': [4, 8],
    'layers.0.b': [4],
    'layers.1.U': [4, 4],
    'layers.1.W': [4, 4],
    'layers.1.b': [4],
    'layers.1.norm.gain': [4],
    'layers.1.norm.bias': [4],
    'layers.2.0.0.U': [2, 8],
    'layers.2.0.0.W': [2, 2],
    'layers.2.0.0.b': [2],
    'layers.2.1.0.W': [2, 8],
    'layers.2.1.0.u': [2],
    'layers.2.1.0.b': [2],
    'layers.2.1.1.U': [2, 2],
    'layers.2.1.1.W': [2, 2],
    'layers.2.1.1.b': [2],
    'layers.3.W': [4, 4],
    'layers.3.b': [4],
    'head.b': [7],
  })
  expect([...net.parameters.get('layers.1.norm.gain')!.data]).toEqual([1, 1, 1, 1])
  const { states } = net.program({ rows: 1, steps: 1, training: false })
  const names = ['layers.0.h', 'layers.1.h', 'layers.2.0.0.h', 'layers.2.1.0.h', 'layers.2.1.1.h']
  expect(states).toEqual(names.map((name) => ({ initial: name, final: `${name} next` })))
})

describe('wrong options are refused by name', () => {
  const layers = [cells.rnn(3)]
  it.each<[string, Partial<Record<keyof ModelOptions | 'hidden', unknown>>, string, string]>([
    ['no layers', { layers: [] }, 'option-value', 'layers'],
    ['a dropout of 1', { layers, dropout: 1 }, 'option-value', 'dropout'],
    ['a negative dropout', { layers, dropout: -0.1 }, 'option-value', 'dropout'],
    ['half an embedding', { layers, embedding: 1.5 }, 'option-value', 'embedding'],
    ['a negative seed', { layers, seed: -1 }, 'option-value', 'seed'],
    ['an option that is none', { layers, hidden: 5 }, 'option-unknown', 'hidden'],
    [
      'a layer that reads backward',
      { layers: [layer(cells.lstm(3), { direction: 'reverse' })] },
      'model-unsupported',
      '"layers.0" reads backward',
    ],
    [
      'both ways inside a branch',
      { layers: [cells.rnn(3), branches([[cells.rnn(3)], [layer(cells.gru(3), { direction: 'both' })]])] },
      'model-unsupported',
      '"layers.1.1.0" reads backward',
    ],
    [
      'a residual of other width',
      { layers: [cells.rnn(3), layer(cells.gru(4), { residual: true })] },
      'model-layer',
      '"layers.1" adds its input of 3 entries to its output of 4',
    ],
    [
      'a residual of one-hot symbols',
      { layers: [layer(cells.rnn(7), { residual: true })] },
      'model-layer',
      '"layers.0" has residual, which needs vectors',
    ],
    [
      'a sum of branches of other widths',
      { layers: [branches([[cells.rnn(3)], [cells.rnn(2)]], { join: 'sum' })] },
      'model-layer',
      '"layers.0" sums branches of 3, 2 entries',
    ],
    [
      'words dropped without an embedding',
      { layers, embeddingDropout: 0.1 },
      'model-layer',
      'embeddingDropout',
    ],
    ['sizes that do not fit', { layers: [cell('raw', "h' = tanh(x + U @ h)")(3)] }, 'cell-sizes', '"raw"'],
  ])('%s', (_name, options, code, part) => {
    const build = () => model({ input, ...options } as ModelOptions)
    expect(build).toThrow(expect.objectContaining({ code, message: expect.stringContaining(part) as string }))
  })
})
