import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { model } from '../../src/model/index.ts'
import type { Executable, Program, Runtime, UpdateSettings } from '../../src/runtime/index.ts'
import { namedCells, randomCells, sized } from '../plan/cases.ts'
import { give, randomData, resultsOf, stackProgram } from '../plan/windows.ts'
import { withThreads } from './runtimes.ts'

const counts = [1, 2, 3]

const adam: UpdateSettings = {
  rule: 'adam',
  learningRate: 0.01,
  momentum: 0,
  nesterov: false,
  alpha: 0,
  centered: false,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 0.5,
  clipValue: 0.4,
  count: 1,
}

/** Training on a few windows: all that it leaves, as bits. */
async function trained(runtime: Runtime): Promise<Uint32Array[]> {
  const input = Vocabulary.of('abcdefghijklmnopqrstuvwxyz')
  const net = model({
    input,
    layers: [cells.lstm(37), cells.gru_reset_before(20)],
    dropout: 0.4,
    embedding: 9,
  })
  const program = net.program({ rows: 21, steps: 5, training: true, slots: 2 })
  const executable = await runtime.compile(program)
  for (const [name, { data }] of net.parameters) executable.writeParameter(name, data)
  const losses: number[] = []
  for (let count = 1; count <= 3; count++) {
    const tokens = Array.from({ length: 105 }, (_unused, i) => (i * i + count) % 26)
    executable.write('tokens', tokens)
    executable.write(
      'targets',
      tokens.map((token) => (token * 3) % 26),
    )
    const call = {
      steps: 5,
      mode: 'gradients',
      carry: count > 1,
      training: true,
      seed: 7,
      counter: count,
    } as const
    const { loss, gradientNorm } = await executable.run({ ...call, update: { ...adam, count } })
    losses.push(loss, gradientNorm)
  }
  const parameters = [...net.parameters.keys()]
  const left = (['value', 'gradient', 'slot0', 'slot1'] as const).flatMap((buffer) =>
    parameters.map((name) => executable.readParameter(name, buffer)),
  )
  executable.dispose()
  return [Float64Array.from(losses), ...left].map(bits)
}

function bits(data: Float32Array | Float64Array): Uint32Array {
  return new Uint32Array(data.slice().buffer)
}

/** All results of one call, as bits. */
async function computed(runtime: Runtime, program: Program): Promise<Uint32Array[]> {
  const executable: Executable = await runtime.compile(program)
  give(executable, randomData(program, 5, 0.4))
  await executable.run({ steps: program.steps, mode: 'gradients' })
  const found = [...resultsOf(executable, program).values()].map((data) => bits(Float32Array.from(data)))
  executable.dispose()
  return found
}

const programs = [
  ...randomCells(400, 5),
  ...namedCells.filter(([name]) =>
    ['norms of sums and of states', 'one matrix both ways in one sum'].includes(name),
  ),
].map(([, cell], i) =>
  stackProgram([sized(cell, { input: 5, hidden: 19, p: 7 })], { rows: [1, 2, 13][i % 3]!, steps: 3 }),
)

describe.each(await withThreads(counts))('%s', (_name, runtimes) => {
  it('has as many threads as it was asked for', () => {
    expect(runtimes.map(({ machine }) => machine.threads)).toEqual(counts)
  })

  it('trains to the same bits with any number of threads', async () => {
    const [one, ...others] = await Promise.all(runtimes.map(trained))
    for (const other of others) expect(other).toEqual(one)
  })

  it('computes the same bits when several executables run at once', async () => {
    const few = programs.slice(0, 3)
    for (const runtime of runtimes.slice(0, 2)) {
      const alone: Uint32Array[][] = []
      for (const program of few) alone.push(await computed(runtime, program))
      expect(await Promise.all(few.map((program) => computed(runtime, program)))).toEqual(alone)
    }
  })

  it('computes the same bits with any number of threads', async () => {
    for (const program of programs) {
      const [one, ...others] = await Promise.all(runtimes.map((runtime) => computed(runtime, program)))
      for (const other of others) expect(other).toEqual(one)
    }
  })
})
