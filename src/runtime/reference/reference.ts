import { Turns } from '../../core/turns.ts'
import { addLaterMessages } from '../../core/later-messages.ts'
import type { Executable, Machine, ParameterBuffer, Program, Run, RunResult, Runtime } from '../types.ts'
import { differentiate } from '../../graph/differentiate.ts'
import { Builder, numbers, outsideTraining } from '../../graph/index.ts'
import { type Value, copies, entries, valueOf, zeros } from '../../graph/value.ts'
import { interpret } from '../../graph/interpret.ts'
import { applyAverage, applyUpdate, clipGradients, groupSettings } from './update.ts'
import { SluiceError } from '../../core/errors.ts'
import { checkPrecision, checkProgram, checkRun, checkWrite, checkWritten } from '../check.ts'

addLaterMessages()

/** The oracle: float64, node by node over the unplanned graph, on the caller's thread. */
export const reference: Runtime = {
  machine: { runtime: 'reference', isa: 'float64', threads: 1 },
  precisions: ['float32'],
  compile: async (program) => {
    checkPrecision(program, reference.precisions, reference.machine)
    return new ReferenceExecutable(program)
  },
}

/** Calls one after the other would never wait for anything. */
const turns = new Turns(20)

type Buffers = Record<ParameterBuffer, Float64Array>

class ReferenceExecutable implements Executable {
  readonly machine: Machine = reference.machine
  readonly #program: Program
  readonly #graph: Builder
  /** Node of each thing that can be read, and of each that can be written. */
  readonly #outputs = new Map<string, number>()
  readonly #inputs = new Map<string, number>()
  readonly #parameters = new Map<string, { node: number; gradient: number | undefined; buffers: Buffers }>()
  readonly #frozen = new Set<string>()
  /** Seed of scalar outputs: the share of a call. */
  #share: number | undefined
  readonly #written = new Map<string, Float64Array>()
  readonly #results = new Map<string, Float64Array>()

  constructor(program: Program) {
    const { graph, gradient } = program
    checkProgram(program)
    this.#program = program
    this.#graph = new Builder(numbers, graph.nodes)
    for (const { name, node } of graph.inputs) this.#inputs.set(name, node)
    for (const { name, node } of graph.outputs) this.#outputs.set(name, node)
    for (const name of gradient?.frozen ?? []) this.#frozen.add(name)
    const gradients = gradient ? this.#differentiate(gradient.of, gradient.inputs) : new Map<number, number>()
    for (const { name, node } of graph.parameters) {
      const size = entries(this.#graph.type(node).shape)
      const buffers = Object.fromEntries(
        (['value', 'gradient', 'slot0', 'slot1', 'slot2', 'average'] as const).map((key) => [
          key,
          new Float64Array(size),
        ]),
      ) as Buffers
      this.#parameters.set(name, { node, gradient: gradients.get(node), buffers })
    }
  }

  #differentiate(of: readonly string[], inputs: readonly string[]): ReadonlyMap<number, number> {
    const build = this.#graph
    const seeds = new Map<number, number>()
    for (const name of of) {
      const node = this.#node(this.#outputs, name)
      const type = build.type(node)
      const isScalar = type.shape.length === 0
      const seed = build.leaf('input', isScalar ? 'share' : `d ${name}`, type)
      if (isScalar) this.#share = seed
      else this.#inputs.set(`d ${name}`, seed)
      const before = seeds.get(node)
      seeds.set(node, before === undefined ? seed : build.add('add', [before, seed]))
    }
    const leaves = inputs.map((name) => this.#node(this.#inputs, name))
    const trained = this.#program.graph.parameters.filter(({ name }) => !this.#frozen.has(name))
    const all = [...trained.map(({ node }) => node), ...leaves]
    const gradients = differentiate(build, seeds, all)
    inputs.forEach((name, index) => {
      const leaf = leaves[index]!
      this.#outputs.set(`d ${name}`, gradients.get(leaf) ?? build.zeros(build.type(leaf)))
    })
    return gradients
  }

  #node(ports: ReadonlyMap<string, number>, name: string): number {
    const node = ports.get(name)
    if (node === undefined) {
      throw new SluiceError('program-name/value', { name, names: [...ports.keys()].join(', ') })
    }
    return node
  }

  write(name: string, data: ArrayLike<number>): void {
    this.#node(this.#inputs, name)
    checkWrite(this.#program, name, data)
    this.#written.set(name, Float64Array.from(data))
  }

  read(name: string): Float64Array {
    this.#node(this.#outputs, name)
    const result = this.#results.get(name)
    if (!result) throw new SluiceError('program-read/computed', { name })
    return result.slice()
  }

  #parameter(name: string) {
    const parameter = this.#parameters.get(name)
    if (!parameter) throw new SluiceError('program-name/parameter', { name })
    return parameter
  }

  /** The average of what is not trained is its value. */
  #buffer(name: string, buffer: ParameterBuffer): Float64Array {
    const { buffers } = this.#parameter(name)
    return buffers[buffer === 'average' && this.#frozen.has(name) ? 'value' : buffer]
  }

  writeParameter(name: string, data: ArrayLike<number>, buffer: ParameterBuffer = 'value'): void {
    const target = this.#buffer(name, buffer)
    if (data.length !== target.length) {
      throw new SluiceError('program-size/parameter', { name, needed: target.length, count: data.length })
    }
    target.set(data)
  }

  readParameter(name: string, buffer: ParameterBuffer = 'value'): Float64Array {
    return this.#buffer(name, buffer).slice()
  }

  async run(call: Run): Promise<RunResult> {
    checkRun(this.#program, call)
    checkWritten(this.#program, new Map([...this.#written].map(([name, data]) => [name, data.length])), call)
    if (turns.isDue()) await turns.give()
    if (call.mode !== 'update') this.#evaluate(call)
    const gradientNorm = call.update && call.mode !== 'forward' ? this.#update(call.update) : NaN
    return { loss: call.mode === 'update' ? NaN : (this.#results.get('loss')?.[0] ?? NaN), gradientNorm }
  }

  /** What states start from when they are carried: the finals of the last call. */
  #carried(): ReadonlyMap<string, Float64Array> {
    return new Map(
      this.#program.states.flatMap(({ initial, final }) => {
        const last = this.#results.get(final)
        return last ? [[initial, last] as const] : []
      }),
    )
  }

  #evaluate(call: Run): void {
    const { rows } = this.#program
    const withGradients = call.mode === 'gradients'
    const names = [...this.#outputs].filter(([name]) => withGradients || !name.startsWith('d '))
    const wanted = names.map(([, node]) => node)
    const gradients = withGradients ? [...this.#parameters.values()] : []
    for (const { gradient } of gradients) if (gradient !== undefined) wanted.push(gradient)
    const numbersOf = { steps: call.steps, rows, seed: call.seed ?? 0, update: call.counter ?? 0 }
    const graph = call.training ? this.#graph : { nodes: this.#graph.nodes.map(outsideTraining) }
    const values = interpret(graph, this.#leaves(call), numbersOf, wanted)
    this.#results.clear()
    for (const [name, node] of names) this.#results.set(name, values[node]!.data)
    for (const { gradient, buffers } of gradients) {
      if (!call.accumulate) buffers.gradient.fill(0)
      if (gradient !== undefined) values[gradient]!.data.forEach((x, i) => (buffers.gradient[i]! += x))
    }
  }

  #leaves({ steps, carry, share = 1 }: Run): ReadonlyMap<number, Value> {
    const { rows } = this.#program
    const carried = carry ? this.#carried() : undefined
    const leaves = new Map<number, Value>()
    for (const [name, node] of this.#inputs) {
      const type = this.#graph.type(node)
      const data = carried?.get(name) ?? this.#written.get(name)
      const count = copies(type, steps, rows) * entries(type.shape)
      leaves.set(node, data ? valueOf(type, steps, rows, data.subarray(0, count)) : zeros(type, steps, rows))
    }
    if (this.#share !== undefined) {
      const type = this.#graph.type(this.#share)
      leaves.set(this.#share, valueOf(type, steps, rows, [share]))
    }
    for (const { node, buffers } of this.#parameters.values()) {
      leaves.set(node, { type: this.#graph.type(node), steps, rows, data: buffers.value })
    }
    return leaves
  }

  #update(settings: NonNullable<Run['update']>): number {
    const trained = [...this.#parameters].filter(([name]) => !this.#frozen.has(name))
    const clipped = trained.map(([, { buffers }]) => buffers.gradient.slice())
    const norm = clipGradients(settings, clipped)
    trained.forEach(([name, { buffers }], i) => {
      const { value, slot0, slot1, slot2, average } = buffers
      applyUpdate(groupSettings(settings, name), value, clipped[i]!, [slot0, slot1, slot2])
      applyAverage(settings, average, value)
    })
    return norm
  }

  dispose(): void {
    this.#written.clear()
    this.#results.clear()
  }
}
