import { describe, expect, it } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { type SequenceModel, model, sequenceModel } from '../../src/model/index.ts'
import {
  type Program,
  type Run,
  type Runtime,
  type UpdateSettings,
  keepEveryFor,
} from '../../src/runtime/index.ts'
import { decoderData, decoderProgram, decoders, translation } from '../plan/attention.ts'
import { namedCells, sized } from '../plan/cases.ts'
import { sequenceData, sequenceProgram } from '../plan/sequences.ts'
import { give } from '../plan/windows.ts'
import { runtimes } from './runtimes.ts'
import { plainAdam } from './settings.ts'

const steps = 40
const rows = 32

const adam: UpdateSettings = {
  ...plainAdam,
  clipNorm: 0.5,
}

const bitsOf = (data: ArrayLike<number>): Uint32Array => new Uint32Array(Float32Array.from(data).buffer)

const net = model({
  input: Vocabulary.of('abcdefghijklmnopq'),
  layers: [cells.lstm(19), cells.gru_reset_before(12)],
  dropout: 0.3,
  embedding: 7,
})

/** Three updates with carried states, the last of a shorter window: all that they leave. */
async function trained(runtime: Runtime, keepEvery: number | undefined): Promise<Uint32Array[]> {
  const program = net.program({ rows, steps, training: true, slots: 2 })
  const executable = await runtime.compile({ ...program, ...(keepEvery !== undefined && { keepEvery }) })
  for (const [name, { data }] of net.parameters) executable.writeParameter(name, data)
  const numbers: number[] = []
  for (const [index, length] of [steps, steps, steps - 3].entries()) {
    const tokens = Array.from({ length: length * rows }, (_unused, i) => (i * i + index) % 17)
    executable.write('tokens', tokens)
    executable.write(
      'targets',
      tokens.map((token) => (token % 5 === 0 ? -1 : (token * 3) % 17)),
    )
    const call = { mode: 'gradients', training: true, seed: 7, counter: index } as const
    const update = { ...adam, count: index + 1 }
    const { loss, gradientNorm } = await executable.run({ ...call, steps: length, carry: index > 0, update })
    numbers.push(loss, gradientNorm)
  }
  const finals = program.states.map(({ final }) => executable.read(final))
  const left = (['value', 'gradient', 'slot1'] as const).flatMap((buffer) =>
    [...net.parameters.keys()].map((name) => executable.readParameter(name, buffer)),
  )
  executable.dispose()
  return [Float64Array.from(numbers), ...finals, ...left].map(bitsOf)
}

/** A layer whose gradients by its input and by its state share a product that is otherwise part of a larger instruction. */
const shared = cell(
  'shared',
  `
  state h: input
  vector p: input
  vector q: input
  output h
  h' = tanh(h * p + (x + h) * q)
  `,
)

/** A layer without parameters. */
const smooth = cell('smooth', "state s: input\noutput s\ns' = 0.5 * s + x\n")

/** Models whose first layer learns nothing, since it is frozen or has no parameters, and what is frozen. */
const lifted = (['frozen', 'without parameters'] as const).map((name) => {
  const above = sequenceModel({
    shape: 'many-to-one',
    input: { vectors: 3 },
    output: { values: 2 },
    layers: [name === 'frozen' ? cells.gru(8) : smooth({}), shared({})],
    pool: 'mean',
  })
  return [name, above, [...above.parameters.keys()].filter((key) => key.startsWith('layers.0'))] as const
})

/** Gradients of what learns, over rows of different length. */
async function gradientsOf(
  runtime: Runtime,
  above: SequenceModel,
  frozen: readonly string[],
  keepEvery?: number,
): Promise<readonly Uint32Array[]> {
  const random = new Stream(3)
  const program = above.program({ rows: 16, steps: 80, training: true })
  const gradient = { ...program.gradient!, frozen }
  const executable = await runtime.compile({
    ...program,
    gradient,
    ...(keepEvery !== undefined && { keepEvery }),
  })
  const normal = ({ length }: { readonly length: number }) =>
    Float32Array.from({ length }, () => random.normal())
  for (const [name, { data }] of above.parameters) executable.writeParameter(name, normal(data))
  const examples = Array.from({ length: 16 }, (_unused, row) => ({
    input: normal({ length: 3 * (80 - 2 * row) }),
    target: normal({ length: 2 }),
  }))
  for (const [name, data] of Object.entries(above.batch(examples, 16, 80).inputs))
    executable.write(name, data)
  const { loss } = await executable.run({ mode: 'gradients', steps: 80 })
  const learned = [...above.parameters.keys()].filter((name) => !frozen.includes(name))
  const left = learned.map((name) => bitsOf(executable.readParameter(name, 'gradient')))
  executable.dispose()
  return [bitsOf([loss]), ...left]
}

const [, lstm] = namedCells.find(([name]) => name === 'lstm')!
const [, normed] = namedCells.find(([name]) => name === 'norms of sums and of states')!

/** Gradients of everything, over rows of different length whose states are given, learned, or either. */
const windows = (['given', 'learned', 'begun'] as const).map((initial, i) => {
  const layers = [
    sized(i === 1 ? normed : lstm, { input: 5, hidden: 9 }),
    sized(lstm, { input: 9, hidden: 6 }),
  ]
  const program = sequenceProgram(layers, { rows, steps, direction: 'forward', masked: i > 0, initial })
  return [initial, program] as const
})

async function computed(runtime: Runtime, program: Program, call: Run): Promise<Map<string, Uint32Array>> {
  const executable = await runtime.compile(program)
  give(executable, sequenceData(program, 11, { scale: 0.4 }))
  await executable.run(call)
  await executable.run({ ...call, carry: true, accumulate: true })
  const found = new Map<string, Uint32Array>()
  const { outputs, parameters, nodes } = program.graph
  for (const { name, node } of outputs)
    if (call.mode === 'forward' || nodes[node]!.type.extent !== 'step')
      found.set(name, bitsOf(executable.read(name)))
  if (call.mode === 'gradients') {
    for (const name of program.gradient!.inputs) found.set(`d ${name}`, bitsOf(executable.read(`d ${name}`)))
    for (const { name } of parameters) found.set(name, bitsOf(executable.readParameter(name, 'gradient')))
  }
  executable.dispose()
  return found
}

describe.each(runtimes)('%s, keeping few steps', (_name, runtime) => {
  it('trains to the same bits', async () => {
    const want = await trained(runtime, undefined)
    for (const keepEvery of [2, 17]) expect(await trained(runtime, keepEvery)).toEqual(want)
  })

  it.each(windows)('gives the same gradients and outputs, states %s', async (_initial, program) => {
    for (const mode of ['gradients', 'forward'] as const) {
      const want = await computed(runtime, program, { mode, steps })
      expect(await computed(runtime, { ...program, keepEvery: 5 }, { mode, steps })).toEqual(want)
    }
  })

  it.each(lifted)('gives the same gradients above a layer that is %s', async (_layer, above, frozen) => {
    expect(await gradientsOf(runtime, above, frozen, 8)).toEqual(await gradientsOf(runtime, above, frozen))
  })

  it('takes less memory, as little as is asked for where that can be', () => {
    const program = net.program({ rows, steps: 400, training: true, slots: 2 })
    const all = runtime.bytes!(program)
    expect(runtime.bytes!({ ...program, keepEvery: 20 })).toBeLessThan(0.2 * all)
    expect(keepEveryFor(runtime, program, all)).toBe(undefined)
    const half = keepEveryFor(runtime, program, all / 2)!
    expect(half).toBeGreaterThan(20)
    expect(runtime.bytes!({ ...program, keepEvery: half })).toBeLessThanOrEqual(all / 2)
    expect(keepEveryFor(runtime, program, 1000)).toBe(1)
  })

  it('refuses sequences that are reversed', async () => {
    const program = sequenceProgram([sized(lstm, { input: 5, hidden: 9 })], {
      rows,
      steps,
      direction: 'both',
      masked: false,
    })
    const made = runtime.compile({ ...program, keepEvery: 5 })
    await expect(made).rejects.toThrow('cannot be run in parts')
  })

  it('refuses memories, and states that are handed over', async () => {
    const program = translation({ rows, steps, places: steps })
    const made = runtime.compile({ ...program, keepEvery: 5 })
    await expect(made).rejects.toThrow('cannot be run in parts')
  })

  it('takes memories that were made before, but not their gradients', async () => {
    const [, decoder] = decoders.find(([name]) => name === 'additive')!
    const shape = { input: 3, hidden: 4, encoder: 3, scores: 2, places: 3, rows, steps }
    const program = decoderProgram(decoder, shape, 'rows')
    const data = decoderData(program, 1)
    const gradients = async (inputs: readonly string[], keepEvery?: number): Promise<Uint32Array[]> => {
      const gradient = { ...program.gradient!, inputs }
      const executable = await runtime.compile({ ...program, gradient, ...(keepEvery && { keepEvery }) })
      give(executable, data)
      await executable.run({ steps, mode: 'gradients' })
      const found = [
        ...inputs.map((name) => executable.read(`d ${name}`)),
        ...program.graph.parameters.map(({ name }) => executable.readParameter(name, 'gradient')),
      ]
      executable.dispose()
      return found.map(bitsOf)
    }
    expect(await gradients(['x', 'h0'], 5)).toEqual(await gradients(['x', 'h0']))
    await expect(gradients(['x', 'M'], 5)).rejects.toThrow('The gradient of the memory "M"')
  })
})
