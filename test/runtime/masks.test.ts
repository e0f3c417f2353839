import { describe, expect, it } from 'vitest'
import { dropoutKey, keeps } from '../../src/core/dropout.ts'
import {
  Builder,
  type MaskedStep,
  type StepGraph,
  numbers,
  recurrentDropout,
  variationalStates,
  zoneout,
} from '../../src/graph/index.ts'
import {
  type Executable,
  type Program,
  type Run,
  type Runtime,
  type UpdateSettings,
  reference,
} from '../../src/runtime/index.ts'
import { namedCells, randomCells, shapes, sized } from '../plan/cases.ts'
import { type Rates, everyDropout, maskedModel, maskedProgram, unmasked } from '../plan/masked.ts'
import { give, randomData, resultsOf } from '../plan/windows.ts'
import { expectAgreement, runtimes, withThreads } from './runtimes.ts'
import { plainSteps } from './settings.ts'

const all = [['reference', reference] as const, ...runtimes]
const [rows, steps] = [3, 4]
const draws = { training: true, seed: 2 ** 31 + 5, counter: 77 }

/** A window without parameters whose single output is `write` of vectors `x` and tokens. */
function windowOf(size: number, write: (build: Builder, x: number, tokens: number) => number): Program {
  const build = new Builder(numbers)
  const x = build.leaf('input', 'x', { extent: 'step', shape: [size] })
  const tokens = build.leaf('input', 'tokens', { extent: 'step', shape: [] })
  const y = write(build, x, tokens)
  const parts = [
    build.add('slice', [y], { offset: 0, size: 2 }),
    build.add('slice', [y], { offset: 2, size: size - 2 }),
  ]
  return {
    graph: {
      nodes: build.nodes,
      inputs: [
        { name: 'x', node: x },
        { name: 'tokens', node: tokens },
      ],
      parameters: [],
      outputs: parts.map((node, index) => ({ name: `part ${index}`, node })),
    },
    rows,
    steps,
    states: [],
  }
}

const tokens = Array.from({ length: rows * steps }, (_unused, i) => (i * 5) % 7)

/** The output of a window on x[i] = 1 + i / 64, for each step and row. */
async function output(
  runtime: Runtime,
  program: Program,
  size: number,
  call: Partial<Run>,
): Promise<number[]> {
  const executable = await runtime.compile(program)
  executable.write(
    'x',
    Array.from({ length: rows * steps * size }, (_unused, i) => 1 + i / 64),
  )
  executable.write('tokens', tokens)
  await executable.run({ steps, mode: 'forward', ...call })
  const [first, rest] = [executable.read('part 0'), executable.read('part 1')]
  executable.dispose()
  return Array.from({ length: rows * steps }).flatMap((_unused, i) => [
    ...first.slice(i * 2, i * 2 + 2),
    ...rest.slice(i * (size - 2), (i + 1) * (size - 2)),
  ])
}

describe.each(all)('masks on %s are what the generator says:', (_name, runtime) => {
  const rate = 0.4
  const key = dropoutKey(draws.seed, draws.counter, 5)
  const size = 37
  const x = (i: number): number => 1 + i / 64
  const expectEach = async (
    program: Program,
    wanted: (i: number, place: number, unit: number) => number,
    outside: (i: number) => number,
  ): Promise<void> => {
    const got = await output(runtime, program, size, draws)
    got.forEach((y, i) => expect(y).toBeCloseTo(wanted(i, Math.floor(i / size), i % size), 5))
    const still = await output(runtime, program, size, { seed: 3 })
    still.forEach((y, i) => expect(y).toBeCloseTo(outside(i), 6))
  }

  it('one mask a row, the same at every step', async () => {
    const program = windowOf(size, (build, v) => build.add('sequence_dropout', [v], { rate, stream: 5 }))
    const kept = (place: number, unit: number): boolean => keeps(key, place % rows, unit, rate)
    await expectEach(program, (i, place, unit) => (kept(place, unit) ? x(i) / (1 - rate) : 0), x)
  })

  it('whole tokens', async () => {
    const program = windowOf(size, (build, v, words) =>
      build.add('word_dropout', [v, words], { rate, stream: 5 }),
    )
    const kept = (place: number): boolean => keeps(key, tokens[place]!, 0, rate)
    expect(new Set(tokens.map((_token, place) => kept(place))).size).toBe(2)
    await expectEach(program, (i, place) => (kept(place) ? x(i) / (1 - rate) : 0), x)
  })

  it.each(['step', 'row'] as const)('masks for scans, drawn once a %s', async (drawn) => {
    const attributes = { size, rate, stream: 5, drawn, kept: 0.25, dropped: -3, outside: 0.5 }
    const program = windowOf(size, (build, v) => build.add('add', [v, build.add('mask', [], attributes)]))
    const kept = (place: number, unit: number): boolean =>
      keeps(key, drawn === 'row' ? place % rows : place, unit, rate)
    await expectEach(
      program,
      (i, place, unit) => x(i) + (kept(place, unit) ? 0.25 : -3),
      (i) => x(i) + 0.5,
    )
  })
})

const cellsOf = new Map([...namedCells, ...randomCells(11, 6)])
const step = (name: string, shape: (typeof shapes)[number]): StepGraph => sized(cellsOf.get(name)!, shape)

/** Every dropout inside a cell, by name. */
const inside: Readonly<Record<string, (cell: StepGraph) => MaskedStep>> = {
  'variational dropout of states': (cell) => variationalStates(cell, 0.3),
  'dropout of states at each step': (cell) => variationalStates(cell, 0.3, 'step'),
  'recurrent dropout': (cell) => recurrentDropout(cell, 0.4),
  'recurrent dropout, once a sequence': (cell) => recurrentDropout(cell, 0.4, 'row'),
  zoneout: (cell) => zoneout(cell, Object.fromEntries(cell.states.map(({ name }) => [name, 0.3]))),
  'all of them': everyDropout,
}

const names = ['lstm', 'gru', 'four_gate_lstm']
const masked = [
  ...names.flatMap((name) => Object.keys(inside).map((what) => [name, what] as const)),
  ...['gates on gates', 'random cell 13', 'random cell 14'].map(
    (name) => [name, 'variational dropout of states'] as const,
  ),
]
const plain = [...names, 'rnn', 'a chain of products', 'random cell 12', 'random cell 13', 'random cell 16']
const around: readonly (readonly [string, Rates])[] = [
  ['inputs', { inputs: 0.3 }],
  ['recurrent weights', { weights: 0.3 }],
  ['both', { inputs: 0.3, weights: 0.3 }],
]
const calls = (most: number): Run[] => [
  { steps: most, mode: 'gradients', ...draws },
  { steps: most, mode: 'gradients', ...draws, counter: 78, carry: true, accumulate: true },
  { steps: 1, mode: 'gradients' },
]

const programs = new Map<string, Program>()

/** The same object for the same case, so that the reference runs it once. */
function cached(key: string, make: () => Program): Program {
  const found = programs.get(key) ?? make()
  programs.set(key, found)
  return found
}

describe.each(runtimes)('on %s', (_name, runtime) => {
  const expectReference = async (key: string, make: () => Program): Promise<void> => {
    const program = cached(key, make)
    await expectAgreement(runtime, program, randomData(program, 4), calls(program.steps))
  }

  it.each(masked)('%s with %s gives what the reference gives', async (name, what) => {
    for (const shape of name === 'lstm' ? shapes.slice(0, 2) : shapes.slice(0, 1))
      await expectReference(`${name} ${what} ${shape.rows}`, () =>
        maskedProgram(inside[what]!(step(name, shape)), shape),
      )
  })

  it.each(plain.flatMap((name) => around.map(([what, rates]) => [name, what, rates] as const)))(
    '%s with dropout of %s gives what the reference gives',
    async (name, what, rates) => {
      for (const shape of name === 'lstm' ? shapes.slice(0, 2) : shapes.slice(0, 1))
        await expectReference(`${name} ${what} ${shape.rows}`, () =>
          maskedProgram(unmasked(step(name, shape)), shape, rates),
        )
    },
  )
})

/** Parameters after four updates, and the losses; the last call is outside training. */
async function updates(runtime: Runtime): Promise<readonly ArrayLike<number>[]> {
  const program = maskedModel({ rows: 2, steps: 3, symbols: 7 })
  const { parameters } = randomData(program, 8)
  const executable = await runtime.compile(program)
  for (const [name, data] of parameters) executable.writeParameter(name, data)
  executable.write('tokens', [0, 5, 3, 1, 5, 6])
  executable.write('targets', [4, 0, 1, 2, 3, 1])
  const losses: number[] = []
  for (let count = 1; count <= 4; count++) {
    const update = { ...sgd, count }
    const call = { steps: 3, mode: 'gradients', training: true, seed: 9, counter: count } as const
    losses.push((await executable.run({ ...call, update })).loss)
  }
  losses.push((await executable.run({ steps: 3, mode: 'forward' })).loss)
  const values = [...parameters.keys()].map((name) => executable.readParameter(name))
  executable.dispose()
  return [losses, ...values]
}

const sgd: UpdateSettings = {
  ...plainSteps,
  learningRate: 0.5,
}

it.each(runtimes)(
  'training with dropped weights and words on %s follows the reference',
  async (_name, runtime) => {
    const [want, got] = [await updates(reference), await updates(runtime)]
    want.forEach((data, i) => Array.from(data).forEach((x, j) => expect(got[i]![j]!).toBeCloseTo(x, 5)))
  },
)

/** Everything that two calls of a program leave. */
async function left(runtime: Runtime, program: Program): Promise<unknown> {
  const executable: Executable = await runtime.compile(program)
  give(executable, randomData(program, 4))
  for (const call of calls(program.steps).slice(0, 2)) await executable.run(call)
  const results = resultsOf(executable, program)
  executable.dispose()
  return results
}

it('dropouts give the same bits for any number of threads', async () => {
  const shape = { ...shapes[1], rows: 21 }
  const program = maskedProgram(inside['all of them']!(step('lstm', shapes[1])), shape, {
    inputs: 0.2,
    weights: 0.2,
  })
  for (const [, [one, ...others]] of await withThreads([1, 2, 3])) {
    const want = await left(one!, program)
    for (const runtime of others) expect(await left(runtime, program)).toEqual(want)
  }
})
