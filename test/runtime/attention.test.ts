import { describe, expect, it } from 'vitest'
import type { Run } from '../../src/runtime/index.ts'
import {
  type Source,
  decoderData,
  decoderProgram,
  decoderShapes,
  decoders,
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
