import { addLaterMessages } from '../core/later-messages.ts'
import type { Device, Loaded } from './device.ts'
import type {
  Machine,
  ParameterBuffer,
  Precision,
  Program,
  Run,
  RunResult,
  Runtime,
  UpdateSettings,
} from './types.ts'
import {
  type Part,
  type PartExecutable,
  type PartResult,
  PartedExecutable,
  partProgram,
  partedBytes,
} from './parted.ts'
import { callOf, emptyCall, packCall, resultOf } from './call.ts'
import { type Lowered, type Place, passFloats, lower, plan, verify } from '../plan/index.ts'
import { lossDivisor } from '../graph/index.ts'
import { SluiceError, invariant } from '../core/errors.ts'
import { checkPrecision, checkProgram, checkRun, checkWrite, checkWritten } from './check.ts'
import { type Block, addressOf, blocksOf, copyFours } from './entries.ts'
import { Ledger } from './ledger.ts'

addLaterMessages()

/** The runtime of a device: plans a program, lays the plan out for the device's vectors, verifies and loads it. */
export function packedRuntime(device: Device): Runtime {
  const { machine } = device
  const precisions: readonly Precision[] = device.fastPairs ? ['float32', 'bf16'] : ['float32']
  return {
    machine,
    precisions,
    async compile(program) {
      checkProgram(program)
      checkPrecision(program, precisions, machine)
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
  const { gradient, rows, steps, states, precision } = program
  return lower(plan(program), {
    vectorWidth: device.vectorWidth,
    rows,
    steps,
    slots: gradient?.slots ?? 0,
    average: gradient?.average ?? false,
    precision,
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
function partSteps({ keepEvery, rows, steps, precision }: Program, width: number): number | undefined {
  if (keepEvery === undefined) return undefined
  const pass = ((precision === 'bf16' ? 2 : 1) * passFloats) / width // pairs go by passes of twice as many rows
  let unit = 1
  while ((unit * rows) % pass !== 0) unit *= 2
  const own = unit * Math.ceil(Math.max(2, keepEvery) / unit)
  return own < steps ? own : undefined
}

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
  /*
   * What each short run uses again: a typed array takes longer to make than to fill, up to half a microsecond.
   */
  readonly #shortCall = emptyCall()
  readonly #blocks = new Map<Place, readonly (readonly Block[])[]>()
  #markView: Int32Array | undefined
  /** Entries last written to each input. */
  readonly #written = new Map<string, number>()
  /** Names that `write` takes: inputs, and the seeds of outputs. */
  readonly #writable: ReadonlySet<string>
  /** Parameters were written since the packed copies were made. */
  #stale = true
  /** What a device must move that works on a copy of the arena. */
  readonly #ledger: Ledger | undefined

  constructor(machine: Machine, program: Program, lowered: Lowered, loaded: Loaded) {
    this.machine = machine
    this.#program = program
    this.#lowered = lowered
    this.#loaded = loaded
    const seeds = program.gradient?.of.map((name) => `d ${name}`) ?? []
    this.#writable = new Set([...program.graph.inputs.map(({ name }) => name), ...seeds])
    this.#ledger = loaded.isCopy ? new Ledger(program, lowered, this.#writable) : undefined
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
    this.#ledger?.wrote(places, data.length)
    const [first] = places
    if (first!.kind === 'tokens') return copy(data, 0, this.#loaded.ints, first!.places[0]!.base, data.length)
    const size = sizeOf(places)
    for (const place of places)
      this.#move(place, size, data.length, (at, i, count) => copy(data, i, this.#loaded.floats, at, count))
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
    const { floats, ints } = this.#loaded
    const bits = data.length > fewEntries ? new Int32Array(data.buffer) : undefined
    for (const place of places)
      this.#move(place, size, data.length, (at, i, count) => {
        if (place.places.length > 1)
          for (let lane = 0; lane < count; lane++) data[i + lane]! += floats[at + lane]!
        else if (bits) copyFours(ints, at, bits, i, count)
        else copy(floats, at, data, i, count)
      })
    return data
  }

  /**
   * Visits the arena addresses of all entries of one part, for as many whole steps as `length` entries of the whole make:
   * `count` entries from `index` on lie side by side at `at`.
   */
  #move(
    place: Place,
    size: number,
    length: number,
    visit: (at: number, index: number, count: number) => void,
  ): void {
    const { rows } = this.#program
    const { piece, kind, places, unless } = place
    const shift = kind === 'final' ? this.#steps : 0
    const blocks = this.#blocksOf(place)
    for (const [index, operand] of places.entries()) {
      for (let row = 0; row < length / size; row++) {
        if (unless !== undefined && this.#loaded.ints[unless + (row % rows)] !== 0) continue
        const from = addressOf(operand, shift + Math.floor(row / rows), row % rows)
        for (const { start, offset, count } of blocks[index]!)
          visit(from + offset, row * size + piece.row + start, count)
      }
    }
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
    this.#ledger?.wroteBuffer(this.#parameter(name, buffer).start)
    if (buffer === 'value') this.#stale = true
  }

  readParameter(name: string, buffer: ParameterBuffer = 'value'): Float32Array {
    const data = new Float32Array(this.#parameter(name, buffer).count)
    this.#eachEntry(name, buffer, (at, i) => (data[i] = this.#loaded.floats[at]!))
    return data
  }

  async run(run: Run): Promise<RunResult> {
    const { loss, gradientNorm } = await this.runPart(run, this.#whole(run))
    return { loss, gradientNorm }
  }

  async runPart(run: Run, part: Part): Promise<PartResult> {
    this.#check(run)
    const packing = this.#stale ? this.#pack() : undefined
    const call = this.#begin(run, part)
    await Promise.all([packing, this.#loaded.run(call, this.#ledger?.exchange(run))])
    return this.#end(run, call)
  }

  runNow(run: Run): RunResult | undefined {
    this.#check(run)
    if (this.#stale || !this.#loaded.isIdle) return undefined
    const call = this.#begin(run, this.#whole(run), this.#shortCall.fill(0))
    this.#loaded.runNow(call)
    const { loss, gradientNorm } = this.#end(run, call)
    return { loss, gradientNorm }
  }

  #whole({ steps }: Run): Part {
    return {
      firstStep: 0,
      continued: false,
      unfinished: false,
      lossSum: 0,
      lossScale: this.#lossScale(steps),
    }
  }

  #check(run: Run): void {
    checkRun(this.#program, run)
    checkWritten(this.#program, this.#written, run)
  }

  /** The call that a run makes; what it writes is made ready. */
  #begin(run: Run, part: Part, room?: Float64Array): Float64Array {
    const { mode, update } = run
    const call = callOf(run, part, this.#lastSteps, room)
    if (update && mode !== 'forward') this.#setRates(update)
    if (mode === 'update') return call
    this.#spent = mode === 'gradients' ? this.#lowered.spent : new Set()
    if (!run.carry) this.#restart()
    this.#steps = run.steps
    this.#lastSteps = run.steps
    this.#lastMode = mode
    return call
  }

  #end(run: Run, call: Float64Array): PartResult {
    const result = resultOf(run, call, this.#lowered.loss !== undefined)
    if (run.mode !== 'update') this.#loss = result.loss
    return result
  }

  /** Packs parameters that were written; in line before what comes next. */
  #pack(): Promise<void> {
    this.#stale = false
    return this.#loaded.run(packCall(), this.#ledger?.exchange())
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
    this.#ledger?.wroteFloats(rates, 4 * trained.length)
  }

  /** States start from what was written, or from zero. */
  #restart(): void {
    for (const { initial } of this.#program.states) {
      const places = this.#lowered.places.get(initial)
      if (!places) continue
      const size = sizeOf(places)
      const data = this.#initial.get(initial)
      const length = this.#program.rows * size
      this.#ledger?.wrote(places, length)
      for (const place of places)
        this.#move(place, size, length, (at, i, count) => {
          if (data) copy(data, i, this.#loaded.floats, at, count)
          else this.#loaded.floats.fill(0, at, at + count)
        })
    }
  }

  #lossScale(steps: number): number {
    const { loss } = this.#lowered
    if (!loss) return 0
    const { rows } = this.#program
    const { op, attributes, size, marks: at } = loss
    const marks = at === undefined ? undefined : this.#marksFrom(at, steps * rows)
    return 1 / lossDivisor(op, { attributes, size, marks, steps, rows })
  }

  #marksFrom(at: number, count: number): Int32Array {
    if (this.#markView?.length !== count) this.#markView = this.#loaded.ints.subarray(at, at + count)
    return this.#markView
  }

  /** The blocks of each operand of a place. */
  #blocksOf(place: Place): readonly (readonly Block[])[] {
    const known = this.#blocks.get(place)
    if (known) return known
    const { vectorWidth } = this.#lowered.target
    const made = place.places.map((operand) => blocksOf(operand, place.piece.rows, vectorWidth))
    this.#blocks.set(place, made)
    return made
  }

  dispose(): void {
    this.#loaded.dispose()
  }
}

/** So many move in less time than a view of them as whole numbers takes to make. */
const fewEntries = 512

function copy(
  from: ArrayLike<number>,
  first: number,
  to: Float32Array | Int32Array,
  at: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[at + i] = from[first + i]!
}

function sizeOf(places: readonly Place[]): number {
  const size = Math.max(...places.map(({ piece }) => piece.row + piece.rows))
  invariant(size > 0, 'a vector has entries')
  return size
}
