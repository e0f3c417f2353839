import type {
  Executable,
  GradientRequest,
  Machine,
  ParameterBuffer,
  Precision,
  Program,
  Run,
  RunResult,
  Runtime,
} from '../runtime/types.ts'
import type { Batch } from '../data/index.ts'
import type { Tensor } from '../interop/index.ts'
import { beginsInput } from '../model/add-stack.ts'
import { keepEveryFor } from '../runtime/keep.ts'
import type { ProgramOptions, Runnable, RuntimeSource } from './trainable.ts'

/** What one call reads; sampling has no targets. */
export type Input = Pick<Batch, 'steps' | 'inputs'>

/** Numbers by name. */
export type Tensors = ReadonlyMap<string, Tensor>

/** Everything in an executable that a continuation needs, in the precision of its runtime. */
export interface Snapshot {
  readonly weights: Tensors
  /** Average of the weights, where there is one. */
  readonly average?: Tensors
  /** By `slot0.NAME`, `slot1.NAME`, … */
  readonly slots: Tensors
  /** Carried states `[rows][size]` by the name of the input that they go into; also which rows begin, if any do. */
  readonly states: Tensors
}

const slotNames = ['slot0', 'slot1', 'slot2'] as const satisfies readonly ParameterBuffer[]

/** How a session trains, beside what its program says, and the precision of its products. */
export type TrainingRequest = Pick<GradientRequest, 'frozen' | 'average'> & { readonly precision?: Precision }

/** What of a window is kept for the way back, so that it fits into some memory. */
export interface Kept {
  /** States are kept at every so many steps; absent: everything is. */
  readonly every?: number
  /** About as many bytes are taken; absent where the runtime does not count them. */
  readonly bytes?: number
}

/** A model made executable, with the state that it carries from one window to the next. */
export class Session {
  readonly machine: Machine
  readonly kept: Kept
  readonly #executable: Executable
  readonly #program: Program
  readonly #model: Runnable
  /** Whether states start from what is learned, where a sequence begins. */
  readonly #learnsStarts: boolean
  /** States that the next window starts from; undefined: the final ones of the last window. */
  #pending: Tensors | undefined
  /** Whether an update has gone into the average of the weights. */
  #averaged = false

  private constructor(model: Runnable, program: Program, executable: Executable, kept: Kept) {
    this.machine = executable.machine
    this.kept = kept
    this.#model = model
    this.#program = program
    this.#executable = executable
    this.#learnsStarts = program.graph.inputs.some(({ name }) => name === beginsInput)
    this.reset()
    for (const [name, { data }] of model.parameters) executable.writeParameter(name, data)
  }

  /**
   * Compiles a model, with products in a precision, and gives it its current weights.
   * @param memory bytes that it may take: windows that take more run in parts, with the same bits
   */
  static async open(
    model: Runnable,
    source: RuntimeSource,
    options: ProgramOptions,
    { memory, ...training }: TrainingRequest & { readonly memory?: number } = {},
  ): Promise<Session> {
    const runtime = await source
    const made = model.program(options)
    const { precision, ...gradient } = training
    const asked = made.gradient ? { ...made, gradient: { ...made.gradient, ...gradient } } : made
    const whole = precision === undefined ? asked : { ...asked, precision }
    const kept = memory === undefined ? {} : keptIn(memory, runtime, whole)
    const program = kept.every === undefined ? whole : { ...whole, keepEvery: kept.every }
    return new Session(model, program, await runtime.compile(program), kept)
  }

  /** The next window starts from states of zero, or from those that are learned: a sequence begins in every row. */
  reset(): void {
    const zeros = new Map<string, Tensor>()
    for (const { initial } of this.#program.states) {
      const shape = this.#stateShape(initial)
      zeros.set(initial, { shape, data: new Float32Array(shape.reduce((size, next) => size * next, 1)) })
    }
    if (this.#learnsStarts) zeros.set(beginsInput, this.#begins(1))
    this.#pending = zeros
  }

  /** Whether a sequence begins, the same for every row. */
  #begins(value: 0 | 1): Tensor {
    const { rows } = this.#program
    return { shape: [rows], data: new Float32Array(rows).fill(value) }
  }

  #stateShape(name: string): readonly number[] {
    const { graph, rows } = this.#program
    const port = graph.inputs.find((input) => input.name === name)
    return [rows, ...(port ? graph.nodes[port.node]!.type.shape : [])]
  }

  /** The states that the next window starts from. */
  states(): Tensors {
    if (this.#pending) return this.#pending
    return new Map(
      this.#program.states.map(({ initial, final }) => [
        initial,
        { shape: this.#stateShape(initial), data: this.#executable.read(final).slice() },
      ]),
    )
  }

  /** The next window starts from these states. */
  setStates(states: Tensors): void {
    this.#pending = states
  }

  /** Runs one window and carries the state on. */
  run(input: Input, call: Omit<Run, 'steps' | 'carry'>): Promise<RunResult> {
    return this.#executable.run(this.#give(input, call))
  }

  /** Runs a short window before it returns; `undefined`, and nothing run, where only `run` can (see `Executable`). */
  runNow(input: Input, call: Omit<Run, 'steps' | 'carry'>): RunResult | undefined {
    if (this.#pending || !this.#executable.runNow) return undefined
    return this.#executable.runNow(this.#give(input, call))
  }

  /** Writes what a window starts from. */
  #give({ steps, inputs }: Input, call: Omit<Run, 'steps' | 'carry'>): Run {
    const carry = this.#pending === undefined
    if (this.#learnsStarts) this.#executable.write(beginsInput, this.#begins(0).data)
    for (const [name, { data }] of this.#pending ?? []) this.#executable.write(name, data)
    this.#pending = undefined
    for (const name in inputs) this.#executable.write(name, inputs[name]!)
    if (call.update?.averageShare) this.#averaged = true
    return { ...call, steps, carry }
  }

  /** Gradients of the last call with gradients, in the order of the parameters. */
  gradients(): Tensors {
    return this.#buffers('gradient')
  }

  /** An output of the last window. */
  read(name: string): Float32Array | Float64Array {
    return this.#executable.read(name)
  }

  /** Copies the current weights into the model: their average, once there is one. */
  pull(): void {
    const buffer = this.#averaged ? 'average' : 'value'
    for (const [name, { data }] of this.#model.parameters)
      data.set(this.#executable.readParameter(name, buffer))
  }

  /** Does something with the average of the weights, once there is one, in their place. */
  async withAverage<T>(task: () => Promise<T>): Promise<T> {
    if (!this.#averaged) return task()
    const weights = this.#buffers('value')
    this.#write(this.#buffers('average'))
    try {
      return await task()
    } finally {
      this.#write(weights)
    }
  }

  #write(tensors: Tensors, buffer: ParameterBuffer = 'value'): void {
    for (const [name, { data }] of tensors) this.#executable.writeParameter(name, data, buffer)
  }

  /** A copy of everything that a continuation needs. */
  snapshot(): Snapshot {
    const slots = new Map<string, Tensor>()
    for (const slot of slotNames.slice(0, this.#program.gradient?.slots ?? 0)) {
      for (const [name, tensor] of this.#buffers(slot)) slots.set(`${slot}.${name}`, tensor)
    }
    const average = this.#averaged ? { average: this.#buffers('average') } : {}
    return { weights: this.#buffers('value'), ...average, slots, states: this.states() }
  }

  #buffers(buffer: ParameterBuffer): Tensors {
    return new Map(
      [...this.#model.parameters].map(([name, { shape }]) => [
        name,
        { shape, data: this.#executable.readParameter(name, buffer).slice() },
      ]),
    )
  }

  /** Goes on from a snapshot. */
  restore({ weights, average, slots, states }: Snapshot): void {
    this.#averaged = average !== undefined
    this.#write(average ?? new Map(), 'average')
    this.#write(weights)
    for (const [key, { data }] of slots) {
      const dot = key.indexOf('.')
      this.#executable.writeParameter(key.slice(dot + 1), data, key.slice(0, dot) as ParameterBuffer)
    }
    this.setStates(states)
  }

  /** Frees the executable. */
  dispose(): void {
    this.#executable.dispose()
  }
}

/** What to keep of windows in some memory; where that is too little, what takes least. */
function keptIn(memory: number, runtime: Runtime, program: Program): Kept {
  if (!runtime.bytes) return {}
  const least = runtime.bytes({ ...program, keepEvery: 1 })
  const every = keepEveryFor(runtime, program, Math.max(memory, least))
  if (every === undefined) return { bytes: runtime.bytes(program) }
  return { every, bytes: runtime.bytes({ ...program, keepEvery: every }) }
}
