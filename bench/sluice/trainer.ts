import { Stream } from '../../src/core/random.ts'
import type { Model } from '../../src/model/index.ts'
import type { Executable, Precision, Runtime } from '../../src/runtime/index.ts'
import { resolveOptimizer, slotCount, updateSettings } from '../../src/train/optimizers.ts'
import { rates } from './rates.ts'

const optimizer = resolveOptimizer('adam')

/** Buffers that the optimizer needs for each parameter. */
export const slots = slotCount(optimizer)

/** A window of random tokens and targets, `[steps][rows]`; always the same. */
export function randomWindow(symbols: number, rows: number, steps: number) {
  const random = new Stream(1)
  const tokens = () => Int32Array.from({ length: rows * steps }, () => random.below(symbols))
  return { tokens: tokens(), targets: tokens() }
}

/** Windows of fixed tokens: how many rows and steps, and whether each starts from the states of the one before. */
export interface WindowShape {
  readonly rows: number
  readonly steps: number
  readonly carries: boolean
  /** Of the products of training; float32 unless given. */
  readonly precision?: Precision | undefined
}

/** A model made executable for windows of fixed tokens: the unit of work of training and of reading. */
abstract class Windows {
  protected readonly executable: Executable
  protected readonly steps: number
  readonly #carries: boolean
  readonly #window: ReturnType<typeof randomWindow>
  /** Windows so far. */
  protected count = 0

  protected constructor(model: Model, executable: Executable, { rows, steps, carries }: WindowShape) {
    this.executable = executable
    this.steps = steps
    this.#carries = carries
    this.#window = randomWindow(model.vocabulary.size, rows, steps)
    for (const [name, { data }] of model.parameters) executable.writeParameter(name, data)
  }

  /** The window's tokens and targets go in; says whether states are carried on. */
  protected next(): boolean {
    this.executable.write('tokens', this.#window.tokens)
    this.executable.write('targets', this.#window.targets)
    return this.count++ > 0 && this.#carries
  }

  dispose(): void {
    this.executable.dispose()
  }
}

/** A model in training on one window of random tokens: the step that is measured. */
export class Trainer extends Windows {
  /** Compiles the training program of a model and gives it its first weights. */
  static async open(model: Model, runtime: Runtime, shape: WindowShape): Promise<Trainer> {
    const { rows, steps, precision } = shape
    const program = model.program({ rows, steps, training: true, slots })
    const executable = await runtime.compile(precision === undefined ? program : { ...program, precision })
    return new Trainer(model, executable, shape)
  }

  /** One update: forward, backward, clipping, Adam. Gives the loss before it. */
  async step(): Promise<number> {
    const carry = this.next()
    const update = updateSettings(optimizer, { ...rates, count: this.count })
    const run = { mode: 'gradients', steps: this.steps, carry, update, training: true } as const
    return (await this.executable.run(run)).loss
  }
}

/** A model that reads one window of random tokens over and over: states, logits and loss, no gradients. */
export class Reader extends Windows {
  /** Compiles the forward program of a model and gives it its weights. */
  static async open(model: Model, runtime: Runtime, shape: WindowShape): Promise<Reader> {
    const { rows, steps } = shape
    const executable = await runtime.compile(model.program({ rows, steps, training: false }))
    return new Reader(model, executable, shape)
  }

  /** Reads the window. Gives its loss. */
  async step(): Promise<number> {
    const carry = this.next()
    return (await this.executable.run({ mode: 'forward', steps: this.steps, carry })).loss
  }

  /** Logits `[steps][rows][symbols]` of the last window. */
  logits(): readonly number[] {
    return [...this.executable.read('logits')]
  }
}
