import { expect, test } from 'vitest'
import { runBlocks } from './blocks.ts'

test('every block of docs/shapes.md runs, and prints what it should', { timeout: 120_000 }, async () => {
  const [one, synced, followed, written, streamed, kept] = await runBlocks('docs/shapes.md')
  expect(one).toMatch(/\nloss true accuracy true\n2 1\n$/)
  expect(synced).toBe('1000 true\n')
  expect(followed).toBe('1\n1\n')
  expect(written).toBe('banana nab boa\n')
  expect(streamed).toBe('5000 50\n')
  expect(kept).toBe('many-to-one { scaling: { mean: 3, deviation: 2 } }\n')
})
