import { type Example, type SequenceOptions, sequenceModel } from '../../src/model/index.ts'
import type { Runtime } from '../../src/runtime/index.ts'
import { RunDirectory } from '../../src/train/directory.ts'
import { type ExampleData, type TrainOptions, train } from '../../src/train/index.ts'
import { collect } from '../train/fake.ts'
import { memoryFiles } from '../train/memory-files.ts'

/** How a run is interrupted: after which update, and whether in good order or by a kill, which leaves what was there. */
export interface Interruption {
  readonly step: number
  readonly killed: boolean
}

/** What a training leaves; interrupted and gone on with, if so it is said. */
export async function outcome(
  options: SequenceOptions,
  data: readonly Example[] | ExampleData<Example>,
  given: Omit<TrainOptions, 'runtime'>,
  runtime: Runtime,
  interrupted?: Interruption,
) {
  const make = () => sequenceModel({ ...options, dropout: 0.2 })
  let files = memoryFiles()
  let left = new Map<string, Uint8Array>()
  const run = await RunDirectory.create('run', files)
  for await (const { step } of train(make(), data, { ...given, runtime, run })) {
    if (step !== interrupted?.step) continue
    left = new Map(files.contents)
    break
  }
  if (interrupted) {
    if (interrupted.killed) {
      files = memoryFiles()
      for (const [name, content] of left) files.contents.set(name, content)
    }
    const again = await RunDirectory.open('run', files)
    await collect(train(make(), data, { runtime, run: again.run, resume: again.checkpoint }))
  }
  const metrics = new TextDecoder().decode(files.contents.get('run/metrics.jsonl'))
  return { checkpoint: (await RunDirectory.open('run', files)).checkpoint, lines: linesOf(metrics) }
}

/** Metrics without what depends on the clock. */
function linesOf(metrics: string): readonly object[] {
  const lines = metrics.trimEnd().split('\n')
  return lines.map((line) => ({ ...(JSON.parse(line) as object), tokensPerSecond: 0 }))
}
