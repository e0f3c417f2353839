import { describe, expect, it } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { Stream } from '../../src/core/random.ts'
import { layer, stackWindow } from '../../src/model/index.ts'
import { type Executable, type Program, type Run, reference } from '../../src/runtime/index.ts'
import { sequenceData } from '../plan/sequences.ts'
import { type Data, give } from '../plan/windows.ts'
import { expectAgreement, results, runtimes } from '../runtime/runtimes.ts'
import { forms, stackProgram } from './forms.ts'
import { bitsOf, padded } from '../runtime/padding.ts'

const shape = { rows: 5, steps: 4 }
const names = Object.keys(forms)

const programs = new Map<string, Program>()

/** The same object for the same case, so that the reference runs it once. */
function programOf(form: string, lengths: boolean): Program {
  const key = `${form} ${lengths}`
  const options = { input: { size: 6 }, layers: forms[form]!, lengths, initial: 'given' } as const
  const program = programs.get(key) ?? stackProgram(options, shape)
  programs.set(key, program)
  return program
}

const calls: readonly Run[] = [
  { steps: 4, mode: 'gradients' },
  { steps: 3, mode: 'gradients', accumulate: true },
]

describe.each(runtimes)('%s agrees with the reference', (_name, runtime) => {
  it.each(names)('on %s', async (form) => {
    for (const lengths of [true, false]) {
      const program = programOf(form, lengths)
      await expectAgreement(runtime, program, sequenceData(program, 3), calls)
    }
  })

  it.each([0, 5])('on tokens that skip layers and are reversed (embedding %d)', async (embedding) => {
    const layers = [
      layer(cells.lstm(5), { direction: 'both' }),
      cells.rnn(5),
      layer(cells.gru(4), { direction: 'both', skip: 'all' }),
    ]
    const program = stackProgram({ input: { symbols: 7, embedding }, layers, lengths: true }, shape)
    await expectAgreement(runtime, program, sequenceData(program, 4, { classes: 7 }), calls)
  })
})

/** The sum of all outputs times their seeds: what the gradients are of. */
async function weighted(executable: Executable, program: Program, data: Data): Promise<number> {
  await executable.run({ steps: program.steps, mode: 'forward' })
  return program.graph.outputs.reduce((sum, { name }) => {
    const seeds = data.inputs.get(`d ${name}`)!
    return [...executable.read(name)].reduce((total, y, i) => total + y * seeds[i]!, sum)
  }, 0)
}

describe('finite differences agree with the gradient', () => {
  it.each(names)('of %s', async (form) => {
    const program = programOf(form, true)
    const data = sequenceData(program, 6)
    const executable = await reference.compile(program)
    give(executable, data)
    await executable.run({ steps: program.steps, mode: 'gradients' })
    const leaves = [
      ...[...data.parameters].map(([name, values]) => {
        const write = (): void => executable.writeParameter(name, values)
        return { name, values, write, gradient: executable.readParameter(name, 'gradient') }
      }),
      ...program.gradient!.inputs.map((name) => {
        const values = data.inputs.get(name)!
        return {
          name,
          values,
          write: () => executable.write(name, values),
          gradient: executable.read(`d ${name}`),
        }
      }),
    ]
    const random = new Stream(2)
    for (const { name, values, write, gradient } of leaves) {
      for (let trial = 0; trial < 3; trial++) {
        const i = random.below(values.length)
        const x = values[i]!
        const at = async (value: number): Promise<number> => {
          values[i] = value
          write()
          return weighted(executable, program, data)
        }
        const difference = ((await at(x + 1e-5)) - (await at(x - 1e-5))) / 2e-5
        await at(x)
        const error = Math.abs(gradient[i]! - difference)
        expect(error < 1e-7 ? '' : `${name}[${i}] is ${gradient[i]}, not ${difference}`).toBe('')
      }
    }
  })
})

describe.each([['reference', reference] as const, ...runtimes.slice(0, 1), ...runtimes.slice(-1)])(
  'padding on %s',
  (_name, runtime) => {
    it.each(names)('changes nothing of %s', async (form) => {
      const program = programOf(form, true)
      const data = sequenceData(program, 8)
      const longer = padded(program, data, 7)
      const [want] = await results(runtime, program, data, [{ steps: 4, mode: 'gradients' }])
      const [got] = await results(runtime, longer.program, longer.data, [{ steps: 7, mode: 'gradients' }])
      for (const [name, values] of want!) {
        const have = bitsOf(got!.get(name)!)
        const [real, rest] = [have.subarray(0, values.length), have.subarray(values.length)]
        expect([name, real]).toEqual([name, bitsOf(values)])
        expect([name, rest]).toEqual([name, new Uint32Array(rest.length)])
      }
    })
  },
)

it('a row is the same alone as among longer and shorter ones', async () => {
  const program = programOf('everything at once', true)
  const data = sequenceData(program, 9)
  const call = { steps: 4, mode: 'gradients' } as const
  const [all] = await results(reference, program, data, [call])
  const { size } = stackWindow({ input: { size: 6 }, layers: forms['everything at once']! })
  for (const row of [0, 2, 3, 4]) {
    const length = data.inputs.get('lengths')![row]!
    const inputs = [...data.inputs].map(([name, values]) => {
      const each = name === 'x' || name === 'd y' ? values.length / 20 : values.length / 5
      const own = Array.from({ length: values.length / each / 5 }, (_unused, step) =>
        values.subarray((step * 5 + row) * each, (step * 5 + row + 1) * each),
      ).flatMap((part) => [...part])
      return [name, Float64Array.from(own)] as const
    })
    const alone = { ...data, inputs: new Map(inputs) }
    const [one] = await results(reference, { ...program, rows: 1 }, alone, [call])
    const y = all!.get('y')!
    for (let step = 0; step < length; step++)
      for (let i = 0; i < size; i++)
        expect(one!.get('y')![step * size + i]).toBe(y[(step * 5 + row) * size + i])
  }
})
