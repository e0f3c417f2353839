import { availableParallelism, cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { buildKernels } from '../scripts/build-kernels.ts'
import { Unsupported } from '../src/core/errors.ts'
import { nativeSets } from '../src/runtime/native/index.ts'
import { runGroup } from './group.ts'
import { type Options, UsageError, help, readOptions } from './options.ts'
import { buildPeaks } from './peak/build.ts'
import type { MachineFacts, Report, Section } from './report.ts'
import { findRivals } from './rivals/rivals.ts'
import { buildScripts } from './scripts.ts'
import { type PlannedSection, plannedSections } from './sections.ts'
import { measureStart, startLines } from './start.ts'
import { sectionLines, sectionTitle } from './table.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

async function main(options: Options): Promise<void> {
  await buildKernels()
  await buildScripts()
  const facts = machine()
  const measure = {
    peaks: await buildPeaks(root),
    best: facts.sets.at(-1),
    seconds: options.seconds,
    rounds: options.rounds,
  }
  const rivals = (await findRivals()).filter(({ family }) => options.rivals.includes(family))
  const sections: Section[] = []
  for (const planned of plannedSections(options, rivals)) {
    announce(planned, options)
    const { contenders, ...what } = planned
    const section = { ...what, ...(await runGroup(await contenders(), measure)) }
    sections.push(section)
    if (!options.json) print(sectionLines(section))
  }
  const start = options.sections.includes('start') ? await measureStart() : undefined
  if (start && !options.json) print(['', 'start', ...startLines(start)])
  const { seconds, rounds } = options
  const report: Report = { machine: facts, seconds, rounds, sections, ...(start && { start }) }
  if (options.json) print([JSON.stringify(report, null, 2)])
  const failed = sections.some(({ rows }) => rows.some((row) => 'failed' in row && row.failed))
  if (failed) process.exitCode = 1
}

/** With `--json` standard output is for the object alone. */
function announce(planned: PlannedSection, { json }: Options): void {
  if (json) console.error(sectionTitle(planned))
  else print(['', sectionTitle(planned)])
}

function print(lines: readonly string[]): void {
  console.log(lines.join('\n'))
}

function machine(): MachineFacts {
  const { platform, arch, version } = process
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    sets: availableSets(),
    cores: availableParallelism(),
    platform,
    arch,
    node: version,
    load: loadavg()[0] ?? 0,
  }
}

function availableSets(): readonly string[] {
  try {
    return nativeSets()
  } catch (error) {
    if (error instanceof Unsupported) return []
    throw error
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
