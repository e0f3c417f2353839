import { describe, expect, it } from 'vitest'
import { Unsupported } from '../../src/core/errors.ts'
import { compile } from '../../src/equations/index.ts'
import { type Program, type Runtime, reference } from '../../src/runtime/index.ts'
import { openNative } from '../../src/runtime/native/index.ts'
import { packedRuntime } from '../../src/runtime/packed.ts'
import { bf16 } from '../kernels/bf16.ts'
import { devices, pairing, titleOf, withPairs } from '../kernels/devices.ts'
import { sized } from '../plan/cases.ts'
import { type Data, difference, randomData, stackProgram } from '../plan/windows.ts'
import { results } from './runtimes.ts'
import { trained } from './trained.ts'

/** Cells that keep whole numbers whole. */
const whole = {
  'one sum': `
    output y: 2 * hidden
    h' = W @ x + U @ h + b
    y = V @ h'`,
  'four sums in one panel': `
    h' = W1 @ x + U1 @ h + relu(W2 @ x + U2 @ h) - relu(W3 @ x + b) - W4 @ x - U4 @ h`,
  'no state': `
    output y: hidden
    y = relu(W @ x + b)`,
}

const shapes = [
  { input: 5, hidden: 21, rows: 66, steps: 3 },
  { input: 33, hidden: 7, rows: 1, steps: 3 },
  { input: 16, hidden: 70, rows: 9, steps: 2 },
]

const programs = Object.entries(whole).flatMap(([name, text]) =>
  shapes.map((shape) => {
    const title = `${name}, ${shape.input} to ${shape.hidden}`
    return [title, stackProgram([sized(compile(text, { name }), shape)], shape)] as const
  }),
)

/** Small whole numbers, and weights of which few are not 0: bf16 holds every operand without rounding. */
function wholeData(program: Program): Data {
  const { inputs, parameters } = randomData(program, 3, 1.1)
  return {
    inputs: eachOf(inputs, (value) => Math.max(-2, Math.min(2, Math.trunc(2.5 * value)))),
    parameters: eachOf(parameters, Math.trunc),
  }
}

/** Numbers by name that are f of others. */
function eachOf(all: Data['inputs'], f: (value: number) => number): Data['inputs'] {
  return new Map([...all].map(([name, data]) => [name, data.map((value) => f(value))]))
}

const inPairs = (runtime: Runtime, program: Program): readonly [Runtime, Program] => [
  runtime,
  { ...program, precision: 'bf16' },
]

describe.each(pairing.map((device) => [titleOf(device), packedRuntime(withPairs(device))] as const))(
  'bf16 on %s',
  (_title, runtime) => {
    it.each(programs)('is exact where bf16 holds every operand: %s', async (_name, program) => {
      const data = wholeData(program)
      const { steps } = program
      const calls = [
        { steps, mode: 'gradients' },
        { steps: steps - 1, mode: 'gradients', carry: true, accumulate: true },
      ] as const
      const wanted = await results(reference, program, data, calls)
      const got = await results(...inPairs(runtime, program), data, calls)
      wanted.forEach((one, call) => expect(difference(one, got[call]!, 0)).toBe(''))
    })

    it.each([7, 70])('gives the products of operands rounded to bf16, of %i rows', async (rows) => {
      const cell = compile('output y: hidden\ny = W @ x', { name: 'a product' })
      const program = stackProgram([sized(cell, { input: 33, hidden: 85 })], { rows, steps: 5 })
      const data = randomData(program, 4)
      const rounded = { inputs: eachOf(data.inputs, bf16), parameters: eachOf(data.parameters, bf16) }
      const calls = [{ steps: 5, mode: 'gradients' }] as const
      const [wanted] = await results(reference, program, rounded, calls)
      const [got] = await results(...inPairs(runtime, program), data, calls)
      expect(difference(wanted!, got!, 1e-5)).toBe('')
    })

    it('trains to the same bits with any number of threads', async () => {
      const one = await trained(runtime, 'bf16')
      const three = packedRuntime(withPairs(openNative({ isa: runtime.machine.isa, threads: 3 })))
      expect(await trained(three, 'bf16')).toEqual(one)
      expect(await trained(runtime)).not.toEqual(one)
    })
  },
)

/** The instruction sets with vectors of 16 floats. */
const widest = pairing.filter(({ vectorWidth }) => vectorWidth === 16)

it.runIf(widest.length > 1)('gives the same bits with the instruction and with its parts', async () => {
  const [first, ...others] = widest.map((device) => packedRuntime(withPairs(device)))
  for (const other of others) {
    expect(await trained(other)).toEqual(await trained(first!))
    expect(await trained(other, 'bf16')).toEqual(await trained(first!, 'bf16'))
  }
})

it('is refused where it would not be faster', async () => {
  const slow = devices.filter(({ fastPairs }) => !fastPairs).map(packedRuntime)
  for (const runtime of [reference, ...slow]) {
    expect(runtime.precisions).toEqual(['float32'])
    const refused = trained(runtime, 'bf16')
    await expect(refused).rejects.toBeInstanceOf(Unsupported)
    await expect(refused).rejects.toMatchObject({ values: { precision: 'bf16', isa: runtime.machine.isa } })
  }
  for (const { machine, fastPairs } of pairing) expect(fastPairs).toBe(machine.isa === 'avx512bf16')
})
