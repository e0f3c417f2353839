import { type Tokenizer, Vocabulary } from '../../src/data/index.ts'
import type {
  Executable,
  ParameterBuffer,
  Program,
  Run,
  RunResult,
  Runtime,
} from '../../src/runtime/types.ts'
import { applyUpdate, clipGradients } from '../../src/runtime/reference/update.ts'
import type { ProgramOptions, Trainable } from '../../src/train/index.ts'

/*
 * A small model that is fast and whose every number can be followed by hand: with one state s a row and V symbols,
 *   s' = s / 2 + token / V        logits[v] = table[token][v] + s' gain[v]
 * The gradient does not go through s, which has no parameters.
 */

/** The vocabulary `abc…` of a size. */
export function letters(size: number): Vocabulary {
  return Vocabulary.of('abcdefghijklmnopqrstuvwxyz'.slice(0, size))
}

export function fakeModel(vocabulary: Tokenizer, name = 'fake'): Trainable {
  const { size } = vocabulary
  const weights = (shape: readonly number[]) => ({
    shape,
    data: Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_x, i) => ((i * 7) % 11) / 20 - 0.25,
    ),
  })
  const parameters = new Map([
    ['table', weights([size, size])],
    ['gain', weights([size])],
  ])
  return { vocabulary, config: { name, size }, parameters, program }
}

function program({ rows, steps, training, slots = 0 }: ProgramOptions): Program {
  const row = { op: 'input', inputs: [], attributes: {}, type: { extent: 'row', shape: [1] } } as const
  return {
    graph: { nodes: [row], inputs: [{ name: 's', node: 0 }], parameters: [], outputs: [] },
    rows,
    steps,
    states: [{ initial: 's', final: 's final' }],
    ...(training && { gradient: { of: ['loss'], inputs: [], slots } }),
  }
}

export interface FakeOptions {
  /** Rounds everything that is kept to float32, as fast runtimes do. */
  readonly single?: boolean
  /** Called before every run; may change the loss. */
  readonly onRun?: (call: Run) => number | undefined | void
}

/** Executables made and disposed of, to see that none leaks. */
export interface FakeRuntime extends Runtime {
  alive: number
}

export function fakeRuntime({ single = true, onRun }: FakeOptions = {}): FakeRuntime {
  const runtime: FakeRuntime = {
    alive: 0,
    machine: { runtime: 'reference', isa: single ? 'fake32' : 'fake64', threads: 1 },
    precisions: ['float32', 'bf16'],
    compile: async (compiled) => {
      runtime.alive++
      return new FakeExecutable(compiled, single, onRun, () => runtime.alive--)
    },
  }
  return runtime
}

type Buffers = Record<ParameterBuffer, Float64Array>

class FakeExecutable implements Executable {
  readonly machine
  readonly #rows: number
  readonly #single: boolean
  readonly #onRun: FakeOptions['onRun']
  readonly #disposed: () => void
  readonly #parameters = new Map<string, Buffers>()
  #tokens: ArrayLike<number> = []
  #targets: ArrayLike<number> = []
  #initial: Float64Array
  #final: Float64Array
  #logits = new Float64Array()

  constructor({ rows }: Program, single: boolean, onRun: FakeOptions['onRun'], disposed: () => void) {
    this.machine = { runtime: 'reference', isa: single ? 'fake32' : 'fake64', threads: 1 } as const
    this.#rows = rows
    this.#single = single
    this.#onRun = onRun
    this.#disposed = disposed
    this.#initial = new Float64Array(rows)
    this.#final = new Float64Array(rows)
  }

  write(name: string, data: ArrayLike<number>): void {
    if (name === 's') this.#initial = Float64Array.from(data)
    if (name === 'tokens') this.#tokens = data
    if (name === 'targets') this.#targets = data
  }

  read(name: string): Float64Array | Float32Array {
    const data = name === 's final' ? this.#final : this.#logits
    return this.#single ? Float32Array.from(data) : data.slice()
  }

  #buffers(name: string, size: number): Buffers {
    const found = this.#parameters.get(name)
    if (found) return found
    const names = ['value', 'gradient', 'slot0', 'slot1', 'slot2'] as const
    const buffers = Object.fromEntries(names.map((key) => [key, new Float64Array(size)])) as Buffers
    this.#parameters.set(name, buffers)
    return buffers
  }

  writeParameter(name: string, data: ArrayLike<number>, buffer: ParameterBuffer = 'value'): void {
    this.#buffers(name, data.length)[buffer].set(data)
  }

  readParameter(name: string, buffer: ParameterBuffer = 'value'): Float64Array | Float32Array {
    const data = this.#buffers(name, 0)[buffer]
    return this.#single ? Float32Array.from(data) : data.slice()
  }

  async run(call: Run): Promise<RunResult> {
    const loss = this.#onRun?.(call) ?? this.#window(call)
    if (!call.update) return { loss, gradientNorm: NaN }
    const all = [...this.#parameters.values()]
    const norm = clipGradients(
      call.update,
      all.map(({ gradient }) => gradient),
    )
    for (const { value, gradient, slot0, slot1, slot2 } of all) {
      applyUpdate(call.update, value, gradient, [slot0, slot1, slot2])
      for (const kept of [value, slot0, slot1, slot2]) this.#round(kept)
    }
    return { loss, gradientNorm: norm }
  }

  #round(data: Float64Array): void {
    if (this.#single) data.forEach((x, i) => (data[i] = Math.fround(x)))
  }

  #window({ steps, carry, mode }: Run): number {
    const rows = this.#rows
    const table = this.#parameters.get('table')!
    const gain = this.#parameters.get('gain')!
    const size = gain.value.length
    const state = (carry ? this.#final : this.#initial).slice()
    const counted = Array.from(this.#targets).filter((target) => target >= 0).length
    if (mode === 'gradients') for (const { gradient } of [table, gain]) gradient.fill(0)
    this.#logits = new Float64Array(steps * rows * size)
    let loss = 0
    for (let at = 0; at < steps * rows; at++) {
      const token = this.#tokens[at]!
      const s = state[at % rows]! / 2 + token / size
      state[at % rows] = s
      const logits = this.#logits.subarray(at * size, (at + 1) * size)
      logits.forEach((_zero, v) => (logits[v] = table.value[token * size + v]! + s * gain.value[v]!))
      const target = this.#targets[at] ?? -1
      if (target < 0) continue
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
      loss += (Math.log(total) - logits[target]!) / counted
      if (mode !== 'gradients') continue
      logits.forEach((logit, v) => {
        const error = (Math.exp(logit) / total - (v === target ? 1 : 0)) / counted
        table.gradient[token * size + v]! += error
        gain.gradient[v]! += s * error
      })
    }
    this.#final = state
    this.#round(this.#final)
    return counted === 0 ? 0 : loss
  }

  dispose(): void {
    this.#disposed()
  }
}

/** A text of `count` letters that is neither constant nor random. */
export function pattern(count: number, size: number): string {
  return Array.from({ length: count }, (_x, i) => String.fromCharCode(97 + ((i * i + (i >> 2)) % size))).join(
    '',
  )
}

/** Everything that an iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
