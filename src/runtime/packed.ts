import type { Device, Loaded } from './device.ts'
import type { Machine, ParameterBuffer, Program, Run, RunResult, Runtime, UpdateSettings } from './types.ts'
import { type Part, type PartExecutable, PartedExecutable, partProgram, partedBytes } from './parted.ts'
import {
  type Lowered,
  type Operand,
  type Place,
  call as callFields,
  passFloats,
  lower,
  plan,
  verify,
} from '../plan/index.ts'
import { SluiceError, invariant } from '../core/errors.ts'
import { checkProgram, checkRun, checkWrite, checkWritten } from './check.ts'
import { pow } from '../core/math.ts'

/** The runtime of a device: plans a program, lays the plan out for the device's vectors, verifies and loads it. */
export function packedRuntime(device: Device): Runtime {
  return {
    machine: device.machine,
    async compile(program) {
      checkProgram(program)
      const steps = partSteps(program, device.vectorWidth)
      if (steps === undefined) return load(device, program)
      const { program: part, parts } = partProgram(program, steps)
      return new PartedExecutable(program, parts, await load(device, part), steps)
    },
    bytes(program) {
      checkProgram(program)
      const steps = partSteps(program, device.vectorWidth)
      if (steps === undefined) return 4 * laidOut(device, program).arena
      const part = partProgram(program, steps)
      return 4 * laidOut(device, part.program).arena + partedBytes(program, part.parts, steps)
    },
  }
}

function laidOut(device: Device, program: Program): Lowered {
  const { gradient, rows, steps, states } = program
  return lower(plan(program), {
    vectorWidth: device.vectorWidth,
    rows,
    steps,
    slots: gradient?.slots ?? 0,
    average: gradient?.average ?? false,
    carried: states.map(({ initial }) => initial),
  })
}

async function load(device: Device, program: Program): Promise<PackedExecutable> {
  const lowered = laidOut(device, program)
  verify(lowered.words)
  return new PackedExecutable(device.machine, program, lowered, await device.load(lowered.words))
}

/**
 * Steps of each part of a program that does not keep everything: whole passes of the sums over rows and steps, so that
 * parts add up in the order of whole windows. `undefined` where one part would be the window.
 */
function partSteps({ keepEvery, rows, steps }: Program, width: number): number | undefined {
  if (keepEvery === undefined) return undefined
  const pass = passFloats / width
  let unit = 1
  while ((unit * rows) % pass !== 0) unit *= 2
  const own = unit * Math.ceil(Math.max(2, keepEvery) / unit)
  return own < steps ? own : undefined
}

const field = new Map<string, number>(callFields.map((name, index) => [name, index]))
const modes = { forward: 1, gradients: 2, update: 4, pack: 8 } as const
const rules = ['sgd', 'rmsprop', 'adam', 'adamw'] as const

class PackedExecutable implements PartExecutable {
  readonly machine: Machine
  readonly #program: Program
  readonly #lowered: Lowered
  readonly #loaded: Loaded
  /** What was written to initial states: they start from it again in each call that carries nothing. */
  readonly #initial = new Map<string, Float32Array>()
  /** Outputs that the last call wrote over. */
  #spent: ReadonlySet<string> = new Set()
  #lastSteps = 0
  #steps = 0
  #lastMode: Run['mode'] = 'update'
  #loss = NaN
  /** Entries last written to each input. */
  readonly #written = new Map<string, number>()
  /** Names that `write` takes: inputs, and the seeds of outputs. */
  readonly #writable: ReadonlySet<string>
  /** Parameters were written since the packed copies were made. */
  #stale = true

  constructor(machine: Machine, program: Program, lowered: Lowered, loaded: Loaded) {
    this.machine = machine
    this.#program = program
    this.#lowered = lowered
    this.#loaded = loaded
    const seeds = program.gradient?.of.map((name) => `d ${name}`) ?? []
    this.#writable = new Set([...program.graph.inputs.map(({ name }) => name), ...seeds])
    const { vectorWidth } = lowered.target
    for (const { offset, value } of lowered.constants) loaded.floats.fill(value, offset, offset + vectorWidth)
  }

  #place(name: string): readonly Place[] {
    const places = this.#lowered.places.get(name)
    if (places) return places
    const names = [...this.#lowered.places.keys()].join(', ')
    throw new SluiceError('program-name/value', { name, names })
  }

  write(name: string, data: ArrayLike<number>): void {
    const places = this.#place(name)
    if (!this.#writable.has(name))
      throw new SluiceError('program-name/value', { name, names: [...this.#writable].join(', ') })
    checkWrite(this.#program, name, data)
    this.#written.set(name, data.length)
    if (places[0]!.kind === 'tokens') return this.#loaded.ints.set(data, places[0]!.places[0]!.base)
    const size = sizeOf(places)
    for (const place of places)
      this.#move(place, size, data.length, (at, i) => (this.#loaded.floats[at] = data[i]!))
    if (this.#program.states.some(({ initial }) => initial === name))
      this.#initial.set(name, Float32Array.from(data))
  }

  read(name: string): Float32Array {
    const places = this.#place(name)
    if (this.#steps === 0 || (name.startsWith('d ') && this.#lastMode !== 'gradients'))
      throw new SluiceError('program-read/computed', { name })
    if (this.#spent.has(name)) throw new SluiceError('program-read/gone', { name })
    if (places[0]!.kind === 'loss') return Float32Array.of(this.#loss)
    const size = sizeOf(places)
    const slots = places[0]!.kind === 'steps' ? this.#steps : 1
    const data = new Float32Array(slots * this.#program.rows * size)
    for (const place of places)
      this.#move(place, size, data.length, (at, i) => (data[i]! += this.#loaded.floats[at]!))
    return data
  }

  /** Visits the arena address of each entry of one part, for as many whole steps as `length` entries of the whole make. */
  #move(place: Place, size: number, length: number, visit: (at: number, index: number) => void): void {
    const { rows } = this.#program
    const { piece, kind, places, unless } = place
    const shift = kind === 'final' ? this.#steps : 0
    for (const operand of places) {
      for (let row = 0; row < length / size; row++) {
        if (unless !== undefined && this.#loaded.ints[unless + (row % rows)] !== 0) continue
        const start = addressOf(operand, shift + Math.floor(row / rows), row % rows)
        for (let i = 0; i < piece.rows; i++)
          visit(start + this.#offset(operand, i), row * size + piece.row + i)
      }
    }
  }

  #offset({ panelStride, unitStride, units }: Operand, entry: number): number {
    const { vectorWidth } = this.#lowered.target
    const block = Math.floor(entry / vectorWidth)
    return Math.floor(block / units) * panelStride + (block % units) * unitStride + (entry % vectorWidth)
  }

  #parameter(name: string, buffer: ParameterBuffer) {
    const pieces = this.#lowered.parameters.get(name)
    if (!pieces) throw new SluiceError('program-name/parameter', { name })
    const fixed = buffer === 'average' && !this.#lowered.trained.includes(name)
    const start = this.#lowered.buffers[fixed && this.#program.gradient?.average ? 'value' : buffer]
    if (start === undefined) throw new SluiceError('program-name/buffer', { buffer })
    return {
      pieces,
      start,
      count: Math.max(
        ...pieces.map(({ piece }) => (piece.row + piece.rows) * (piece.column + piece.columns)),
      ),
    }
  }

  #eachEntry(name: string, buffer: ParameterBuffer, visit: (at: number, index: number) => void): void {
    const { pieces, start } = this.#parameter(name, buffer)
    const width = Math.max(...pieces.map(({ piece }) => piece.column + piece.columns))
    for (const { piece, place } of pieces) {
      for (let row = 0; row < piece.rows; row++) {
        const from = start + place.offset + row * place.rowStride
        const to = (piece.row + row) * width + piece.column
        for (let column = 0; column < piece.columns; column++)
          visit(from + column * place.columnStride, to + column)
      }
    }
  }

  writeParameter(name: string, data: ArrayLike<number>, buffer: ParameterBuffer = 'value'): void {
    const { count } = this.#parameter(name, buffer)
    if (data.length !== count) {
      throw new SluiceError('program-size/parameter', { name, needed: count, count: data.length })
    }
    this.#eachEntry(name, buffer, (at, i) => (this.#loaded.floats[at] = data[i]!))
    if (buffer === 'value') this.#stale = true
  }

  readParameter(name: string, buffer: ParameterBuffer = 'value'): Float32Array {
    const data = new Float32Array(this.#parameter(name, buffer).count)
    this.#eachEntry(name, buffer, (at, i) => (data[i] = this.#loaded.floats[at]!))
    return data
  }

  async run(run: Run): Promise<RunResult> {
    const whole = { firstStep: 0, continued: false, unfinished: false, lossSum: 0 }
    const lossScale = this.#lossScale(run.steps)
    const { loss, gradientNorm } = await this.runPart(run, { ...whole, lossScale })
    return { loss, gradientNorm }
  }

  async runPart(run: Run, part: Part): Promise<RunResult & { readonly lossSum: number }> {
    checkRun(this.#program, run)
    const { mode, update } = run
    checkWritten(this.#program, this.#written, run)
    const packing = this.#stale ? this.#pack() : undefined
    const updating = update !== undefined && mode !== 'forward'
    const passes =
      mode === 'update' ? 0 : mode === 'forward' ? modes.forward : modes.forward | modes.gradients
    const call = new Float64Array(callFields.length)
    set(call, {
      mode: passes | (updating ? modes.update | modes.pack : 0),
      steps: run.steps,
      lastSteps: this.#lastSteps,
      carry: Number(run.carry ?? false),
      accumulate: Number(run.accumulate ?? false),
      training: Number(run.training ?? false),
      seed: run.seed ?? 0,
      counter: run.counter ?? 0,
      ...part,
      lossScale: part.lossScale * (run.share ?? 1),
      continued: Number(part.continued),
      unfinished: Number(part.unfinished),
    })
    if (update && updating) {
      setUpdate(call, update)
      this.#setRates(update)
    }
    if (passes > 0) {
      this.#spent = mode === 'gradients' ? this.#lowered.spent : new Set()
      if (!run.carry) this.#restart()
      this.#steps = run.steps
      this.#lastSteps = run.steps
      this.#lastMode = mode
    }
    await Promise.all([packing, this.#loaded.run(call)])
    const loss =
      passes > 0 && this.#lowered.targets !== undefined ? call[field.get('loss')!]! / (run.share ?? 1) : NaN
    if (passes > 0) this.#loss = loss
    const lossSum = call[field.get('lossSum')!]!
    return { loss, lossSum, gradientNorm: updating ? call[field.get('gradientNorm')!]! : NaN }
  }

  /** Packs parameters that were written; in line before what comes next. */
  #pack(): Promise<void> {
    const call = new Float64Array(callFields.length)
    set(call, { mode: modes.pack, steps: 1 })
    this.#stale = false
    return this.#loaded.run(call)
  }

  /** Writes the learning rate and weight decay of each range of trained parameters. */
  #setRates({ groups = [], ...common }: UpdateSettings): void {
    const { floats } = this.#loaded
    const { trained, rates } = this.#lowered
    const table = new Float64Array(floats.buffer, floats.byteOffset + 4 * rates, 2 * trained.length)
    trained.forEach((name, index) => {
      const { learningRate, weightDecay } =
        groups.findLast(({ parameters }) => parameters.includes(name)) ?? common
      table.set([learningRate, weightDecay], 2 * index)
    })
  }

  /** States start from what was written, or from zero. */
  #restart(): void {
    for (const { initial } of this.#program.states) {
      const places = this.#lowered.places.get(initial)
      if (!places) continue
      const size = sizeOf(places)
      const data = this.#initial.get(initial)
      const length = this.#program.rows * size
      for (const place of places)
        this.#move(place, size, length, (at, i) => (this.#loaded.floats[at] = data?.[i] ?? 0))
    }
  }

  #lossScale(steps: number): number {
    const { targets } = this.#lowered
    if (targets === undefined) return 0
    const end = targets + steps * this.#program.rows
    let count = 0
    for (let at = targets; at < end; at++) if (this.#loaded.ints[at]! >= 0) count++
    return 1 / Math.max(1, count)
  }

  dispose(): void {
    this.#loaded.dispose()
  }
}

/** Sets fields of a call by name. */
function set(call: Float64Array, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) call[field.get(name)!] = value
}

function setUpdate(call: Float64Array, update: UpdateSettings): void {
  const { rule, nesterov, centered, averageShare = 0, ...numbers } = update
  const { learningRate: _rate, weightDecay: _decay, groups: _groups, ...shared } = numbers
  set(call, {
    ...shared,
    averageShare,
    rule: rules.indexOf(rule),
    nesterov: Number(nesterov),
    centered: Number(centered),
    bias1: 1 - pow(update.beta1, update.count),
    bias2: 1 - pow(update.beta2, update.count),
  })
}

function addressOf({ base, timeStride, rowStride }: Operand, step: number, row: number): number {
  return base + step * timeStride + row * rowStride
}

function sizeOf(places: readonly Place[]): number {
  const size = Math.max(...places.map(({ piece }) => piece.row + piece.rows))
  invariant(size > 0, 'a vector has entries')
  return size
}
