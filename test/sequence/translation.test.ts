import { describe, expect, it } from 'vitest'
import { cell, cells } from '../../src/cells/index.ts'
import { decode } from '../../src/generate/index.ts'
import { decodeModel, encodeModel, sequenceModelFrom } from '../../src/interop/index.ts'
import { type SequenceOptions, layer, sequenceModel } from '../../src/model/index.ts'
import { reference } from '../../src/runtime/index.ts'
import { Session, evaluateExamples, follow, predict, train } from '../../src/train/index.ts'
import { runtimes } from '../runtime/runtimes.ts'
import { collect } from '../train/fake.ts'
import { translations } from './models.ts'

const names = Object.keys(translations)
const [, fastest] = runtimes[1] ?? runtimes[0]!
const { options, examples } = translations['many-to-many, multiplicative attention']!
const base = { shape: 'many-to-many', input: { tokens: 4 }, output: { classes: 4 } } as const

describe.each(names)('%s', (name) => {
  it('has the gradient that finite differences say', async () => {
    const task = translations[name]!
    const net = sequenceModel({ ...task.options, dropout: 0 })
    const some = task.examples.slice(0, 3)
    const steps = Math.max(...some.map((example, i) => net.stepsOf(example, i)))
    const batch = net.batch(some, 4, steps)
    const executable = await reference.compile(net.program({ rows: 4, steps, training: true }))
    for (const [input, values] of Object.entries(batch.inputs)) executable.write(input, values)
    const write = (parameter: string, data: ArrayLike<number>): void =>
      executable.writeParameter(parameter, data)
    for (const [parameter, { data }] of net.parameters) write(parameter, data)
    await executable.run({ steps, mode: 'gradients' })
    const gradients = new Map(
      [...net.parameters.keys()].map((key) => [key, executable.readParameter(key, 'gradient').slice()]),
    )
    const lossAt = async (): Promise<number> => (await executable.run({ steps, mode: 'forward' })).loss
    for (const [parameter, { data }] of net.parameters) {
      const at = Math.floor(data.length / 2)
      const values = Float64Array.from(data)
      const moved = async (by: number): Promise<number> => {
        write(parameter, values.with(at, values[at]! + by))
        return lossAt()
      }
      const slope = ((await moved(1e-4)) - (await moved(-1e-4))) / 2e-4
      write(parameter, values)
      expect(gradients.get(parameter)![at]!).toBeCloseTo(slope, 6)
    }
    executable.dispose()
  })
})

describe('states of a decoder start from', () => {
  /** What the encoder says that each state starts from, and the encoder's own final states. */
  async function started(more: Pick<SequenceOptions, 'encoder' | 'layers' | 'handover'>) {
    const net = sequenceModel({ ...base, ...more })
    const program = net.program({ rows: 2, steps: 4, training: false, use: 'encode' })
    const executable = await reference.compile(program)
    for (const { name } of program.graph.parameters)
      executable.writeParameter(name, net.parameters.get(name)!.data)
    const { steps, inputs } = net.layout.sources([[1, 2, 3], [0]], 2)
    for (const [name, values] of Object.entries(inputs)) executable.write(name, values)
    await executable.run({ steps, mode: 'forward' })
    const read = (name: string): readonly number[] => Array.from(executable.read(name))
    return { net, read, starts: net.memory.starts }
  }

  it('both ways of the encoder side by side', async () => {
    const { read, starts } = await started({
      encoder: [layer(cells.lstm(3), { direction: 'both' })],
      layers: [cells.luong_lstm(6)],
    })
    expect(starts.map(({ state }) => state)).toEqual(['layers.0.h', 'layers.0.c'].toSorted())
    for (const { state, output } of starts) {
      const [ahead, back] = ['encoder.0', 'encoder.0.reverse'].map((way) =>
        read(`${way}.${state.at(-1)} next`),
      )
      const rows = [0, 3].flatMap((row) => [...ahead!.slice(row, row + 3), ...back!.slice(row, row + 3)])
      expect(read(output)).toEqual(rows)
    }
  })

  it('a bridge where sizes differ, layers paired from the top', async () => {
    const { net, read, starts } = await started({
      encoder: [cells.gru(5), cells.gru(3)],
      layers: [cells.gru(4)],
    })
    const [W, b] = ['W', 'b'].map((key) => net.parameters.get(`bridges.layers.0.h.${key}`)!.data)
    const final = read('encoder.1.h next')
    const wanted = [0, 1].flatMap((row) =>
      Array.from({ length: 4 }, (_unused, i) =>
        Math.tanh([0, 1, 2].reduce((sum, k) => sum + W![3 * i + k]! * final[3 * row + k]!, b![i]!)),
      ),
    )
    read(starts[0]!.output).forEach((x, i) => expect(x).toBeCloseTo(wanted[i]!, 6))
  })

  it('zero, or what is learned, where nothing is handed over', async () => {
    const learned = cell('learned', "memory M\nstate h = learned\nh' = tanh(W @ [h, x] + attend(h, M, M))")
    const attending = { encoder: [cells.gru(3)], layers: [cells.luong_lstm(4)], handover: 'zero' } as const
    expect((await started(attending)).starts).toEqual([])
    const { net, starts } = await started({ encoder: [cells.gru(3)], layers: [learned(3)] })
    expect(starts).toEqual([])
    expect(net.parameters.has('layers.0.initial.h')).toBe(true)
    net.parameters.get('layers.0.initial.h')!.data.set([0.5, -0.5, 0.9])
    net.parameters.get('head.b')!.data[4] = 0.5
    const [found] = await decode(net, [[1, 2]], { runtime: reference, beam: 2, length: 3 })
    const session = await Session.open(net, reference, { rows: 1, steps: 4, training: false })
    const { loss } = await session.run(net.batch([{ input: [1, 2], target: found!.tokens }], 1, 4), {
      mode: 'forward',
    })
    session.dispose()
    expect(found!.ended).toBe(true)
    expect(found!.log).toBeCloseTo(-loss * (found!.tokens.length + 1), 5)
  })
})

describe('a model that is many-to-many', () => {
  it('is learned, evaluated, and writes what it learned', async () => {
    const net = sequenceModel({ ...options, seed: 2 })
    const settings = { batch: 12, epochs: 25, learningRate: 0.03, validation: 'none' } as const
    await collect(train(net, examples, { ...settings, runtime: fastest }))
    const { tokens, predictions } = await evaluateExamples(net, examples, { runtime: fastest })
    expect(tokens).toBe(examples.reduce((sum, { target }) => sum + (target as number[]).length + 1, 0))
    expect(predictions).toEqual([])
    const inputs = examples.map(({ input }) => input)
    for (const beam of [1, 3]) {
      const found = await decode(net, inputs, { runtime: fastest, beam })
      expect(found.map((one) => one.tokens)).toEqual(examples.map(({ target }) => target))
    }
  })

  it('is stored and read again', async () => {
    const net = sequenceModel({ ...options, handover: 'zero' }, { source: 'letters' })
    const read = sequenceModelFrom(decodeModel(encodeModel(net)))
    expect(read.config).toEqual(net.config)
    expect(read.parameters).toEqual(net.parameters)
  })

  it('writes, so it is neither asked nor followed', async () => {
    const net = sequenceModel(options)
    await expect(predict(net, [[1]], { runtime: reference })).rejects.toThrow('use write or decode')
    await expect(follow(net, { runtime: reference })).rejects.toMatchObject({ code: 'model-shape' })
  })

  it.each([
    [{ layers: [cells.gru(2)] }, 'The decoder reads nothing of its source'],
    [{ layers: [cells.luong_lstm(2)] }, '"layers.0" has a memory, which needs vectors'],
    [
      { encoder: [cells.gru(2)], layers: [layer(cells.gru(2), { direction: 'both' })] },
      '"layers.0" reads backward',
    ],
    [
      {
        encoder: [cells.gru(3)],
        layers: [cell('dot', "memory M\nh' = tanh(W @ [h, x] + attend(h, M, M))")(4)],
      },
      'attends to places of 4 entries, and those of its memory have 3',
    ],
    [{ encoder: [cells.luong_lstm(3)], layers: [cells.gru(3)] }, 'a decoder needs an encoder'],
    [{ encoder: [cells.gru(3)], layers: [cells.gru(3)], output: { values: 1 } }, 'writes tokens'],
    [
      { encoder: [cells.gru(3)], layers: [cells.gru(3)], shape: 'synced' },
      'encoder is for the shape many-to-many',
    ],
    [
      { layers: [cells.gru(3)], handover: 'zero', shape: 'many-to-one' },
      'handover is for the shape many-to-many',
    ],
  ] as const)('refuses parts that do not fit: %#', (more, message) => {
    expect(() => sequenceModel({ ...base, ...more })).toThrow(message)
  })

  it('refuses examples without anything to attend to, or longer than they may be', async () => {
    const net = sequenceModel({ ...options, longest: 3 })
    expect(() => net.stepsOf({ input: [], target: [1] }, 4)).toThrow('Example 4 has nothing that a decoder')
    await expect(decode(net, [[1], []], { runtime: reference })).rejects.toThrow('Example 1 has nothing')
    expect(net.stepsOf({ input: [1], target: [] }, 0)).toBe(1)
    expect(net.stepsOf({ input: [1], target: [1, 2] }, 0)).toBe(3)
    expect(() => net.stepsOf({ input: [1], target: [1, 2, 3] }, 0)).toThrow('more than the longest of 3')
    expect(() => net.stepsOf({ input: [1, 1, 1, 1], target: [1] }, 0)).toThrow('more than the longest of 3')
    expect(() => net.stepsOf({ input: [1], target: [4] }, 0)).toThrow('from 0 to 3')
  })
})
