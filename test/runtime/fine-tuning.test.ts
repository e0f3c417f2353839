import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { model } from '../../src/model/index.ts'
import {
  type Executable,
  type Program,
  type Run,
  type Runtime,
  type UpdateSettings,
  reference,
} from '../../src/runtime/index.ts'
import { namedCells, randomCells, shapes, sized } from '../plan/cases.ts'
import { difference, give, randomData, resultsOf, stackProgram } from '../plan/windows.ts'
import { runtimes, withThreads } from './runtimes.ts'
import { plainAdam } from './settings.ts'

const all = [['reference', reference] as const, ...runtimes]

const [, shape] = shapes

/** Two layers, and their program with some parameters frozen. */
function stack(names: readonly string[], frozen: (name: string) => boolean) {
  const steps = names.map((name, layer) =>
    sized(
      new Map([...namedCells, ...randomCells(3, 4)]).get(name)!,
      layer === 0 ? shape : { ...shape, input: 32 },
    ),
  )
  const free = stackProgram(steps, shape)
  const fixed = free.graph.parameters.map(({ name }) => name).filter(frozen)
  return { free, fixed, program: { ...free, gradient: { ...free.gradient!, frozen: fixed } } }
}

const freezings: Readonly<Record<string, (name: string) => boolean>> = {
  'the layer below': (name) => name.startsWith('0.'),
  'the layer above': (name) => name.startsWith('1.'),
  'every second parameter': (name) => name.charCodeAt(name.length - 1) % 2 === 0,
  everything: () => true,
}

const stacks = [
  ['lstm', 'lstm'],
  ['gru', 'four_gate_peephole_lstm'],
  ['random cell 3', 'random cell 5'],
] as const

async function gradients(runtime: Runtime, program: Program, data: ReturnType<typeof randomData>) {
  const executable = await runtime.compile(program)
  give(executable, data)
  await executable.run({ steps: program.steps, mode: 'gradients' })
  const found = resultsOf(executable, program)
  executable.dispose()
  return found
}

describe.each(all)('freezing on %s', (_name, runtime) => {
  it.each(
    stacks.flatMap((names) =>
      Object.keys(freezings).map((frozen) => [names.join(' and '), frozen, names] as const),
    ),
  )('%s: %s has no gradient, and all other gradients are as ever', async (_names, frozen, names) => {
    const { free, fixed, program } = stack(names, freezings[frozen]!)
    const data = randomData(free, 5)
    const want = new Map(await gradients(reference, free, data))
    const got = await gradients(runtime, program, data)
    for (const name of fixed) {
      const zeros = Array.from(want.get(`gradient ${name}`)!, () => 0)
      expect(Array.from(got.get(`gradient ${name}`)!)).toEqual(zeros)
      want.delete(`gradient ${name}`)
    }
    expect(difference(want, got, 2e-4)).toBe('')
  })

  it('refuses to freeze what is not there', async () => {
    const { free } = stack(['lstm'], () => false)
    const program = { ...free, gradient: { ...free.gradient!, frozen: ['nothing'] } }
    await expect(runtime.compile(program)).rejects.toMatchObject({ code: 'program-name' })
  })
})

const settings: UpdateSettings = {
  ...plainAdam,
  rule: 'adamw',
  weightDecay: 0.1,
  clipNorm: 0.5,
  groups: [
    { parameters: ['0.Wf', '0.bf', '1.Wg'], learningRate: 0.1, weightDecay: 0 },
    { parameters: ['1.Wg'], learningRate: 0.003, weightDecay: 0.5 },
  ],
}

/** Three updates with groups, frozen parameters and an average; everything that they leave, and the norms. */
async function updated(runtime: Runtime) {
  const { program } = stack(['lstm', 'lstm'], (name) => ['0.Wo', '1.bi', '1.Wf'].includes(name))
  const made = { ...program, gradient: { ...program.gradient, slots: 2, average: true } }
  const executable = await runtime.compile(made)
  give(executable, randomData(made, 6))
  const norms: number[] = []
  for (let count = 1; count <= 3; count++) {
    const update = { ...settings, count, averageShare: [1, 0, 0.3][count - 1]! }
    const { gradientNorm } = await executable.run({ steps: made.steps, mode: 'gradients', update })
    norms.push(gradientNorm)
  }
  const left = new Map(
    made.graph.parameters.flatMap(({ name }) =>
      (['value', 'slot0', 'slot1', 'average', 'gradient'] as const).map(
        (buffer) => [`${buffer} ${name}`, executable.readParameter(name, buffer)] as const,
      ),
    ),
  )
  executable.dispose()
  return { norms, left, start: randomData(made, 6).parameters }
}

describe('groups of parameters', () => {
  it('learn at their own rates, the last group that names a parameter counting', async () => {
    const { left, start } = await updated(reference)
    const moved = (name: string): number =>
      Math.max(...Array.from(left.get(`value ${name}`)!, (x, i) => Math.abs(x - start.get(name)![i]!)))
    expect(moved('0.Wf')).toBeGreaterThan(0.15)
    expect(moved('0.Wi')).toBeLessThan(0.04)
    expect(moved('1.Wg')).toBeLessThan(0.02)
    for (const name of ['0.Wo', '1.bi', '1.Wf']) {
      expect(moved(name)).toBe(0)
      expect(left.get(`average ${name}`)).toEqual(left.get(`value ${name}`))
    }
  })

  it('count alone in the norm of the gradient, when the others are frozen', async () => {
    const { norms, left } = await updated(reference)
    const last = [...left].filter(([name]) => name.startsWith('gradient'))
    const squares = last.flatMap(([, data]) => Array.from(data, (g) => g * g))
    expect(norms[2]! ** 2).toBeCloseTo(
      squares.reduce((sum, x) => sum + x, 0),
      6,
    )
  })

  it.each(runtimes)('give on %s what they give on the reference', async (_name, runtime) => {
    const [want, got] = [await updated(reference), await updated(runtime)]
    want.norms.forEach((norm, i) => expect(got.norms[i]! / norm).toBeCloseTo(1, 4))
    expect(difference(want.left, got.left, 1e-3)).toBe('')
  })

  it('give the same bits for any number of threads', async () => {
    for (const [, [one, ...others]] of await withThreads([1, 2, 3])) {
      const want = await updated(one!)
      for (const runtime of others) expect(await updated(runtime)).toEqual(want)
    }
  })
})

/** A model's executable for some rows, with its weights and tokens that differ from row to row. */
async function opened(runtime: Runtime, rows: number, first: number): Promise<Executable> {
  const net = model({ input: Vocabulary.of('abcdefgh'), layers: [cells.lstm(9)], embedding: 5 })
  const program = net.program({ rows, steps: 4, training: true, slots: 2 })
  const executable = await runtime.compile(program)
  for (const [name, { data }] of net.parameters) executable.writeParameter(name, data)
  const token = (row: number, step: number, factor: number): number => ((row + 2) * (step + 1) * factor) % 8
  for (const [name, factor] of [['tokens', 3] as const, ['targets', 5] as const]) {
    const data = Array.from({ length: 4 * rows }, (_unused, i) =>
      token(first + (i % rows), Math.floor(i / rows), factor),
    )
    executable.write(name, data)
  }
  return executable
}

describe.each(all)('accumulation on %s', (_name, runtime) => {
  it('of windows of 2 and 6 rows, in their shares, is one window of 8', async () => {
    const update = { ...settings, groups: [], clipNorm: 0.01 }
    const call: Run = { steps: 4, mode: 'gradients', update }
    const whole = await opened(runtime, 8, 0)
    const { loss, gradientNorm } = await whole.run(call)
    const [few, many] = [await opened(runtime, 2, 0), await opened(runtime, 6, 2)]
    const first = await few.run({ ...call, share: 0.25, steps: 4, mode: 'gradients' })
    const second = await many.run({ steps: 4, mode: 'gradients', share: 0.75 })
    expect(first.loss / 4 + (second.loss * 3) / 4).toBeCloseTo(loss, 5)
    for (const name of ['layers.0.Wf', 'layers.0.bo', 'head.W', 'embedding.E']) {
      const parts = [few, many].map((executable) => executable.readParameter(name, 'gradient'))
      const wanted = whole.readParameter(name, 'gradient')
      wanted.forEach((g, i) => expect(parts[0]![i]! + parts[1]![i]!).toBeCloseTo(g, 6))
    }
    expect(gradientNorm).toBeGreaterThan(0.01)
    for (const executable of [whole, few, many]) executable.dispose()
  })

  it('adds up calls, and then updates once', async () => {
    const executable = await opened(runtime, 3, 1)
    await executable.run({ steps: 4, mode: 'gradients' })
    const one = executable.readParameter('head.W', 'gradient')
    await executable.run({ steps: 4, mode: 'gradients', share: 0.5 })
    await executable.run({ steps: 4, mode: 'gradients', share: 0.5, accumulate: true })
    const two = executable.readParameter('head.W', 'gradient')
    one.forEach((g, i) => expect(two[i]!).toBeCloseTo(g, 6))
    executable.dispose()
  })
})
