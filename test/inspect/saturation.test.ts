import { expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { saturation } from '../../src/inspect/index.ts'
import { model } from '../../src/model/index.ts'
import { scribble, scribbled, setWeights, wasm } from './fixtures.ts'

test('saturation is the share of the time that a gate is below 0.1 or above 0.9', async () => {
  const text = scribble(300)
  const a = scribbled.token('a')!
  // Unit 0 forgets at every a, unit 1 never; the input gate stays at one half, the output gate open.
  const net = setWeights(model({ input: scribbled, layers: [cells.lstm(2)] }), {
    'layers.0.Wf': [[0, 2 + a, -10]],
    'layers.0.bf': [
      [0, 5],
      [1, 5],
    ],
    'layers.0.bo': [
      [0, 5],
      [1, 5],
    ],
  })
  const found = await saturation(net, text, { runtime: wasm, part: 64 })
  const share = text.split('a').length - 1
  expect(found.map(({ layer, name }) => `${layer}.${name}`)).toEqual([
    'layers.0.f',
    'layers.0.i',
    'layers.0.o',
  ])
  const [f, i, o] = found as [(typeof found)[number], (typeof found)[number], (typeof found)[number]]
  expect([...f.units.closed]).toEqual([share / 300, 0])
  expect([...f.units.open]).toEqual([1 - share / 300, 1])
  expect(f.closed).toBeCloseTo(share / 600, 12)
  expect([i.closed, i.open, i.mean]).toEqual([0, 0, 0.5])
  expect([o.closed, o.open]).toEqual([0, 1])
  expect(o.units.mean[1]).toBeCloseTo(1 / (1 + Math.exp(-5)), 6)
})

test('a model without gates has none', async () => {
  const net = model({ input: scribbled, layers: [cells.rnn(2)] })
  expect(await saturation(net, scribble(20), { runtime: wasm })).toEqual([])
})
