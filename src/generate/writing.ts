import {
  type Numbers,
  type SequenceModel,
  answerOutput,
  memoryMask,
  sourceLengths,
  writes,
} from '../model/index.ts'
import { SluiceError } from '../core/errors.ts'
import { type RuntimeSource, Session, type Tensors, usedFor } from '../train/index.ts'

/** How many sequences are written at once. */
export interface WritingSize {
  /** Most inputs. */
  readonly inputs: number
  /** Rows of each input, which begin alike. */
  readonly copies: number
  /** Most steps of an input. */
  readonly longest: number
}

/** A model that writes, made ready for several sequences side by side: the rows of an input stand beside each other. */
export class Writing {
  readonly #model: SequenceModel
  readonly #size: WritingSize
  readonly #encoder: Session | undefined
  readonly #decoder: Session
  #inputs: readonly Numbers[] = []
  /** What the decoder is given with its next step. */
  #given: Record<string, ArrayLike<number>> = {}
  #isFirst = true

  private constructor(
    model: SequenceModel,
    size: WritingSize,
    [decoder, encoder]: readonly [Session, Session?],
  ) {
    this.#model = model
    this.#size = size
    this.#encoder = encoder
    this.#decoder = decoder
  }

  /** @throws SluiceError `model-shape` for a model that does not write */
  static async open(model: SequenceModel, runtime: RuntimeSource, size: WritingSize): Promise<Writing> {
    const { inputs, copies, longest } = size
    const { shape } = model.config
    if (!writes({ shape })) throw new SluiceError('model-shape/sample', { shape })
    const once = { rows: inputs * copies, steps: 1, training: false }
    const decoder = await Session.open(usedFor(model, 'continue', longest), runtime, once)
    if (shape === 'one-to-many') return new Writing(model, size, [decoder])
    const whole = { rows: inputs, steps: longest, training: false }
    const encoder = await Session.open(usedFor(model, 'encode'), runtime, whole)
    return new Writing(model, size, [decoder, encoder])
  }

  /** Reads what is to be written from, and begins every row anew. */
  async begin(inputs: readonly Numbers[]): Promise<void> {
    this.#inputs = inputs
    this.#isFirst = true
    this.#decoder.reset()
    if (!this.#encoder) return
    const read = this.#model.layout.sources(inputs, this.#size.inputs)
    await this.#encoder.run(read, { mode: 'forward', training: false })
    const lengths = read.inputs[sourceLengths]!
    this.#given = this.#memories(this.#encoder, read.steps, lengths)
    const starts = this.#model.memory.starts.map(({ state, output }) => [state, output] as const)
    this.#decoder.setStates(this.#started(this.#encoder, new Map(starts)))
  }

  #memories(encoder: Session, steps: number, lengths: ArrayLike<number>): Record<string, Float32Array> {
    const { inputs: rows, copies, longest: places } = this.#size
    const { reads } = this.#model.memory
    if (reads.length === 0) return {}
    const mask = Float32Array.from({ length: rows * places }, (_unused, i) =>
      Number(i % places < lengths[Math.floor(i / places)]!),
    )
    const extent = { rows, steps, places }
    const memories = reads.map((name) => [name, asPlaces(encoder.read(name), extent)] as const)
    return Object.fromEntries(
      [[memoryMask, mask] as const, ...memories].map(([name, data]) => [name, repeated(data, rows, copies)]),
    )
  }

  #started(encoder: Session, starts: ReadonlyMap<string, string>): Tensors {
    const { inputs: rows, copies } = this.#size
    return new Map(
      Array.from(this.#decoder.states(), ([state, tensor]) => {
        const output = starts.get(state)
        if (output === undefined) return [state, tensor]
        return [state, { shape: tensor.shape, data: repeated(encoder.read(output), rows, copies) }]
      }),
    )
  }

  /**
   * One more step in every row.
   * @param previous the token before of each row; of the first step the mark
   * @param parents the row whose past each row goes on with; its own unless given
   */
  async step(previous: ArrayLike<number>, parents?: ArrayLike<number>): Promise<void> {
    if (parents) this.#reorder(parents)
    const { inputs: count, copies } = this.#size
    const inputs = Array.from({ length: count * copies }, (_unused, row) => {
      const input = Math.floor(row / copies)
      return this.#inputs[Math.min(input, this.#inputs.length - 1)]!
    })
    const next = this.#model.layout.next(inputs, previous, this.#isFirst)
    const given = { steps: 1, inputs: { ...next.inputs, ...this.#given } }
    this.#given = {}
    this.#isFirst = false
    await this.#decoder.run(given, { mode: 'forward', training: false })
  }

  #reorder(parents: ArrayLike<number>): void {
    if (Array.from(parents).every((parent, row) => parent === row)) return
    const states = this.#decoder.states()
    const rows = parents.length
    this.#decoder.setStates(
      new Map(
        Array.from(states, ([name, { shape, data }]) => {
          const size = data.length / rows
          const moved = new Float32Array(data.length)
          for (let row = 0; row < rows; row++) {
            const from = parents[row]! * size
            moved.set(data.subarray(from, from + size), row * size)
          }
          return [name, { shape, data: moved }]
        }),
      ),
    )
  }

  /** Logits of the last step in a row; good until the next. */
  logits(row: number): ArrayLike<number> {
    return this.#row(answerOutput, row, this.#model.outputSize)
  }

  /** Weights that the last step in a row gave to each place, by the names of `memory.weights`. */
  weights(row: number): readonly Float32Array[] {
    const { longest } = this.#size
    return this.#model.memory.weights.map((name) => Float32Array.from(this.#row(name, row, longest)))
  }

  #row(name: string, row: number, size: number): ArrayLike<number> {
    return this.#decoder.read(name).subarray(row * size, (row + 1) * size)
  }

  /** Frees what running takes. */
  dispose(): void {
    this.#encoder?.dispose()
    this.#decoder.dispose()
  }
}

/** A sequence `[steps][rows][size]` as memories `[rows][places][size]`, zero beyond the steps. */
function asPlaces(
  sequence: ArrayLike<number>,
  { rows, steps, places }: { readonly rows: number; readonly steps: number; readonly places: number },
): Float32Array {
  const size = sequence.length / (rows * steps)
  const memory = new Float32Array(rows * places * size)
  for (let i = 0; i < sequence.length; i++) {
    const [step, row] = [Math.floor(i / (rows * size)), Math.floor(i / size) % rows]
    memory[(row * places + step) * size + (i % size)] = sequence[i]!
  }
  return memory
}

/** What each row has, several times. */
function repeated(data: ArrayLike<number>, rows: number, copies: number): Float32Array {
  const size = data.length / rows
  return Float32Array.from({ length: data.length * copies }, (_unused, i) => {
    const row = Math.floor(i / (size * copies))
    return data[row * size + (i % size)]!
  })
}
