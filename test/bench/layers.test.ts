import { describe, expect, test } from 'vitest'
import { unlike } from '../../bench/check.ts'
import { batchesOf, layerForm, layerForms, layerProgram, plainForm } from '../../bench/layers.ts'
import { LayerTrainer, checkedSize } from '../../bench/sluice/layer-trainer.ts'
import { reference } from '../../src/runtime/index.ts'
import { packedRuntime } from '../../src/runtime/packed.ts'
import { openWasm } from '../../src/runtime/wasm/index.ts'

const size = { hidden: 12, batch: 50, steps: 50 }

describe('batches', () => {
  test('without lengths are as long as the window', () => {
    expect(batchesOf(plainForm, size)).toEqual({ batches: [{ steps: 50 }], tokens: 2500 })
  })

  test('padded to twice the length have as many tokens', () => {
    const { batches, tokens } = batchesOf(layerForm('padded to twice'), size)
    expect(batches).toEqual([{ steps: 100, lengths: Array<number>(50).fill(50) }])
    expect(tokens).toBe(2500)
  })

  test.each([
    ['sorted lengths', 1],
    ['bucketed lengths', 8],
  ])('%s: as many tokens as the lengths say, the longest row first', (name, count) => {
    const { batches, tokens } = batchesOf(layerForm(name), size)
    expect(batches.length).toBe(count)
    for (const { steps, lengths } of batches) {
      expect(lengths).toEqual(lengths!.toSorted((a, b) => b - a))
      expect(lengths![0]).toBe(steps)
      expect(lengths!.length).toBe(50)
    }
    const sum = batches.flatMap(({ lengths }) => lengths!).reduce((a, b) => a + b)
    expect(tokens).toBe(sum)
    expect(sum / count / 2500).toBeCloseTo(1, 0)
  })
})

test('each form has a name of its own, and what is asked of layers is allowed', () => {
  expect(new Set(layerForms.map(({ name }) => name)).size).toBe(layerForms.length)
  const most = Object.fromEntries(layerForms.flatMap((form) => (form.most ? [[form.name, form.most]] : [])))
  expect(most).toEqual({
    'both directions': 2.1,
    'variational dropout': 1.05,
    'padded to twice': 1.1,
    'sorted lengths': 1.1,
    'bucketed lengths': 1.1,
  })
})

test('both directions are twice the parameters of one', () => {
  const count = (name: string): number =>
    [...layerProgram(layerForm(name), size).parameters.values()].reduce(
      (sum, { data }) => sum + data.length,
      0,
    )
  expect(count('plain')).toBe(4 * (12 * 24 + 12))
  expect(count('both directions')).toBe(2 * count('plain'))
})

test('a runtime gives the numbers of float64 for every form, of all gradients, and trains on every batch', async () => {
  const runtime = packedRuntime(await openWasm({ memory: 'inline' }))
  for (const form of layerForms) {
    const [own, exact] = await Promise.all(
      [runtime, reference].map((one) => LayerTrainer.open(form, one, checkedSize(size))),
    )
    const found = await own!.numbers()
    expect(found.length).toBeGreaterThan(3 * 4 * 12)
    expect(`${form.name}: ${unlike(found, await exact!.numbers(), 1e-4)}`).toBe(`${form.name}: undefined`)
    expect(await own!.step()).toBeGreaterThan(0)
    expect(unlike(await own!.numbers(), found, 1e-6)).toBeDefined()
    own!.dispose()
    exact!.dispose()
  }
})
