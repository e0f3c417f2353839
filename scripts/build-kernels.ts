import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runtimeSource } from './kernels/flags.ts'
import { buildNative } from './kernels/native.ts'
import type { Outcome } from './kernels/stamp.ts'
import { buildWasm } from './kernels/wasm.ts'

/** What to build; both halves, unless one is named. */
export interface KernelOptions {
  readonly only?: 'native' | 'wasm' | undefined
  readonly force?: boolean | undefined
}

const root = fileURLToPath(new URL('../', import.meta.url))

/**
 * Brings build/native and build/wasm up to date with kernels/. What is already up to date costs some milliseconds.
 * @throws when a source does not compile
 */
export async function buildKernels(options: KernelOptions = {}): Promise<readonly Outcome[]> {
  if (!existsSync(`${root}kernels/${runtimeSource}`)) {
    return [{ state: 'skipped', line: `kernels/${runtimeSource} is not there: nothing to build` }]
  }
  const outcomes: Outcome[] = []
  if (options.only !== 'wasm') outcomes.push(await buildNative(root, options.force ?? false))
  if (options.only !== 'native') outcomes.push(await buildWasm(root, options.force ?? false))
  return outcomes
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, force: { type: 'boolean' } } })
  const { only, force } = values
  if (only !== undefined && only !== 'native' && only !== 'wasm') {
    throw new Error(`--only must be native or wasm, not '${only}'`)
  }
  for (const outcome of await buildKernels({ only, force })) console.log(outcome.line)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
}
