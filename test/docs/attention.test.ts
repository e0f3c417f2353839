import { expect, test } from 'vitest'
import { runBlocks } from './blocks.ts'

test('every block of docs/attention.md runs, and prints what it should', { timeout: 120_000 }, async () => {
  const [backward, mine, regions, found, weights, scheduled] = await runBlocks('docs/attention.md')
  expect(backward).toBe('true 3 2 1 0\n')
  expect(mine).toBe('12 x 12\n')
  expect(regions).toBe('0 2\n')
  expect(found).toBe('1 0.7 true\n2 2 0.3 true\n2\n')
  expect(weights).toBe('layers.0.context_weights 4 1.000\n')
  expect(scheduled).toBe('true\n')
})
