import { describe, expect, it } from 'vitest'
import type { Program, Runtime } from '../../src/runtime/index.ts'
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

describe.each(await withThreads([1, 2, 3]))('%s', (_name, [one, ...others]) => {
  it.each(cases)('same bits for any number of threads: $name', async ({ program, data }) => {
    const want = await computed(one!, program, data)
    for (const other of others) expect(await computed(other, program, data)).toEqual(want)
  })
})
