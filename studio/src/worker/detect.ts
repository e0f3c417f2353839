import { detect, oracleNames } from 'sluice/inspect'
import type { Found } from './messages.ts'
import { studioRuntime } from './runtime.ts'
import type { Workshop } from './workshop.ts'

/** Symbols of the text that are searched. */
const searched = 8192

/** Searches the states of the model for units that tell something, on the text that it learns from. */
export async function detectIn(workshop: Workshop, expression?: string): Promise<readonly Found[]> {
  const { runtime } = await studioRuntime()
  const { model } = workshop
  const own = expression === undefined ? [] : [{ name: expression, expression }]
  const { detections } = await detect(model, workshop.readable.slice(0, searched), {
    runtime,
    oracles: [...own, ...oracleNames],
    top: 512,
  })
  return detections.map(({ oracle, measure, best, chance, isFound }) => ({
    oracle,
    measure,
    chance,
    isFound,
    best: best.map(({ layer, name, unit, score }) => ({
      layer,
      name,
      unit,
      score,
      measure,
    })),
  }))
}
