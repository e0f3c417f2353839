import { describe, expect, it } from 'vitest'
import { Stream } from '../../src/core/random.ts'
import { Builder, numbers } from '../../src/graph/index.ts'
import {
  type Executable,
  type Program,
  type Runtime,
  type UpdateSettings,
  reference,
} from '../../src/runtime/index.ts'
import { compile } from '../../src/equations/index.ts'
import { programOf, shapes } from '../plan/cases.ts'
import { runtimes } from './runtimes.ts'
import { plainSteps as none } from './settings.ts'

const rmsprop = { rule: 'rmsprop', learningRate: 0.01, alpha: 0.9, epsilon: 1e-4 } as const
const adam = { rule: 'adam', learningRate: 0.01, beta1: 0.9, beta2: 0.98, epsilon: 1e-6 } as const

/** Every rule with every option; the slots that it needs. */
const cases: Readonly<Record<string, readonly [slots: number, settings: Partial<UpdateSettings>]>> = {
  sgd: [0, {}],
  'sgd with decay': [0, { weightDecay: 0.1 }],
  momentum: [1, { momentum: 0.8 }],
  'momentum with decay': [1, { momentum: 0.8, weightDecay: 0.1 }],
  nesterov: [1, { momentum: 0.8, nesterov: true }],
  rmsprop: [1, rmsprop],
  'rmsprop with decay': [1, { ...rmsprop, weightDecay: 0.1 }],
  'rmsprop centered': [2, { ...rmsprop, centered: true }],
  'rmsprop with momentum': [2, { ...rmsprop, momentum: 0.7 }],
  'rmsprop centered with momentum': [3, { ...rmsprop, centered: true, momentum: 0.7 }],
  adam: [2, adam],
  'adam with decay': [2, { ...adam, weightDecay: 0.1 }],
  adamw: [2, { ...adam, rule: 'adamw', weightDecay: 0.1 }],
  'clipping by value': [0, { clipValue: 0.3 }],
  'clipping by norm': [0, { clipNorm: 0.5 }],
  'clipping by a norm that is not reached': [0, { clipNorm: 1e6 }],
  'clipping by both, with adam': [2, { ...adam, clipNorm: 0.5, clipValue: 0.3 }],
}

const cell = compile(
  "matrix V: [p, hidden]\nz = sigmoid(W @ [h, x] + b)\nh' = z * h + (1 - z) * tanh(V^T @ V @ h)",
  { name: 'cell' },
)

function program(slots: number): Program {
  const made = programOf(cell, shapes[1])
  return { ...made, gradient: { ...made.gradient!, slots } }
}

const buffers = ['value', 'slot0', 'slot1', 'slot2'] as const

/** Four updates with given gradients; what each leaves in every buffer, and the norms. */
async function updated(runtime: Runtime, slots: number, settings: Partial<UpdateSettings>) {
  const made = program(slots)
  const executable = await runtime.compile(made)
  const names = made.graph.parameters.map(({ name }) => name)
  const random = new Stream(9)
  const fill = (name: string, buffer: 'value' | 'gradient'): void => {
    const { length } = executable.readParameter(name, 'value')
    executable.writeParameter(
      name,
      Array.from({ length }, () => Math.fround(random.float() - 0.5)),
      buffer,
    )
  }
  for (const name of names) fill(name, 'value')
  const left: { norm: number; buffers: ArrayLike<number>[] }[] = []
  for (let count = 1; count <= 4; count++) {
    for (const name of names) fill(name, 'gradient')
    const { gradientNorm, loss } = await executable.run({
      steps: 0,
      mode: 'update',
      update: { ...none, ...settings, count },
    })
    expect(loss).toBeNaN()
    left.push({ norm: gradientNorm, buffers: readAll(executable, names, slots) })
  }
  executable.dispose()
  return left
}

function readAll(executable: Executable, names: readonly string[], slots: number): ArrayLike<number>[] {
  return names.flatMap((name) =>
    buffers.slice(0, 1 + slots).map((buffer) => executable.readParameter(name, buffer)),
  )
}

const wanted = new Map(
  await Promise.all(
    Object.entries(cases).map(
      async ([name, [slots, settings]]) => [name, await updated(reference, slots, settings)] as const,
    ),
  ),
)

describe.each(runtimes)('updates on %s agree with the reference:', (_name, runtime) => {
  it.each(Object.entries(cases))('%s', async (name, [slots, settings]) => {
    const got = await updated(runtime, slots, settings)
    wanted.get(name)!.forEach((want, update) => {
      expect(got[update]!.norm / want.norm).toBeCloseTo(1, 6)
      want.buffers.forEach((data, at) => {
        const have = got[update]!.buffers[at]!
        const error = Array.from(data, (x, i) => Math.abs(x - have[i]!) / (0.01 + Math.abs(x)))
        expect(Math.max(...error)).toBeLessThan(5e-5)
      })
    })
  })
})

describe.each([['reference', reference] as const, ...runtimes])('%s', (_name, runtime) => {
  it('updates in the call that computes the gradients as in one after it', async () => {
    const made = program(2)
    const states = await Promise.all(
      [true, false].map(async (together) => {
        const executable = await runtime.compile(made)
        made.graph.parameters.forEach(({ name }, at) => {
          const { length } = executable.readParameter(name)
          executable.writeParameter(
            name,
            Array.from({ length }, (_unused, i) => 0.3 * Math.cos(i + at)),
          )
        })
        executable.write(
          'x',
          Array.from({ length: made.steps * made.rows * 16 }, (_unused, i) => Math.sin(i)),
        )
        executable.write(
          `d ${made.graph.outputs[0]!.name}`,
          Array.from({ length: made.steps * made.rows * 32 }, () => 0.1),
        )
        const update = { ...none, ...adam, clipNorm: 1 }
        for (let count = 1; count <= 3; count++) {
          const call = { steps: made.steps, mode: 'gradients' } as const
          if (together) await executable.run({ ...call, update: { ...update, count } })
          else {
            await executable.run(call)
            await executable.run({ steps: 1, mode: 'update', update: { ...update, count } })
          }
        }
        const left = readAll(
          executable,
          made.graph.parameters.map(({ name }) => name),
          2,
        )
        executable.dispose()
        return left
      }),
    )
    expect(states[0]).toEqual(states[1])
  })

  it('leaves the gradients as they were clipped or not, and updates parameters without any', async () => {
    const build = new Builder(numbers)
    const x = build.leaf('input', 'x', { extent: 'step', shape: [3] })
    const unused = build.leaf('parameter', 'unused', { extent: 'once', shape: [2] })
    const used = build.leaf('parameter', 'W', { extent: 'once', shape: [2, 3] })
    const step = compile('output y\nmatrix W: [classes, input]\ny = W @ x', { name: 'dense' }).graph({
      input: 3,
      classes: 2,
    })
    const y = build.add('pick', [build.add('scan', [x, used], { step })], { index: 0 })
    const executable = await runtime.compile({
      graph: {
        nodes: build.nodes,
        inputs: [{ name: 'x', node: x }],
        parameters: [
          { name: 'unused', node: unused },
          { name: 'W', node: used },
        ],
        outputs: [{ name: 'y', node: y }],
      },
      rows: 1,
      steps: 1,
      states: [],
      gradient: { of: ['y'], inputs: [], slots: 0 },
    })
    executable.writeParameter('unused', [1, 2])
    executable.write('x', [1, 2, 3])
    executable.write('d y', [1, 0])
    const update = { ...none, learningRate: 0.5, weightDecay: 0.5 }
    await executable.run({ steps: 1, mode: 'gradients', update })
    expect([...executable.readParameter('W')]).toEqual([-0.5, -1, -1.5, 0, 0, 0])
    expect([...executable.readParameter('unused')]).toEqual([0.75, 1.5])
    expect([...executable.readParameter('unused', 'gradient')]).toEqual([0, 0])
    executable.dispose()
  })
})
