import { type GradientFlow, gradientFlow, saliency, saturation } from 'sluice/inspect'
import type { Reasons, SaliencySpec, SeenGate } from './messages.ts'
import { studioRuntime } from './runtime.ts'
import { type Workshop, readable } from './workshop.ts'

/** Symbols of the text in which gradients are followed. */
const followed = 8192

/** How open the gates of the model are on a text. */
export async function saturationOf({ model }: Workshop, text: string): Promise<readonly SeenGate[]> {
  const { runtime } = await studioRuntime()
  const known = readable(text, model)
  if (known === '') return []
  const gates = await saturation(model, known, { runtime })
  return gates.map(({ layer, name, closed, open, mean }) => ({ layer, name, closed, open, mean }))
}

/** How far gradients reach on the text that the model learns from, followed for 100 steps: windows of 200 follow at most. */
export async function flowOf({ model, readable: text }: Workshop): Promise<GradientFlow> {
  const { runtime } = await studioRuntime()
  return gradientFlow(model, text.slice(0, followed), { runtime })
}

/** Which symbols speak for a prediction, and which against it. */
export async function reasonsOf({ model }: Workshop, { text, at, symbol }: SaliencySpec): Promise<Reasons> {
  const { runtime } = await studioRuntime()
  const { vocabulary } = model
  const known = readable(text, model)
  const tokens = vocabulary.encode(known).subarray(0, at + 1)
  const options = { runtime, at: tokens.length, symbol }
  const { start, target, logProbability, products } = await saliency(model, known, options)
  return {
    symbols: Array.from(tokens.subarray(start), (token) => vocabulary.symbol(token)),
    products,
    target: vocabulary.symbol(target),
    probability: Math.exp(logProbability),
  }
}
