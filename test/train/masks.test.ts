import { describe, expect, it } from 'vitest'
import { Stream } from '../../src/core/random.ts'
import { textFrom } from '../../src/data/index.ts'
import { type Precision, type Runtime, reference } from '../../src/runtime/index.ts'
import { packedRuntime } from '../../src/runtime/packed.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { type Trainable, train } from '../../src/train/index.ts'
import { pairing, titleOf, withPairs } from '../kernels/devices.ts'
import { maskedModel } from '../plan/masked.ts'
import { runtimes } from '../runtime/runtimes.ts'
import { collect, letters } from './fake.ts'
import { memoryFiles } from './memory-files.ts'

const vocabulary = letters(4)
const book = textFrom('abcdcb'.repeat(30), { vocabulary })

/** A model with every dropout. */
function learner(): Trainable {
  const { graph } = maskedModel({ rows: 1, steps: 1, symbols: vocabulary.size })
  const random = new Stream(1)
  const parameters = graph.parameters.map(({ name, node }) => {
    const { shape } = graph.nodes[node]!.type
    const length = shape.reduce((count, size) => count * size, 1)
    return [name, { shape, data: Float32Array.from({ length }, () => random.normal() / 2) }] as const
  })
  return {
    vocabulary,
    config: { name: 'every dropout' },
    parameters: new Map(parameters),
    program: ({ rows, steps, training, slots = 0 }) => {
      const { gradient: _gradient, ...forward } = maskedModel({ rows, steps, symbols: vocabulary.size })
      return { ...forward, ...(training && { gradient: { of: ['loss'], inputs: [], slots } }) }
    },
  }
}

const settings = {
  batch: 3,
  window: 7,
  steps: 60,
  learningRate: 0.03,
  validateEvery: 12,
  checkpointEvery: 5,
  average: { kind: 'ema', decay: 0.9 },
} as const

type Learning = readonly [name: string, runtime: Runtime, precision: Precision]

const exact = [['reference', reference] as const, ...runtimes].map(([name, runtime]): Learning => [
  name,
  runtime,
  'float32',
])

/** The same bits as the processor's instruction gives, wherever it is missing. */
const rounded = pairing.map((device): Learning => {
  return [`${titleOf(device)} in bf16`, packedRuntime(withPairs(device)), 'bf16']
})

describe.each([...exact, ...rounded])('every dropout on %s', (_name, runtime, precision) => {
  it('lets a model learn, and continues to the same bits', async () => {
    const [whole, files] = [memoryFiles(), memoryFiles()]
    const own = { ...settings, runtime, precision }
    const straight = await collect(
      train(learner(), book, { ...own, run: await RunDirectory.create('run', whole) }),
    )
    const validated = straight.flatMap(({ validation }) => validation?.loss ?? [])
    expect(validated[0]).toBeGreaterThan(0.8)
    expect(validated.at(-1)).toBeLessThan(0.5)
    const first = await RunDirectory.create('run', files)
    for await (const { step } of train(learner(), book, { ...own, run: first })) {
      if (step === 17) break
    }
    const { run, checkpoint } = await RunDirectory.open('run', files)
    await collect(train(learner(), book, { runtime, run, resume: checkpoint }))
    const expected = (await RunDirectory.open('run', whole)).checkpoint
    const { snapshot, progress } = (await RunDirectory.open('run', files)).checkpoint
    expect(progress).toEqual(expected.progress)
    expect(snapshot).toEqual(expected.snapshot)
    expect(expected.description.settings.precision).toBe(precision)
  })
})
