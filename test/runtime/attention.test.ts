import { describe, expect, it } from 'vitest'
import { compile } from '../../src/equations/index.ts'
import { Builder, addLayer, numbers, withTraces } from '../../src/graph/index.ts'
import type { Program, Run } from '../../src/runtime/index.ts'
import {
  type Source,
  decoderData,
  decoderProgram,
  decoderShapes,
  decoders,
  memoryProgram,
  translation,
} from '../plan/attention.ts'
import { expectAgreement, results, runtimes, withThreads } from './runtimes.ts'

const sources: readonly Source[] = ['mask', 'lengths', 'rows']

const windows = decoders.flatMap(([name, cell], first) =>
  decoderShapes.map((shape, index) => {
    const source = sources[(first + index) % 3]!
    const program = decoderProgram(cell, shape, source)
    const { gradient: _none, ...forward } = program
    return { name: `${name} over ${source} of ${shape.hidden}`, program, forward, index, source }
  }),
)

/** A mask that is given counts places of the whole window, so no shorter one is run. */
const calls = (steps: number, source?: Source): readonly Run[] => [
  { steps, mode: 'gradients' },
  ...(steps > 1 && source !== 'mask' ? [{ steps: steps - 1, mode: 'gradients' } as const] : []),
  { steps, mode: 'gradients' },
]

describe.each(runtimes)('attention on %s', (_name, runtime) => {
  it.each(windows)('agrees with the reference: $name', async ({ program, forward, index, source }) => {
    await expectAgreement(runtime, program, decoderData(program, index), calls(program.steps, source))
    const once: readonly Run[] = [{ steps: forward.steps, mode: 'forward' }]
    await expectAgreement(runtime, forward, decoderData(forward, index), once)
  })

  it.each([
    { rows: 3, steps: 4, places: 5 },
    { rows: 9, steps: 6, places: 6 },
  ])('agrees with the reference over an encoder', async (shape) => {
    const program = translation(shape)
    await expectAgreement(runtime, program, decoderData(program, 1), calls(shape.steps))
  })
})

describe.each(runtimes.slice(0, 1))('attention on %s', (_name, runtime) => {
  it('refuses a memory with fewer places than steps', async () => {
    const program = translation({ rows: 2, steps: 4, places: 3 })
    await expect(runtime.compile(program)).rejects.toThrow('cannot hold windows of 4 steps')
  })

  it.each([
    ['weights that are cut by a slice', 'weights', 'attention_softmax needs whole is cut by a slice'],
    ['a memory of one-hot vectors', 'tokens', 'remembers no one-hot vectors'],
  ])('refuses %s', async (_what, kind, message) => {
    const build = new Builder(numbers)
    const [places, size] = [4, 3]
    const cell = compile('memory M\noutput y\ny = attend(x, M, M)', { name: 'pointer' })
    const step = withTraces(cell.graph({ input: size, places }), ['y_weights'])
    const leaf = (name: string, extent: 'row' | 'step', ...shape: number[]): number =>
      build.leaf('input', name, { extent, shape })
    const x = leaf('x', 'step', size)
    const sequence = kind === 'tokens' ? build.add('onehot', [leaf('tokens', 'step')], { classes: size }) : x
    const memories = [{ sequence, mask: build.add('places', [], { places }) }]
    const { outputs } = addLayer(build, step, { sequences: [x], initial: [], parameters: [], memories })
    const square = compile('output y\ny = x * x', { name: 'square' }).graph({ input: 2 })
    const cut = (): number => {
      const part = build.add('slice', [outputs[1]!], { offset: 1, size: 2 })
      return build.add('pick', [build.add('scan', [part], { step: square })], { index: 0 })
    }
    const node = kind === 'tokens' ? outputs[0]! : cut()
    const inputs = build.nodes.flatMap(({ op, name }, id) =>
      op === 'input' ? [{ name: name!, node: id }] : [],
    )
    const graph = { nodes: build.nodes, inputs, parameters: [], outputs: [{ name: 'y', node }] }
    await expect(runtime.compile({ graph, rows: 2, steps: 3, states: [] })).rejects.toThrow(message)
  })

  it('refuses the gradient of a vector that all steps read', async () => {
    const build = new Builder(numbers)
    const step = compile('output y\ny = x * x', { name: 'square' }).graph({ input: 3 })
    const x = build.leaf('input', 'x', { extent: 'row', shape: [3] })
    const y = build.add('pick', [build.add('scan', [x], { step })], { index: 0 })
    const graph = {
      nodes: build.nodes,
      inputs: [{ name: 'x', node: x }],
      parameters: [],
      outputs: [{ name: 'y', node: y }],
    }
    const program: Program = { graph, rows: 2, steps: 3, states: [] }
    const made = await runtime.compile(program)
    made.write('x', [1, 2, 3, 4, 5, 6])
    await made.run({ steps: 2, mode: 'forward' })
    expect([...made.read('y')]).toEqual([1, 4, 9, 16, 25, 36, 1, 4, 9, 16, 25, 36])
    const gradient = { of: ['y'], inputs: ['x'], slots: 0 }
    await expect(runtime.compile({ ...program, gradient })).rejects.toThrow('give it as a sequence')
  })
})

/** A sequence [steps][rows][size] as memories [rows][places][size], zero beyond the steps. */
function asRows(sequence: ArrayLike<number>, rows: number, steps: number, places: number): Float32Array {
  const size = sequence.length / (rows * steps)
  const memory = new Float32Array(rows * places * size)
  for (let i = 0; i < sequence.length; i++) {
    const [step, row] = [Math.floor(i / (rows * size)), Math.floor(i / size) % rows]
    memory[(row * places + step) * size + (i % size)] = sequence[i]!
  }
  return memory
}

describe.each(runtimes)('decoding step by step on %s', (_name, runtime) => {
  it.each(decoders)('gives what a window gives: %s', async (_cell, cell) => {
    const shape = { ...decoderShapes[0]!, steps: 3, places: 5 }
    const { rows, steps, places } = shape
    const { gradient: _none, ...window } = decoderProgram(cell, shape, 'lengths')
    const data = decoderData(window, 4)
    data.inputs.get('lengths')!.fill(steps)
    const [whole] = await results(runtime, window, data, [{ steps, mode: 'forward' }])
    const encoder = await runtime.compile(memoryProgram(cell, shape))
    for (const { name } of memoryProgram(cell, shape).graph.inputs)
      encoder.write(name, data.inputs.get(name)!)
    for (const [name, weights] of data.parameters) encoder.writeParameter(name, weights)
    await encoder.run({ steps, mode: 'forward' })
    const { gradient: _never, ...once } = decoderProgram(cell, { ...shape, steps: 1 }, 'rows')
    const decoder = await runtime.compile(once)
    for (const [name, weights] of data.parameters) decoder.writeParameter(name, weights)
    const ends = data.inputs.get('source lengths')!
    for (const { name } of once.graph.inputs) {
      if (name.startsWith('mask'))
        decoder.write(
          name,
          Array.from({ length: rows * places }, (_x, i) =>
            Number(i % places < ends[Math.floor(i / places)]!),
          ),
        )
      else if (name === 'lengths') decoder.write(name, new Array(rows).fill(1))
      else if (name !== 'x')
        decoder.write(
          name,
          data.inputs.get(name)?.length && name.endsWith('0')
            ? data.inputs.get(name)!
            : asRows(encoder.read(`read ${name}`), rows, steps, places),
        )
    }
    const x = data.inputs.get('x')!
    for (let step = 0; step < steps; step++) {
      decoder.write('x', x.subarray((step * x.length) / steps, ((step + 1) * x.length) / steps))
      await decoder.run({ steps: 1, mode: 'forward', carry: step > 0 })
      const name = once.graph.outputs[0]!.name
      const wanted = whole!.get(name)!
      const given = decoder.read(name)
      given.forEach((y, i) => expect(y).toBeCloseTo(wanted[step * given.length + i]!, 5))
    }
    encoder.dispose()
    decoder.dispose()
  })
})

describe.each(await withThreads([1, 2, 3]))('attention on threads of %s', (_name, [one, ...more]) => {
  it.each([
    ['few rows', { rows: 2, steps: 3, places: 5 }],
    ['rows', { rows: 17, steps: 3, places: 4 }],
  ])('gives the same bits with %s', async (_rows, shape) => {
    const program = translation(shape)
    const data = decoderData(program, 2)
    const run: readonly Run[] = [{ steps: shape.steps, mode: 'gradients' }]
    const wanted = await results(one!, program, data, run)
    for (const runtime of more) expect(await results(runtime, program, data, run)).toEqual(wanted)
  })
})
