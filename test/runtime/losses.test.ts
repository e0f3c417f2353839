import { describe, expect, it } from 'vitest'
import { Unsupported } from '../../src/core/errors.ts'
import { type Attributes, Builder, type Type, numbers } from '../../src/graph/index.ts'
import { type Program, type Runtime, reference } from '../../src/runtime/index.ts'
import { type Data, give, resultsOf } from '../plan/windows.ts'
import { lossCases, lossData, lossProgram } from './loss-programs.ts'
import { expectAgreement, runtimes, withThreads } from './runtimes.ts'
import { bits } from './trained.ts'

const shape = { rows: 13, steps: 9 }
const cases = Object.entries(lossCases).map(([name, one]) => {
  const program = lossProgram(one, shape)
  return { name, one, program, data: lossData(one, program) }
})

/** All results of one call with gradients, as bits. */
async function computed(runtime: Runtime, program: Program, data: Data): Promise<Uint32Array[]> {
  const executable = await runtime.compile(program)
  give(executable, data)
  await executable.run({ steps: program.steps, mode: 'gradients' })
  const found = [...resultsOf(executable, program).values()].map((all) => bits(Float32Array.from(all)))
  executable.dispose()
  return found
}

describe.each(runtimes)('%s', (_name, runtime) => {
  it.each(cases)('agrees with the reference: $name', async ({ program, data }) => {
    await expectAgreement(runtime, program, data, [
      { steps: shape.steps, mode: 'gradients' },
      { steps: 6, mode: 'gradients', accumulate: true, share: 0.25 },
      { steps: shape.steps, mode: 'gradients' },
    ])
  })
})

/** One row of the loss of an input, with the gradient by it. */
async function alone(
  runtime: Runtime,
  op: string,
  attributes: object,
  inputs: readonly { readonly type: Type; readonly data: readonly number[] }[],
  steps: number,
) {
  const build = new Builder(numbers)
  const nodes = inputs.map(({ type }, i) => build.leaf('input', `x${i}`, type))
  const loss = build.add(op, nodes, attributes as Attributes)
  const ports = nodes.map((node, i) => ({ name: `x${i}`, node }))
  const graph = { nodes: build.nodes, inputs: ports, parameters: [], outputs: [{ name: 'loss', node: loss }] }
  const gradient = { of: ['loss'], inputs: ['x0'], slots: 0 }
  const executable = await runtime.compile({ graph, rows: 1, steps, states: [], gradient })
  inputs.forEach(({ data }, i) => executable.write(`x${i}`, data))
  const { loss: forward } = await executable.run({ steps, mode: 'forward' })
  const { loss: value } = await executable.run({ steps, mode: 'gradients' })
  expect(value).toEqual(forward)
  const found = { loss: value, gradient: [...executable.read('d x0')] }
  executable.dispose()
  return found
}

const step = (data: readonly number[], ...sizes: number[]) => ({
  type: { extent: 'step', shape: sizes } as const,
  data,
})
const row = (data: readonly number[], ...sizes: number[]) => ({
  type: { extent: 'row', shape: sizes } as const,
  data,
})

describe.each([['reference', reference] as const, ...runtimes])('%s', (_name, runtime) => {
  it('is exact for huge logits', async () => {
    const given = [step([1e6, -1e6, 1e6, -1e6], 4), step([1, 0, 0, 1], 4)]
    const { loss, gradient } = await alone(runtime, 'bernoulli_loss', { reduction: 'sum' }, given, 1)
    expect(loss).toBe(2e6)
    expect(gradient.map((x) => x + 0)).toEqual([0, 0, 1, -1])
  })

  it('shows what is no number where it counts', async () => {
    const given = (mask: number) => [step([1, NaN], 1), step([0, 1], 1), step([1, mask])]
    const left = await alone(runtime, 'value_loss', { kind: 'huber' }, given(0), 2)
    expect(left).toEqual({ loss: 0.5, gradient: [1, 0] })
    expect((await alone(runtime, 'value_loss', { kind: 'huber' }, given(1), 2)).loss).toBeNaN()
    const ctc = [step([1, NaN, 0, 0], 2), row([1], 1), row([2]), row([1])]
    expect((await alone(runtime, 'ctc_loss', {}, ctc, 2)).loss).toBeNaN()
    for (const spoilt of [NaN, Infinity]) {
      const logits = [step([1, spoilt, 3], 3), step([0])]
      expect((await alone(runtime, 'cross_entropy', {}, logits, 1)).loss).toBeNaN()
    }
  })

  it('counts targets that are reversed in the same call', async () => {
    const build = new Builder(numbers)
    const x = build.leaf('input', 'x', { extent: 'step', shape: [2] })
    const targets = build.leaf('input', 'targets', { extent: 'step', shape: [] })
    const loss = build.add('cross_entropy', [x, build.add('reverse', [targets])])
    const inputs = [x, targets].map((node) => ({ name: build.nodes[node]!.name!, node }))
    const graph = { nodes: build.nodes, inputs, parameters: [], outputs: [{ name: 'loss', node: loss }] }
    const executable = await runtime.compile({ graph, rows: 1, steps: 3, states: [] })
    executable.write('x', [0, 0, 0, 0, 0, 0])
    for (const own of [
      [-1, 1, -1],
      [0, 1, -1],
    ]) {
      executable.write('targets', own)
      expect((await executable.run({ steps: 3, mode: 'forward' })).loss).toBeCloseTo(Math.LN2, 6)
    }
    executable.dispose()
  })

  it('refuses a mask that is not whole', async () => {
    const given = [step([1, 2], 1), step([0, 1], 1), step([1, 0.5])]
    const made = alone(runtime, 'value_loss', { kind: 'squared' }, given, 2)
    await expect(made).rejects.toThrow('"x2" has 0.5, but takes whole numbers.')
  })

  it('knows labels that no alignment fits', async () => {
    const given = [step([1, 2, 3, 4], 2), row([1, 1], 2), row([2]), row([2])]
    const { loss, gradient } = await alone(runtime, 'ctc_loss', {}, given, 2)
    expect([loss, ...gradient]).toEqual([Infinity, 0, 0, 0, 0])
    expect((await alone(runtime, 'ctc_loss', { zeroInfinity: true }, given, 2)).loss).toBe(0)
  })

  it.each([
    [2, 1e-4],
    [30, 2e-3],
  ])('aligns long sequences of logits up to %d', async (size, tolerance) => {
    const steps = 400
    const logits = Array.from({ length: steps * 5 }, (_unused, i) => Math.fround(size * Math.cos(i * i)))
    const labels = Array.from({ length: 60 }, (_unused, i) => 1 + ((i * i) % 4))
    const given = [step(logits, 5), row(labels, 60), row([steps]), row([60])]
    const want = await alone(reference, 'ctc_loss', { reduction: 'sum' }, given, steps)
    const got = await alone(runtime, 'ctc_loss', { reduction: 'sum' }, given, steps)
    expect(Math.abs(got.loss / want.loss - 1)).toBeLessThan(1e-6)
    const worst = Math.max(...got.gradient.map((x, i) => Math.abs(x - want.gradient[i]!)))
    expect(worst).toBeLessThan(tolerance)
  })

  it('refuses labels that are none, and more than there is room for', async () => {
    const ctc = (labels: readonly number[], length: number, count: number) =>
      alone(runtime, 'ctc_loss', {}, [step([1, 2, 3, 4], 2), row(labels, 2), row([length]), row([count])], 2)
    await expect(ctc([2, -1], 2, 1)).rejects.toThrow('"x1" has the token 2, but there are 2 classes.')
    await expect(ctc([0, 1], 2, 2)).rejects.toThrow('"x1" has the label 0, which is the blank.')
    await expect(ctc([1, 1], 3, 2)).rejects.toThrow('"x2" has 3 for a row')
    await expect(ctc([1, 1], 2, 3)).rejects.toThrow(
      '"x3" has 3 labels for a row, but takes whole numbers from 0 to 2.',
    )
  })
})

describe.each(runtimes)('%s in parts', (_name, runtime) => {
  const long = { rows: 32, steps: 40 }

  it.each(cases.filter(({ one: { op } }) => op !== 'ctc_loss'))(
    'gives the bits of whole windows: $name',
    async ({ one }) => {
      const program = lossProgram(one, long)
      const data = lossData(one, program)
      const whole = await computed(runtime, program, data)
      expect(await computed(runtime, { ...program, keepEvery: 8 }, data)).toEqual(whole)
    },
  )

  it('refuses to align in parts', async () => {
    const program = lossProgram(lossCases['alignments, the mean']!, { ...long, keepEvery: 8 })
    await expect(runtime.compile(program)).rejects.toThrow(Unsupported)
  })
})

describe.each(await withThreads([1, 2, 3]))('%s', (_name, [one, ...others]) => {
  it.each(cases)('same bits for any number of threads: $name', async ({ program, data }) => {
    const want = await computed(one!, program, data)
    for (const other of others) expect(await computed(other, program, data)).toEqual(want)
  })
})
