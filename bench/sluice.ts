import { Unsupported } from '../src/core/errors.ts'
import { openRuntime } from '../src/runtime/index.ts'
import { type CellName, type Configuration, modelOf } from './models.ts'
import { repeat, serve } from './serve.ts'
import { Trainer, firstLosses } from './trainer.ts'

/** What this process trains, as JSON in its first argument. */
export interface SluiceTask {
  readonly cell: CellName
  readonly configuration: Configuration
  readonly runtime: 'native' | 'wasm'
  readonly threads: number
  /** Instruction set of the native runtime; the processor's best unless given. */
  readonly isa?: string | undefined
}

const warmSeconds = 0.5
const warmSteps = 3

async function main({ cell, configuration, runtime: name, threads, isa }: SluiceTask): Promise<void> {
  const runtime = await openRuntime(name, { threads, ...(isa !== undefined && { isa }) })
  const model = modelOf(cell, configuration)
  const losses = await firstLosses(model, runtime)
  const trainer = await Trainer.open(model, runtime, configuration.batch, configuration.steps)
  await repeat(() => trainer.step(), warmSeconds, warmSteps)
  await serve({ losses, isa: runtime.machine.isa }, () => trainer.step())
}

try {
  await main(JSON.parse(process.argv[2]!) as SluiceTask)
} catch (error) {
  if (error instanceof Unsupported) await serve({ missing: error.message }, async () => undefined)
  else {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
