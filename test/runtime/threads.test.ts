import { describe, expect, it } from 'vitest'
import type { Executable, Program, Runtime } from '../../src/runtime/index.ts'
import { namedCells, randomCells, sized } from '../plan/cases.ts'
import { give, randomData, resultsOf, stackProgram } from '../plan/windows.ts'
import { withThreads } from './runtimes.ts'
import { bits, trained } from './trained.ts'

const counts = [1, 2, 3]

/** All results of one call, as bits. */
async function computed(runtime: Runtime, program: Program): Promise<Uint32Array[]> {
  const executable: Executable = await runtime.compile(program)
  give(executable, randomData(program, 5, 0.4))
  await executable.run({ steps: program.steps, mode: 'gradients' })
  const found = [...resultsOf(executable, program).values()].map((data) => bits(Float32Array.from(data)))
  executable.dispose()
  return found
}

const programs = [
  ...randomCells(400, 5),
  ...namedCells.filter(([name]) =>
    ['norms of sums and of states', 'one matrix both ways in one sum'].includes(name),
  ),
].map(([, cell], i) =>
  stackProgram([sized(cell, { input: 5, hidden: 19, p: 7 })], { rows: [1, 2, 13][i % 3]!, steps: 3 }),
)

describe.each(await withThreads(counts))('%s', (_name, runtimes) => {
  it('has as many threads as it was asked for', () => {
    expect(runtimes.map(({ machine }) => machine.threads)).toEqual(counts)
  })

  it('trains to the same bits with any number of threads', async () => {
    const [one, ...others] = await Promise.all(runtimes.map((runtime) => trained(runtime)))
    for (const other of others) expect(other).toEqual(one)
  })

  it('computes the same bits when several executables run at once', async () => {
    const few = programs.slice(0, 3)
    for (const runtime of runtimes.slice(0, 2)) {
      const alone: Uint32Array[][] = []
      for (const program of few) alone.push(await computed(runtime, program))
      expect(await Promise.all(few.map((program) => computed(runtime, program)))).toEqual(alone)
    }
  })

  it('computes the same bits with any number of threads', async () => {
    for (const program of programs) {
      const [one, ...others] = await Promise.all(runtimes.map((runtime) => computed(runtime, program)))
      for (const other of others) expect(other).toEqual(one)
    }
  })
})
