import { expect, test } from 'vitest'
import * as library from '../../src/index.ts'
import { scribble, twoLayers } from './fixtures.ts'

const {
  detect,
  gradientFlow,
  intervene,
  jacobians,
  saliency,
  sample,
  saturation,
  trace,
  traceParts,
  unitLosses,
} = library

test('the package looks inside a model on the fastest runtime, or on one that is named', async () => {
  const net = twoLayers()
  const text = scribble(150)
  const reference = { runtime: 'reference' } as const
  const { layers } = await trace(net, text, { names: ['c'] })
  expect(layers[0]!.values.c!.data).toHaveLength(150 * 5)
  const c = (await trace(net, text, { ...reference, names: ['c'] })).layers[0]!.values.c!
  c.data.forEach((x, i) => expect(x).toBeCloseTo(layers[0]!.values.c!.data[i]!, 5))
  let steps = 0
  for await (const part of traceParts(net, text, { part: 64 })) steps += part.steps
  expect(steps).toBe(150)
  expect((await saturation(net, text)).map(({ name }) => name)).toEqual(['f', 'i', 'o', 'r', 'z'])
  expect((await gradientFlow(net, text, { steps: 5 })).states).toHaveLength(3)
  expect((await jacobians(net, text, { steps: 3 })).factors).toHaveLength(3)
  expect((await saliency(net, text, { steps: 3 })).norms).toHaveLength(3)
  expect((await detect(net, text, { top: 1 })).units).toBe(13)
  expect((await unitLosses(net, text, { layer: 1, name: 'h', units: [0] })).changes).toHaveLength(1)
  const edited = await intervene(net, [{ name: 'f', clamp: 0 }])
  let written = ''
  for await (const piece of sample(edited, { length: 3 })) written += piece
  expect(written).toHaveLength(3)
})
