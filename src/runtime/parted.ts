import { SluiceError, Unsupported } from '../core/errors.ts'
import { ancestors, isLoss, lossDivisor, marksOf } from '../graph/index.ts'
import { entries } from '../graph/value.ts'
import { checkRun, checkWrite, checkWritten } from './check.ts'
import { type PartState, type PartedGraph, partGraph } from './parted-graph.ts'
import type { Executable, Machine, ParameterBuffer, Program, Run, RunResult } from './types.ts'

/** What a call knows of the window that it is a part of. */
export interface Part {
  /** Steps of the window before this part. */
  readonly firstStep: number
  /** Whether a later part went back before this one, and whether an earlier one is to go back yet. */
  readonly continued: boolean
  readonly unfinished: boolean
  /** Sum of the losses of the parts before, and the number that sums are multiplied by. */
  readonly lossSum: number
  readonly lossScale: number
}

/** What a part gives back: also the sum of the losses of all parts up to it. */
export interface PartResult extends RunResult {
  readonly lossSum: number
}

/** An executable that can run a part of a window. */
export interface PartExecutable extends Executable {
  runPart(call: Run, part: Part): Promise<PartResult>
}

/** A graph in parts of which gradients are wanted. */
export interface Parts extends PartedGraph {
  /** States whose gradients go back from part to part. */
  readonly returning: readonly PartState[]
}

/**
 * The program of one part of `steps` steps of a program's windows.
 * @throws Unsupported where parts cannot make what whole windows do
 */
export function partProgram(program: Program, steps: number): { program: Program; parts: Parts } {
  checkGradients(program)
  const parts = partGraph(program.graph)
  const returning = learningStates(parts, program)
  const { graph, states } = parts
  const { gradient, rows } = program
  const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])]
  const finals = returning.map(({ final }) => final)
  const initial = returning.map((state) => state.initial)
  const wanted = gradient && {
    gradient: {
      ...gradient,
      of: union(gradient.of, finals),
      inputs: union(gradient.inputs, initial),
    },
  }
  return { program: { graph, rows, steps, states, ...wanted }, parts: { ...parts, returning } }
}

/**
 * States that depend on what a gradient is wanted of, as in whole windows: a gradient more would be work for nothing, and
 * a value that is read once more is rounded where it was part of a larger instruction.
 */
function learningStates({ graph, states }: PartedGraph, { gradient }: Program): readonly PartState[] {
  const { frozen = [], inputs = [] } = gradient ?? {}
  const wanted = [
    ...graph.parameters.filter(({ name }) => !frozen.includes(name)),
    ...graph.inputs.filter(({ name }) => inputs.includes(name)),
  ]
  return states.filter(({ final }) => {
    const { node } = graph.outputs.find(({ name }) => name === final)!
    const before = ancestors(graph, [node])
    return wanted.some((port) => before.has(port.node))
  })
}

/** Makes sure that no gradient is wanted that adds up over the steps outside the sums that go on from part to part. */
function checkGradients({ graph, gradient }: Program): void {
  const memories = graph.inputs.filter(({ node }) => graph.nodes[node]!.type.shape.length === 2)
  const wanted = memories.find(({ name }) => gradient?.inputs.includes(name))
  if (wanted) throw new Unsupported('unsupported/parts-memory', { name: wanted.name })
}

/** Bytes that a program in parts takes beside the program of a part: its inputs, and the states between parts. */
export function partedBytes({ graph, rows, steps }: Program, { states }: PartedGraph, every: number): number {
  const shapes = graph.inputs.map(({ node }) => graph.nodes[node]!.type)
  const inputs = shapes.reduce(
    (sum, { extent, shape }) => sum + entries(shape) * (extent === 'step' ? steps : 1),
    0,
  )
  const kept = states.reduce((sum, { size }) => sum + size, 0) * (1 + Math.ceil(steps / every))
  return rows * (8 * inputs + 4 * kept)
}

type Numbers = Float32Array | Float64Array

/** The steps [first, last) of a window. */
interface Range {
  readonly first: number
  readonly last: number
}

/**
 * Runs windows in parts of `steps` steps: forward keeping nothing but the states between parts, then back from the last
 * part to the first, each forward again before. The results are the same bits as those of whole windows.
 */
export class PartedExecutable implements Executable {
  readonly machine: Machine
  readonly #program: Program
  readonly #inner: PartExecutable
  readonly #parts: Parts
  readonly #steps: number
  readonly #written = new Map<string, Float64Array>()
  readonly #results = new Map<string, Numbers>()
  /** Sequences that a call with gradients does not keep. */
  #gone: ReadonlySet<string> = new Set()
  #finals: ReadonlyMap<string, Numbers> = new Map()

  constructor(program: Program, parts: Parts, inner: PartExecutable, steps: number) {
    this.machine = inner.machine
    this.#program = program
    this.#parts = parts
    this.#inner = inner
    this.#steps = steps
  }

  write(name: string, data: ArrayLike<number>): void {
    const { graph, gradient } = this.#program
    const names = [...graph.inputs.map((port) => port.name), ...(gradient?.of ?? []).map((of) => `d ${of}`)]
    if (!names.includes(name)) throw new SluiceError('program-name/value', { name, names: names.join(', ') })
    checkWrite(this.#program, name, data)
    this.#written.set(name, Float64Array.from(data))
  }

  read(name: string): Numbers {
    const found = this.#results.get(name)
    if (found) return found.slice()
    if (this.#gone.has(name)) throw new SluiceError('program-read/gone', { name })
    const { outputs } = this.#program.graph
    const names = outputs.map((port) => port.name)
    if (names.includes(name.replace(/^d /, ''))) throw new SluiceError('program-read/computed', { name })
    throw new SluiceError('program-name/value', { name, names: names.join(', ') })
  }

  writeParameter(name: string, data: ArrayLike<number>, buffer?: ParameterBuffer): void {
    this.#inner.writeParameter(name, data, buffer)
  }

  readParameter(name: string, buffer?: ParameterBuffer): Numbers {
    return this.#inner.readParameter(name, buffer)
  }

  async run(call: Run): Promise<RunResult> {
    checkRun(this.#program, call)
    checkWritten(this.#program, new Map([...this.#written].map(([name, data]) => [name, data.length])), call)
    if (call.mode === 'update') return this.#inner.run(call)
    const ranges = this.#ranges(call.steps)
    const isBack = call.mode === 'gradients'
    this.#results.clear()
    this.#gone = new Set(isBack ? this.#sequences().map(({ name }) => name) : [])
    const ahead = await this.#forward(call, isBack ? ranges.slice(0, -1) : ranges)
    if (isBack) return this.#back(call, ranges, ahead)
    this.#finish(ahead.states.at(-1)!)
    return this.#result(ahead.loss, NaN)
  }

  #ranges(steps: number): readonly Range[] {
    return Array.from({ length: Math.ceil(steps / this.#steps) }, (_unused, i) => ({
      first: i * this.#steps,
      last: Math.min(steps, (i + 1) * this.#steps),
    }))
  }

  #result(loss: number, gradientNorm: number): RunResult {
    const hasLoss = this.#program.graph.outputs.some(({ name }) => name === 'loss')
    if (hasLoss) this.#results.set('loss', Float64Array.of(loss))
    return { loss, gradientNorm }
  }

  /** Runs parts forward. `states` has what each part starts from, and what the last leaves. */
  async #forward(call: Run, ranges: readonly Range[]) {
    const states = [this.#starts(call)]
    let [loss, lossSum] = [NaN, 0]
    for (const range of ranges) {
      this.#give(range, states.at(-1)!)
      const part = this.#part(call, range, { continued: false, unfinished: false, lossSum })
      const { update: _none, ...forward } = { ...call, mode: 'forward', carry: false } as const
      const result = await this.#inner.runPart({ ...forward, steps: range.last - range.first }, part)
      ;[loss, lossSum] = [result.loss, result.lossSum]
      states.push(this.#left())
      if (call.mode === 'forward')
        for (const { name } of this.#sequences()) this.#keep(name, range, call.steps, this.#inner.read(name))
    }
    return { states, loss, lossSum }
  }

  async #back(
    call: Run,
    ranges: readonly Range[],
    { states, lossSum }: { states: readonly ReadonlyMap<string, Numbers>[]; lossSum: number },
  ): Promise<RunResult> {
    let loss = NaN
    let norm = NaN
    for (let i = ranges.length - 1; i >= 0; i--) {
      const isLast = i === ranges.length - 1
      const range = ranges[i]!
      if (!isLast) this.#seedFinals()
      this.#give(range, states[i]!)
      this.#giveSeeds(range, isLast)
      const { update, ...rest } = { ...call, carry: false, steps: range.last - range.first }
      const part = this.#part(call, range, { continued: !isLast, unfinished: i > 0, lossSum })
      const accumulate = isLast ? (call.accumulate ?? false) : true
      const own = { ...rest, accumulate, ...(i === 0 && update && { update }) }
      const result = await this.#inner.runPart(own, part)
      if (isLast) {
        loss = result.loss
        this.#finish(this.#left())
      }
      norm = result.gradientNorm
      this.#keepGradients(range, call.steps, i === 0)
    }
    return this.#result(loss, norm)
  }

  #part(call: Run, { first }: Range, rest: Pick<Part, 'continued' | 'unfinished' | 'lossSum'>): Part {
    return { firstStep: first, lossScale: this.#lossScale(call.steps), ...rest }
  }

  #lossScale(steps: number): number {
    const { graph, rows } = this.#program
    const loss = graph.nodes.find(({ op }) => isLoss(op))
    if (!loss) return 0
    const input = graph.inputs.find(({ node }) => node === marksOf(loss))
    const marks = input && this.#written.get(input.name)
    const size = graph.nodes[loss.inputs[0]!]!.type.shape[0]!
    return 1 / lossDivisor(loss.op, { attributes: loss.attributes, size, marks, steps, rows })
  }

  /** What the states of the first part start from. */
  #starts({ carry }: Run): ReadonlyMap<string, Numbers> {
    const { rows, states } = this.#program
    return new Map(
      this.#parts.states.map(({ initial, final, size }) => {
        const isCarried = carry === true && states.some((state) => state.initial === initial)
        const last = isCarried ? this.#finals.get(final) : undefined
        return [initial, last ?? this.#written.get(initial) ?? new Float64Array(rows * size)]
      }),
    )
  }

  /** What the states of the next part start from. */
  #left(): ReadonlyMap<string, Numbers> {
    return new Map(this.#parts.states.map(({ initial, final }) => [initial, this.#inner.read(final)]))
  }

  #finish(left: ReadonlyMap<string, Numbers>): void {
    this.#finals = new Map(this.#parts.states.map(({ initial, final }) => [final, left.get(initial)!]))
    for (const { name } of this.#program.graph.outputs) {
      const final = this.#finals.get(name)
      if (final) this.#results.set(name, final)
    }
  }

  /** Writes the inputs of a part. */
  #give(range: Range, starts: ReadonlyMap<string, Numbers>): void {
    const { graph, rows } = this.#program
    const { flags, added, lengths } = this.#parts
    for (const name of added) this.#inner.write(name, new Float64Array(rows).fill(Number(range.first === 0)))
    for (const { name, node } of graph.inputs) {
      const data = this.#written.get(name)
      if (!data || starts.has(name)) continue
      const { extent } = graph.nodes[node]!.type
      if (extent === 'step') this.#inner.write(name, this.#slice(name, data, range))
      else if (lengths.has(name))
        this.#inner.write(
          name,
          data.map((length) => within(length, range)),
        )
      else this.#inner.write(name, flags.has(name) && range.first > 0 ? data.map(() => 0) : data)
    }
    for (const [name, data] of starts) this.#inner.write(name, data)
  }

  /** Writes the gradients that come into a part; those of the final states are the user's for the last alone. */
  #giveSeeds(range: Range, isLast: boolean): void {
    const { graph, gradient, rows } = this.#program
    for (const name of gradient?.of ?? []) {
      const data = this.#written.get(`d ${name}`)
      const { node } = graph.outputs.find((port) => port.name === name)!
      if (data && graph.nodes[node]!.type.extent === 'step')
        this.#inner.write(`d ${name}`, this.#slice(name, data, range))
    }
    if (!isLast) return
    for (const { final, size } of this.#parts.returning)
      this.#inner.write(`d ${final}`, this.#written.get(`d ${final}`) ?? new Float64Array(rows * size))
  }

  /** The gradient of what the part after started from is that of what this part leaves. */
  #seedFinals(): void {
    for (const { initial, final } of this.#parts.returning)
      this.#inner.write(`d ${final}`, this.#inner.read(`d ${initial}`))
  }

  #keepGradients(range: Range, steps: number, isFirst: boolean): void {
    const { graph, gradient } = this.#program
    for (const name of gradient?.inputs ?? []) {
      const { node } = graph.inputs.find((port) => port.name === name)!
      const isSequence = graph.nodes[node]!.type.extent === 'step'
      if (isSequence) this.#keep(`d ${name}`, range, steps, this.#inner.read(`d ${name}`))
      else if (isFirst) this.#results.set(`d ${name}`, this.#inner.read(`d ${name}`))
    }
  }

  /** Outputs with a value for each step. */
  #sequences() {
    const { nodes, outputs } = this.#program.graph
    return outputs.filter(({ node }) => nodes[node]!.type.extent === 'step')
  }

  /** Puts a part of a sequence in its place. */
  #keep(name: string, { first, last }: Range, steps: number, data: Numbers): void {
    const each = data.length / (last - first)
    const whole = this.#results.get(name) ?? new Float32Array(steps * each)
    whole.set(data, first * each)
    this.#results.set(name, whole)
  }

  /** The steps of a range of a sequence, an input or an output. */
  #slice(name: string, data: Float64Array, { first, last }: Range): Float64Array {
    const { nodes, inputs, outputs } = this.#program.graph
    const { node } = [...inputs, ...outputs].find((port) => port.name === name)!
    const each = this.#program.rows * entries(nodes[node]!.type.shape)
    return data.subarray(first * each, last * each)
  }

  dispose(): void {
    this.#inner.dispose()
  }
}

/** The part of a length that lies in a range. */
function within(length: number, { first, last }: Range): number {
  return Math.max(0, Math.min(length, last) - first)
}
