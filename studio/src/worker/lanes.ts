import { type Model, type Runtime, cell, model, text, train } from 'sluice'
import { fitted } from '../train/fit.ts'
import type { CellChoice, Event, LaneSpec, Purpose } from './messages.ts'
import { studioRuntime } from './runtime.ts'

/** Milliseconds between two messages about a lane. */
const tellEvery = 150

/** Models of several cells, trained side by side on the same text: one lane each. */
export class Lanes {
  readonly #tell: (event: Event) => void
  readonly #models = new Map<Purpose, readonly Model[]>()
  readonly #running = new Map<Purpose, AbortController>()

  constructor(tell: (event: Event) => void) {
    this.#tell = tell
  }

  /** The models that were last trained for a purpose. */
  models(purpose: Purpose): readonly Model[] {
    return this.#models.get(purpose) ?? []
  }

  /** Makes a model of each cell and trains it; ends what was under way for the same purpose. */
  async run(spec: LaneSpec, content: string): Promise<void> {
    this.stop(spec.purpose)
    const controller = new AbortController()
    this.#running.set(spec.purpose, controller)
    const book = text.from(content)
    const models = spec.cells.map((choice) =>
      model({ input: book.vocabulary, layers: [layerOf(choice, spec.hidden)], seed: 1 }),
    )
    this.#models.set(spec.purpose, models)
    if (spec.updates === 0) return
    const { runtime } = await studioRuntime()
    const { signal } = controller
    await Promise.all(
      models.map((each, lane) => this.#train({ model: each, lane, book, spec, runtime, signal })),
    )
  }

  stop(purpose: Purpose): void {
    this.#running.get(purpose)?.abort()
  }

  async #train({ model: own, lane, book, spec, runtime, signal }: Lane): Promise<void> {
    const { purpose, updates: steps, learningRate } = spec
    const { batch, window } = fitted(book.tokens.length, spec)
    const settings = { batch, window, steps, learningRate, validation: 'none', runtime, signal } as const
    let points: { step: number; loss: number }[] = []
    let told = 0
    for await (const { step, loss } of train(own, book, settings)) {
      points.push({ step, loss })
      if (performance.now() - told < tellEvery && step < steps) continue
      this.#tell({ kind: 'lane', purpose, lane, points })
      told = performance.now()
      points = []
    }
  }
}

interface Lane {
  readonly model: Model
  readonly lane: number
  readonly book: ReturnType<typeof text.from>
  readonly spec: LaneSpec
  readonly runtime: Runtime
  readonly signal: AbortSignal
}

function layerOf({ name, equations, init }: CellChoice, hidden: number) {
  return cell(name, equations, { init })(hidden)
}
