import { jacobians } from 'sluice/inspect'
import type { Model } from 'sluice'
import type { Factors } from './messages.ts'
import { studioRuntime } from './runtime.ts'
import { readable } from './workshop.ts'

/** What backpropagation through time multiplies for a model, over the last steps of a text. */
export async function factorsOf(model: Model, text: string, back: number): Promise<Factors> {
  const { runtime } = await studioRuntime()
  const symbols = [...readable(text, model)]
  const [layer] = model.config.layers
  const cell = layer && 'name' in layer ? layer.name : ''
  if (symbols.length === 0)
    return { cell, symbols, factors: new Float64Array(), products: new Float64Array() }
  const { start, factors, products } = await jacobians(model, symbols.join(''), { runtime, steps: back })
  return { cell, symbols: symbols.slice(start), factors, products }
}
