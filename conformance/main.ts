import { parseArgs } from 'node:util'
import { groupBy } from '../src/core/collections.ts'
import { SluiceError } from '../src/core/errors.ts'
import type { Runtime } from '../src/runtime/index.ts'
import { CaseError } from './case-error.ts'
import { readCases } from './case-files.ts'
import type { Case } from './cases.ts'
import { formats } from './formats/index.ts'
import { type Wanted, openPasses, runtimeNames } from './passes.ts'
import { type Result, countText, fileText } from './report.ts'
import { runCase } from './run.ts'

const usage = `Usage: npm run conformance -- DIR [options]

Runs every case of the case files (*.json) in DIR on each runtime and compares with what the case holds.

  --runtime R   only this runtime: ${runtimeNames.join(', ')} (default: all that can be opened)
  --isa NAMES   native alone, with these instruction sets (default: with all that the processor has)
  --threads N   numbers of threads, the first with every instruction set (default: 1,2)
  --file F      only the cases of this file
  --case NAME   only the cases of this name
  --json        one JSON object a case on standard output, and the text on standard error
  --help        this text

Exits with 0 if nothing failed, 1 if something failed or cannot be read, 2 if used wrongly.`

const options = {
  runtime: { type: 'string' },
  isa: { type: 'string' },
  threads: { type: 'string', default: '1,2' },
  file: { type: 'string' },
  case: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** A command line that makes no sense. */
class UsageError extends Error {}

type Print = (text: string) => void

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parsed(args)
  if (values.help) {
    console.log(usage)
    return 0
  }
  const [directory, ...others] = positionals
  if (directory === undefined || others.length > 0) throw new UsageError('Give one directory of case files.')
  const print: Print = values.json ? console.error : console.log
  const cases = readCases(directory, formats, values)
  const results: Result[] = []
  for (const runtime of await openPasses(wantedOf(values), print)) {
    for (const [, file] of groupBy(cases, (each) => each.file))
      results.push(...(await runFile(file, runtime, print)))
  }
  if (values.json) for (const result of results) console.log(JSON.stringify(result))
  print(countText(results))
  return results.some(({ status }) => status === 'failed') ? 1 : 0
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function wantedOf(values: ReturnType<typeof parsed>['values']): Wanted {
  const runtime = runtimeNames.find((name) => name === values.runtime)
  if (values.runtime !== undefined && runtime === undefined)
    throw new UsageError(`The runtimes are ${runtimeNames.join(', ')}, not ${values.runtime}.`)
  const sets = values.isa === undefined || values.isa === 'all' ? undefined : values.isa.split(',')
  const threads = values.threads.split(',').map(Number)
  return { runtime: values.isa === undefined ? runtime : 'native', sets, threads }
}

async function runFile(cases: readonly Case[], runtime: Runtime, print: Print): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const each of cases) results.push(await runCase(each, runtime))
  print(fileText(results))
  return results
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const known = [CaseError, SluiceError, UsageError].some((kind) => error instanceof kind)
  if (!known || !(error instanceof Error)) throw error
  console.error(error.message)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
