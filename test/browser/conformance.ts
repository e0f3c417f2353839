import { casesOf } from '../../conformance/cases.ts'
import { formats } from '../../conformance/formats/index.ts'
import type { Result } from '../../conformance/report.ts'
import { runCase } from '../../conformance/run.ts'
import { openRuntime } from '../../src/runtime/index.ts'

/** Runs the cases of a file's content on the WebAssembly runtime of the page. */
export async function runTrials(raw: unknown, file: string, threads: number): Promise<readonly Result[]> {
  const runtime = await openRuntime('wasm', { threads })
  const results: Result[] = []
  for (const each of casesOf(raw, file, formats)) results.push(await runCase(each, runtime))
  return results
}
