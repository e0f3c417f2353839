import { describe, expect, it } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { type Layer, Model, branches, dense, layer, model, readConfig } from '../../src/model/index.ts'

const input = Vocabulary.of('abcde')

const mine = cell('mine', "fun phi = tanh\nconst a = 1/2\nh' = a * h + phi(W @ [h, x] + b)   # leaky", {
  init: { b: 0.25 },
})

const net = model({ input, layers: [mine(3), cells.lstm(2)], embedding: 4, dropout: 0.1, seed: 99 })

describe('a stored model', () => {
  it('is the same model again', () => {
    const config = readConfig(JSON.parse(JSON.stringify(net.config)))
    expect(config).toEqual(net.config)
    const again = new Model(config, input, net.parameters)
    expect([...again.parameters]).toEqual([...net.parameters])
    const shape = { rows: 2, steps: 2, training: true }
    expect(again.program(shape).graph.nodes.map(({ op, inputs }) => [op, inputs])).toEqual(
      net.program(shape).graph.nodes.map(({ op, inputs }) => [op, inputs]),
    )
  })

  it('starts from its seed where no weights are given, with the settings of its cells', () => {
    const again = new Model(net.config, input)
    expect([...again.parameters]).toEqual([...net.parameters])
    expect([...again.parameters.get('layers.0.b')!.data]).toEqual([0.25, 0.25, 0.25])
  })

  it('keeps weights of its own', () => {
    const weights = new Map([...net.parameters].map(([name, { data }]) => [name, { data: [...data] }]))
    const again = new Model(net.config, input, weights)
    weights.get('head.b')!.data[0] = 7
    expect(again.parameters.get('head.b')!.data[0]).toBe(0)
  })

  it.each([
    ['missing', undefined, 'no entries'],
    ['too short', { data: [1] }, '1 entries; the model needs 5'],
  ])('refuses weights that are %s', (_name, head, message) => {
    const weights = new Map<string, { readonly data: ArrayLike<number> }>(net.parameters)
    if (head) weights.set('head.b', head)
    else weights.delete('head.b')
    const build = () => new Model(net.config, input, weights)
    expect(build).toThrow(expect.objectContaining({ code: 'model-weights' }))
    expect(build).toThrow(`"head.b" have ${message}`)
  })
})

const everything: readonly Layer[] = [
  layer(cells.lstm(4), {
    inputDropout: 0.1,
    stateDropout: 0.2,
    recurrentDropout: 0.3,
    weightDropout: 0.4,
    zoneout: { c: 0.5, h: 0 },
    dropout: 0,
    residual: true,
    norm: true,
  }),
  branches([[cells.rnn(3)], [layer(cells.gru(2), { zoneout: 0.25 }), dense(3, 'relu')]], {
    join: 'sum',
    skip: 'input',
    dropout: 0.5,
  }),
  layer(mine(4), { skip: 'all', direction: 'forward', join: 'concat', residual: false }),
]

describe('a stored model with every option', () => {
  const options = { embedding: 4, embeddingDropout: 0.1, tied: true, dropout: 0.2 }
  const full = model({ input, layers: everything, ...options })

  it('is the same model again', () => {
    const config = readConfig(JSON.parse(JSON.stringify(full.config)))
    expect(config).toEqual(full.config)
    const again = new Model(config, input)
    expect([...again.parameters]).toEqual([...full.parameters])
    const shape = { rows: 2, steps: 2, training: true }
    const told = (one: Model) =>
      one
        .program(shape)
        .graph.nodes.map(({ op, inputs, attributes }) => [op, inputs, attributes.stream, attributes.rate])
    expect(told(again)).toEqual(told(full))
  })

  it('leaves out what has its default', () => {
    const [first, second, third] = full.config.layers
    expect(first).toEqual({
      name: 'lstm',
      equations: expect.any(String) as string,
      sizes: { hidden: 4 },
      init: expect.any(Object) as object,
      inputDropout: 0.1,
      stateDropout: 0.2,
      recurrentDropout: 0.3,
      weightDropout: 0.4,
      zoneout: { c: 0.5 },
      dropout: 0,
      residual: true,
      norm: true,
    })
    expect(second).toMatchObject({ join: 'sum', skip: 'input', dropout: 0.5 })
    expect((second as { branches: object[][] }).branches[1]![0]).toMatchObject({ zoneout: { h: 0.25 } })
    expect(Object.keys(third!)).toEqual(['name', 'equations', 'sizes', 'init', 'skip'])
    expect(full.config).toMatchObject({ embeddingDropout: 0.1, tied: true })
  })
})

it('a model that was stored before layers had options is the model that it was', () => {
  const stored = {
    task: 'next-token',
    embedding: 0,
    layers: [{ name: 'rnn', equations: "h' = tanh(U @ x + W @ h + b)\n", sizes: { hidden: 3 }, init: {} }],
    dropout: 0.25,
    seed: 7,
  }
  const old = readConfig(stored)
  expect(old).toEqual(stored)
  const now = model({ input, layers: [cells.rnn(3)], dropout: 0.25, seed: 7 })
  expect([...new Model(old, input).parameters]).toEqual([...now.parameters])
})

describe('readConfig refuses', () => {
  const good = JSON.parse(JSON.stringify(net.config)) as Record<string, unknown>
  const layer0 = (net.config.layers as readonly object[])[0]!

  it.each<[string, unknown, string]>([
    ['what is no object', 'model', 'model-config'],
    ['nothing', null, 'model-config'],
    ['a list', [], 'model-config'],
    ['another task', { ...good, task: 'translate' }, 'model-config'],
    ['no layers', { ...good, layers: undefined }, 'model-config'],
    ['a layer that is no object', { ...good, layers: [3] }, 'model-config'],
    ['a layer without equations', { ...good, layers: [{ ...layer0, equations: undefined }] }, 'model-config'],
    ['a layer without sizes', { ...good, layers: [{ ...layer0, sizes: 5 }] }, 'model-config'],
    ['a size below 1', { ...good, layers: [{ ...layer0, sizes: { hidden: 0 } }] }, 'option-value'],
    ['a direction that is none', { ...good, layers: [{ ...layer0, direction: 'up' }] }, 'option-value'],
    ['an option that is none', { ...good, layers: [{ ...layer0, zone: 1 }] }, 'option-unknown'],
    ['a flag that is a number', { ...good, layers: [{ ...layer0, residual: 1 }] }, 'option-value'],
    ['zoneout of no state', { ...good, layers: [{ ...layer0, zoneout: { z: 0.1 } }] }, 'dropout-cell'],
    ['branches that are none', { ...good, layers: [{ branches: 3 }] }, 'model-config'],
    ['a branch without layers', { ...good, layers: [{ branches: [[]] }] }, 'model-layer'],
    ['a layer without a name in a branch', { ...good, layers: [{ branches: [[{}]] }] }, 'model-config'],
    ['tied by a word', { ...good, tied: 'yes' }, 'option-value'],
    ['a dropout of 2', { ...good, dropout: 2 }, 'option-value'],
    ['an embedding that is no number', { ...good, embedding: '4' }, 'option-value'],
    ['a seed that is too large', { ...good, seed: 2 ** 32 }, 'option-value'],
  ])('%s', (_name, value, code) => {
    expect(() => readConfig(value)).toThrow(expect.objectContaining({ code }))
  })
})
