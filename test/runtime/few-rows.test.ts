import { describe, expect, it } from 'vitest'
import { namedCells, randomCells, sized } from '../plan/cases.ts'
import { sequenceData, sequenceProgram } from '../plan/sequences.ts'
import { randomData, stackProgram } from '../plan/windows.ts'
import { expectAgreement, results, runtimes, withThreads } from './runtimes.ts'

const sizes = [
  { input: 37, hidden: 37, p: 7, projection: 7 },
  { input: 16, hidden: 48, p: 16, projection: 16 },
]
const layers = [...namedCells, ...randomCells(700, 8)].map(([, cell], i) => sized(cell, sizes[i % 2]!))
const call = { steps: 3, mode: 'gradients' } as const

/** Layers with some number of rows: alone, a tile, two halves of a panel, more than go through the weights at once. */
const few = layers.map((layer, i) => {
  const program = stackProgram([layer], { rows: [1, 3, 5, 8, 12, 13, 2][i % 7]!, steps: 3 })
  return { program, data: randomData(program, 20 + i, 0.2) }
})

const shared = layers.map((layer, i) => {
  const direction = i % 3 === 0 ? 'both' : 'forward'
  const shape = { rows: 1 + (i % 4), steps: 3, direction, masked: i % 2 === 0 } as const
  const program = sequenceProgram([layer], shape)
  return { program, data: sequenceData(program, 50 + i, { scale: 0.2 }) }
})

const bitsOf = (data: ArrayLike<number>): Uint32Array => new Uint32Array(Float32Array.from(data).buffer)

describe.each(runtimes)('%s', (_name, runtime) => {
  it('agrees with the reference on few rows', async () => {
    for (const { program, data } of few) await expectAgreement(runtime, program, data, [call])
  })
})

/** Each runtime takes a third of the programs: nearly all of the time is planning, which is much the same for all. */
const takers = (await withThreads([1, 2, 3, 5])).map(
  ([name, threads], k) => [name, threads, shared.filter((_, i) => Math.floor(i / 3) % 3 === k % 3)] as const,
)

describe.each(takers)('%s', (_name, threads, programs) => {
  it('gives the same bits however many threads share the panels', async () => {
    for (const [i, { program, data }] of programs.entries()) {
      const [one, ...others] = await Promise.all(
        threads.map(async (runtime) => {
          const [found] = await results(runtime, program, data, [call])
          return [...found!].map(([name, values]) => ({ i, name, bits: bitsOf(values) }))
        }),
      )
      for (const other of others) expect(other).toEqual(one)
    }
  })
})
