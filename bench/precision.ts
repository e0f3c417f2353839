// Training in float32 beside bf16, step by step in turn: `node --import tsx bench/precision.ts [names] [rounds] [cell]`.
// Times are of the processor, on one thread, so that other work on the machine disturbs both alike and little.
import { Stream } from '../src/core/random.ts'
import { textFrom } from '../src/data/index.ts'
import { openRuntime, precisionNames } from '../src/runtime/index.ts'
import { type TrainingStep, train } from '../src/train/index.ts'
import { type CellName, type Configuration, cellNames, configurations, modelOf } from './models.ts'
import { median, pairedRatio } from './statistics.ts'

const [names = 'medium,classic', rounds = '9', cell = 'lstm'] = process.argv.slice(2)

async function main(): Promise<void> {
  if (!isCell(cell)) throw new Error(`the cell must be of ${cellNames.join(', ')}, not '${cell}'`)
  for (const configuration of configurations.filter(({ name }) => names.split(',').includes(name)))
    await measure(configuration, cell)
}

function isCell(name: string): name is CellName {
  return cellNames.some((known) => known === name)
}

async function measure(configuration: Configuration, name: CellName): Promise<void> {
  const runs = await Promise.all(
    precisionNames.map((precision) => trainingOf(configuration, name, precision)),
  )
  const times = runs.map((): number[] => [])
  for (const run of runs) await seconds(run) // the first step packs the weights
  for (let round = 0; round < Number(rounds); round++)
    for (const [index, run] of runs.entries()) times[index]!.push(await seconds(run))
  for (const run of runs) await run.return?.()
  const tokens = configuration.batch * configuration.steps
  const rates = times.map((list, index) => `${precisionNames[index]} ${Math.round(tokens / median(list))}`)
  const ratio = pairedRatio(times[0]!, times[1]!).toFixed(2)
  console.log(
    `${configuration.name} ${name}: ${rates.join(', ')} tokens a second of one thread; ${ratio} times`,
  )
}

/** Training on random symbols. */
async function trainingOf(
  configuration: Configuration,
  name: CellName,
  precision: (typeof precisionNames)[number],
): Promise<AsyncIterator<TrainingStep>> {
  const { batch, steps: window } = configuration
  const net = modelOf(name, configuration)
  const random = new Stream(1)
  const { symbols } = net.vocabulary
  const letters = Array.from({ length: 4 * batch * window }, () => symbols[random.below(symbols.length)]!)
  const text = textFrom(letters.join(''), { vocabulary: net.vocabulary })
  const runtime = openRuntime('native', { threads: 1 })
  const run = train(net, text, { runtime, precision, batch, window, steps: 10_000, validation: 'none' })
  return run[Symbol.asyncIterator]()
}

/** Processor time of the next step. */
async function seconds(run: AsyncIterator<TrainingStep>): Promise<number> {
  const start = process.cpuUsage()
  await run.next()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

await main()
