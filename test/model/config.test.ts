import { describe, expect, it } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { Model, model, readConfig } from '../../src/model/index.ts'

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

describe('readConfig refuses', () => {
  const good = JSON.parse(JSON.stringify(net.config)) as Record<string, unknown>
  const layer = (net.config.layers as readonly object[])[0]!

  it.each<[string, unknown, string]>([
    ['what is no object', 'model', 'model-config'],
    ['nothing', null, 'model-config'],
    ['a list', [], 'model-config'],
    ['another task', { ...good, task: 'translate' }, 'model-config'],
    ['no layers', { ...good, layers: undefined }, 'model-config'],
    ['a layer that is no object', { ...good, layers: [3] }, 'model-config'],
    ['a layer without equations', { ...good, layers: [{ ...layer, equations: undefined }] }, 'model-config'],
    ['a layer without sizes', { ...good, layers: [{ ...layer, sizes: 5 }] }, 'model-config'],
    ['a size below 1', { ...good, layers: [{ ...layer, sizes: { hidden: 0 } }] }, 'option-value'],
    ['a dropout of 2', { ...good, dropout: 2 }, 'option-value'],
    ['an embedding that is no number', { ...good, embedding: '4' }, 'option-value'],
    ['a seed that is too large', { ...good, seed: 2 ** 32 }, 'option-value'],
  ])('%s', (_name, value, code) => {
    expect(() => readConfig(value)).toThrow(expect.objectContaining({ code }))
  })
})
