import { Stream } from '../../src/core/random.ts'
import type { Executable, Runtime } from '../../src/runtime/index.ts'
import { resolveOptimizer, updateSettings } from '../../src/train/optimizers.ts'
import { type LayerBatch, type LayerForm, type LayerSize, batchesOf, layerProgram } from '../layers.ts'
import { rates } from './rates.ts'

const optimizer = resolveOptimizer('adam')

/** Size of the batches whose numbers are checked before anything is timed. */
export const checkedSize = ({ hidden }: LayerSize): LayerSize => ({ hidden, batch: 3, steps: 4 })

/** A layer in training on batches of random vectors. */
export class LayerTrainer {
  readonly #executable: Executable
  readonly #batches: readonly LayerBatch[]
  /** Biases, gains and other parameters of one dimension. */
  readonly #vectors: readonly string[]
  /** What goes in and what comes back, for the longest batch. */
  readonly #x: Float32Array
  readonly #dy: Float32Array
  #count = 0

  private constructor(
    executable: Executable,
    rows: number,
    batches: readonly LayerBatch[],
    made: ReturnType<typeof layerProgram>,
    width: number,
  ) {
    this.#executable = executable
    this.#batches = batches
    const all = [...made.parameters]
    this.#vectors = all.filter(([, { shape }]) => shape.length === 1).map(([name]) => name)
    for (const [name, { data }] of all) executable.writeParameter(name, data)
    const random = new Stream(2)
    const places = made.program.steps * rows
    const vectors = (size: number) => Float32Array.from({ length: places * size }, () => random.float() - 0.5)
    this.#x = vectors(width)
    this.#dy = vectors(made.size)
  }

  /** Compiles the training program of a form and gives it its first weights. */
  static async open(form: LayerForm, runtime: Runtime, size: LayerSize): Promise<LayerTrainer> {
    const made = layerProgram(form, size)
    const { batches } = batchesOf(form, size)
    return new LayerTrainer(await runtime.compile(made.program), size.batch, batches, made, size.hidden)
  }

  /** One update for each batch. Gives the seconds that they took, without what it takes to write the vectors. */
  async step(): Promise<number> {
    let seconds = 0
    for (const batch of this.#batches) {
      this.#write(batch)
      const start = performance.now()
      await this.#run(batch)
      seconds += (performance.now() - start) / 1000
    }
    return seconds
  }

  /** Gradients of the first batch's input and of all vectors of parameters, before any update. */
  async numbers(): Promise<readonly number[]> {
    const first = this.#batches[0]!
    this.#write(first)
    await this.#executable.run({ mode: 'gradients', steps: first.steps, training: true, seed: 1, counter: 1 })
    const gradients = this.#vectors.map((name) => this.#executable.readParameter(name, 'gradient'))
    return [this.#executable.read('d x'), ...gradients].flatMap((data) => [...data])
  }

  #write({ steps, lengths }: LayerBatch): void {
    const part = (data: Float32Array) => data.subarray(0, (data.length / this.#longest) * steps)
    this.#executable.write('x', part(this.#x))
    this.#executable.write('d y', part(this.#dy))
    if (lengths) this.#executable.write('lengths', lengths)
  }

  get #longest(): number {
    return Math.max(...this.#batches.map(({ steps }) => steps))
  }

  async #run({ steps }: LayerBatch): Promise<void> {
    const count = ++this.#count
    const update = updateSettings(optimizer, { ...rates, count })
    await this.#executable.run({ mode: 'gradients', steps, training: true, seed: 1, counter: count, update })
  }

  dispose(): void {
    this.#executable.dispose()
  }
}
