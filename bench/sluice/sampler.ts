import { sample } from '../../src/generate/index.ts'
import type { Model } from '../../src/model/index.ts'
import type { Runtime } from '../../src/runtime/index.ts'
import { Reader } from './trainer.ts'

/** Characters of one unit of work. */
export const characters = 50

/** What a user gets: `for await (const piece of sample(model, …))`. Gives the work that samples some characters. */
export function samplingWork(model: Model, runtime: Runtime): () => Promise<unknown> {
  const pieces = sample(model, { runtime, length: Number.MAX_SAFE_INTEGER })[Symbol.asyncIterator]()
  return () => some(() => pieces.next())
}

/** The runtime alone: windows of one character, of which nothing is read and nothing chosen. */
export async function readingWork(model: Model, runtime: Runtime): Promise<() => Promise<unknown>> {
  const reader = await Reader.open(model, runtime, { rows: 1, steps: 1, carries: true })
  return () => some(() => reader.step())
}

async function some(next: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < characters; i++) await next()
}
