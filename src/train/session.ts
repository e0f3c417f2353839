import type {
  Executable,
  Machine,
  ParameterBuffer,
  Precision,
  Program,
  Run,
  RunResult,
} from '../runtime/types.ts'
import type { Tensor } from '../interop/index.ts'
import type { ProgramOptions, RuntimeSource, Trainable } from './trainable.ts'

/** Tokens of one call, `[steps][rows]`; sampling has no targets. */
export interface Input {
  readonly steps: number
  readonly tokens: ArrayLike<number>
  readonly targets?: ArrayLike<number>
}

/** Numbers by name. */
export type Tensors = ReadonlyMap<string, Tensor>

/** Everything in an executable that a continuation needs, in the precision of its runtime. */
export interface Snapshot {
  readonly weights: Tensors
  /** By `slot0.NAME`, `slot1.NAME`, … */
  readonly slots: Tensors
  /** Carried states `[rows][size]` by the name of the input that they go into. */
  readonly states: Tensors
}

const slotNames = ['slot0', 'slot1', 'slot2'] as const satisfies readonly ParameterBuffer[]

/** A model made executable, with the state that it carries from one window to the next. */
export class Session {
  readonly machine: Machine
  readonly #executable: Executable
  readonly #program: Program
  readonly #model: Trainable
  /** States that the next window starts from; undefined: the final ones of the last window. */
  #pending: Tensors | undefined

  private constructor(model: Trainable, program: Program, executable: Executable) {
    this.machine = executable.machine
    this.#model = model
    this.#program = program
    this.#executable = executable
    this.reset()
    for (const [name, { data }] of model.parameters) executable.writeParameter(name, data)
  }

  /** Compiles a model, with products in a precision, and gives it its current weights. */
  static async open(
    model: Trainable,
    runtime: RuntimeSource,
    options: ProgramOptions,
    precision: Precision = 'float32',
  ): Promise<Session> {
    const program = { ...model.program(options), precision }
    return new Session(model, program, await (await runtime).compile(program))
  }

  /** The next window starts from states of zero. */
  reset(): void {
    const zeros = new Map<string, Tensor>()
    for (const { initial } of this.#program.states) {
      const shape = this.#stateShape(initial)
      zeros.set(initial, { shape, data: new Float32Array(shape.reduce((size, next) => size * next, 1)) })
    }
    this.#pending = zeros
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
  run({ steps, tokens, targets }: Input, call: Omit<Run, 'steps' | 'carry'>): Promise<RunResult> {
    const carry = this.#pending === undefined
    for (const [name, { data }] of this.#pending ?? []) this.#executable.write(name, data)
    this.#pending = undefined
    this.#executable.write('tokens', tokens)
    if (targets) this.#executable.write('targets', targets)
    return this.#executable.run({ ...call, steps, carry })
  }

  /** Gradients of the last call with gradients, in the order of the parameters. */
  gradients(): Tensors {
    return this.#buffers('gradient')
  }

  /** An output of the last window. */
  read(name: string): Float32Array | Float64Array {
    return this.#executable.read(name)
  }

  /** Copies the current weights into the model. */
  pull(): void {
    for (const [name, { data }] of this.#model.parameters) data.set(this.#executable.readParameter(name))
  }

  /** A copy of everything that a continuation needs. */
  snapshot(): Snapshot {
    const slots = new Map<string, Tensor>()
    for (const slot of slotNames.slice(0, this.#program.gradient?.slots ?? 0)) {
      for (const [name, tensor] of this.#buffers(slot)) slots.set(`${slot}.${name}`, tensor)
    }
    return { weights: this.#buffers('value'), slots, states: this.states() }
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
  restore({ weights, slots, states }: Snapshot): void {
    for (const [name, { data }] of weights) this.#executable.writeParameter(name, data)
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
