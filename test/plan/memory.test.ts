import { expect, test } from 'vitest'
import { cells } from '../../src/cells/index.ts'
import { planLines, reportPlan } from '../../src/cli/plan-report.ts'
import { styleFor } from '../../src/cli/view/style.ts'
import { Vocabulary } from '../../src/data/index.ts'
import { model } from '../../src/model/index.ts'
import { type MemoryUse, lower, memoryOf, plan } from '../../src/plan/index.ts'
import type { Program } from '../../src/runtime/index.ts'
import { namedCells, programOf, randomCells, shapes } from './cases.ts'

/** The uses of a program's arena, and the arena. */
function uses({ graph, gradient, rows, steps }: Program, vectorWidth: number, slots: number) {
  const planned = plan({ graph, ...(gradient && { gradient }) })
  const lowered = lower(planned, { vectorWidth, rows, steps, slots })
  return { memory: memoryOf(planned, lowered), arena: 4 * lowered.arena, allocated: lowered.allocated }
}

const total = (memory: readonly MemoryUse[]): number => memory.reduce((sum, { bytes }) => sum + bytes, 0)

/** Bytes between one buffer and the next, at most. */
const mostBetween = 4 * (80 + 15)

test.each([...namedCells, ...randomCells(0, 5)])('the uses of %s add up to the arena', (_name, cell) => {
  for (const [shape, vectorWidth, slots] of [
    [shapes[0], 4, 0],
    [shapes[3], 16, 3],
  ] as const) {
    const { gradient: _none, ...forward } = programOf(cell, shape)
    for (const program of [forward, programOf(cell, shape)]) {
      const { memory, arena, allocated } = uses(program, vectorWidth, slots)
      expect(total(memory)).toBe(arena)
      for (const [index, { base, floats }] of allocated.entries())
        expect(allocated[index + 1]?.base ?? arena / 4).toBeGreaterThanOrEqual(base + floats)
      const padding = memory.find(({ use }) => use === 'padding')!
      expect(padding.bytes).toBeLessThanOrEqual(mostBetween * allocated.length + 64)
    }
  }
})

test('each use of a model is told, layer by layer', () => {
  const net = model({ input: Vocabulary.of('abcdefgh'), layers: [cells.rnn(16), cells.rnn(16)] })
  const program = net.program({ rows: 4, steps: 10, training: true, slots: 2 })
  const { memory } = uses(program, 4, 2)
  const bytesOf = (use: string, of = '') => memory.find((each) => each.use === use && each.of === of)?.bytes
  const weights = 4 * (16 * 24 + 16 + 16 * 32 + 16 + 8 * 16 + 8)
  expect(bytesOf('weights')).toBeGreaterThanOrEqual(weights)
  expect(bytesOf('weights')).toBeLessThan(weights + 64 * 8)
  expect(bytesOf('gradients')).toBe(bytesOf('weights'))
  expect(bytesOf('optimizer')).toBe(2 * bytesOf('weights')!)
  expect(bytesOf('packed weights', 'head')).toBe(2 * 4 * 8 * 16 + 4 * 8)
  expect(bytesOf('kept values', 'layers.0')).toBeGreaterThanOrEqual(4 * 11 * 4 * 16)
  expect(bytesOf('gradients on the way back', 'layers.1')).toBeGreaterThanOrEqual(4 * 10 * 4 * 16)
  expect(bytesOf('inputs and losses')).toBeGreaterThanOrEqual(3 * 4 * 10 * 4)
})

test('sluice check --plan adds up, and grows with batch and window', async () => {
  const small = await reportPlan('gru', { hidden: 24, layers: 1, symbols: 20, batch: 3, window: 7 })
  expect(total(small.memory)).toBe(small.arena)
  expect(small).toMatchObject({ cell: 'gru', sizes: { hidden: 24 }, batch: 3, window: 7, optimizer: 'adam' })
  const large = await reportPlan('gru', { hidden: 24, layers: 1, symbols: 20, batch: 6, window: 14 })
  expect(total(large.memory)).toBe(large.arena)
  expect(large.arena).toBeGreaterThan(small.arena)
  const lines = planLines(small, styleFor(false))
  expect(lines[0]).toBe('gru(24): hidden 24, 20 symbols')
  expect(lines.at(-1)).toMatch(
    new RegExp(`^the arena +${String(small.arena).replace(/\B(?=(\d{3})+$)/g, ',')} +100.0 %$`),
  )
})
