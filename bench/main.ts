import { availableParallelism, cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { buildKernels } from '../scripts/build-kernels.ts'
import { Unsupported } from '../src/core/errors.ts'
import { nativeSets } from '../src/runtime/native/index.ts'
import { contendersOf } from './contenders.ts'
import { trainingFlops } from './flops.ts'
import { type Group, runGroup } from './group.ts'
import { type CellName, type Configuration, modelOf } from './models.ts'
import { type Options, UsageError, help, readOptions } from './options.ts'
import { type Peaks, buildPeaks } from './peak/build.ts'
import { type Rival, findRivals } from './rivals/rivals.ts'
import { groupLines } from './table.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

/** A group and the model that it trains. */
interface Result extends Group {
  readonly configuration: Configuration
  readonly cell: CellName
  readonly flopsPerToken: number
}

async function main(options: Options): Promise<void> {
  await buildKernels()
  const peaks = await buildPeaks(root)
  const rivals = await findRivals()
  const results: Result[] = []
  for (const configuration of options.configurations) {
    for (const cell of options.cells) {
      const result = await measure(cell, configuration, options, peaks, rivals)
      results.push(result)
      if (!options.json) print(result)
    }
  }
  if (options.json)
    console.log(JSON.stringify({ machine: machine(), seconds: options.seconds, results }, null, 2))
  if (results.some(({ rows }) => rows.some((row) => 'failed' in row && row.failed))) process.exitCode = 1
}

async function measure(
  cell: CellName,
  configuration: Configuration,
  options: Options,
  peaks: Peaks,
  rivals: readonly Rival[],
): Promise<Result> {
  const { batch, steps } = configuration
  const { graph } = modelOf(cell, configuration).program({ rows: batch, steps, training: true })
  const flopsPerToken = trainingFlops(graph)
  const tokens = batch * steps
  const contenders = await contendersOf(cell, configuration, options, rivals)
  const work = { tokens, flops: flopsPerToken * tokens }
  const group = await runGroup(contenders, work, peaks, bestSet(), options.seconds)
  return { configuration, cell, flopsPerToken, ...group }
}

function bestSet(): string | undefined {
  try {
    return nativeSets().at(-1)
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

function print({ configuration, cell, flopsPerToken, ...group }: Result): void {
  const { name, layers, hidden, batch, steps } = configuration
  const flops = `${(flopsPerToken / 1e6).toFixed(2)} MFLOP a token`
  console.log(`\n${name} ${cell}: ${layers}×${hidden}, batch ${batch} × ${steps} steps, ${flops}`)
  for (const line of groupLines(group)) console.log(line)
}

function machine() {
  const { platform, arch, version } = process
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    platform,
    arch,
    node: version,
    load: loadavg()[0],
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options) await main(options)
  else console.log(help)
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${help}` : error)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
