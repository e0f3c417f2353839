import { Unsupported } from '../../src/core/errors.ts'
import type { Model } from '../../src/model/index.ts'
import { type Precision, type Runtime, openRuntime } from '../../src/runtime/index.ts'
import { firstNumbers } from '../check.ts'
import { type CellName, type Configuration, modelOf } from '../models.ts'
import { repeat } from '../repeat.ts'
import { readTask, serve } from '../serve.ts'
import { characters, readingWork, samplingWork } from './sampler.ts'
import { Reader, Trainer } from './trainer.ts'

/** How Sluice runs: a runtime and its options. */
export interface Form {
  readonly runtime: 'native' | 'wasm'
  readonly threads: number
  /** Instruction set of the native runtime; the processor's best unless given. */
  readonly isa?: string | undefined
  /** Of all products; float32 unless given. */
  readonly precision?: Precision
}

/** What this process does. */
export interface SluiceTask {
  readonly cell: CellName
  readonly configuration: Configuration
  readonly form: Form
  /** Sampling without reading logits and choosing characters. */
  readonly bare?: boolean
}

const warmSeconds = 0.5
const warmUnits = 3

async function main(task: SluiceTask): Promise<void> {
  const { runtime: name, threads, isa, precision } = task.form
  const runtime = await openRuntime(name, { threads, ...(isa !== undefined && { isa }) })
  const model = modelOf(task.cell, task.configuration)
  const check = await firstNumbers(task.configuration.task, model, runtime, { precision })
  const work = await workOf(task, model, runtime)
  await repeat(work, warmSeconds, warmUnits)
  const sampling = task.configuration.task === 'sampling'
  await serve({ check, isa: runtime.machine.isa, ...(sampling && { tokens: characters }) }, work)
}

async function workOf(
  { configuration, form, bare = false }: SluiceTask,
  model: Model,
  runtime: Runtime,
): Promise<() => Promise<unknown>> {
  const { task, batch: rows, steps } = configuration
  if (task === 'sampling') return bare ? readingWork(model, runtime) : samplingWork(model, runtime)
  const shape = { rows, steps, carries: true, precision: form.precision }
  const windows = await (task === 'training' ? Trainer : Reader).open(model, runtime, shape)
  return () => windows.step()
}

try {
  await main(await readTask<SluiceTask>())
} catch (error) {
  if (error instanceof Unsupported) await serve({ missing: error.message }, async () => undefined)
  else {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
