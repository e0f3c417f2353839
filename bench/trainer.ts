import { Stream } from '../src/core/random.ts'
import type { Model } from '../src/model/index.ts'
import type { Executable, Runtime } from '../src/runtime/index.ts'
import { resolveOptimizer, slotCount, updateSettings } from '../src/train/optimizers.ts'

const optimizer = resolveOptimizer('adam')
const rates = { learningRate: 1e-3, clipNorm: 5, clipValue: 0 }

/** A model in training on one window of random tokens: the step that is measured. */
export class Trainer {
  readonly #executable: Executable
  readonly #steps: number
  readonly #tokens: Int32Array
  readonly #targets: Int32Array
  #count = 0

  private constructor(executable: Executable, symbols: number, rows: number, steps: number) {
    const random = new Stream(1)
    const tokens = () => Int32Array.from({ length: rows * steps }, () => random.below(symbols))
    this.#executable = executable
    this.#steps = steps
    this.#tokens = tokens()
    this.#targets = tokens()
  }

  /** Compiles the training program of a model and gives it its first weights. */
  static async open(model: Model, runtime: Runtime, rows: number, steps: number): Promise<Trainer> {
    const program = model.program({ rows, steps, training: true, slots: slotCount(optimizer) })
    const executable = await runtime.compile(program)
    for (const [name, { data }] of model.parameters) executable.writeParameter(name, data)
    return new Trainer(executable, model.vocabulary.size, rows, steps)
  }

  /** One update: forward, backward, clipping, Adam, with the states carried on. Gives the loss before it. */
  async step(): Promise<number> {
    this.#executable.write('tokens', this.#tokens)
    this.#executable.write('targets', this.#targets)
    const carry = this.#count > 0
    const update = updateSettings(optimizer, { ...rates, count: ++this.#count })
    const run = { mode: 'gradients', steps: this.#steps, carry, update, training: true } as const
    return (await this.#executable.run(run)).loss
  }

  dispose(): void {
    this.#executable.dispose()
  }
}

const checkRows = 3
const checkSteps = 4
const checkUpdates = 3

/** Losses of the first updates of a model on a few rows and steps: what is checked before anything is timed. */
export async function firstLosses(model: Model, runtime: Runtime): Promise<readonly number[]> {
  const trainer = await Trainer.open(model, runtime, checkRows, checkSteps)
  const losses: number[] = []
  for (let i = 0; i < checkUpdates; i++) losses.push(await trainer.step())
  trainer.dispose()
  return losses
}
