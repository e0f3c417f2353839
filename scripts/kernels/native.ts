import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Compiler, findCompiler, invoke } from './compilers.ts'
import { addonSource, instructionSets, nativeFlags, runtimeSource } from './flags.ts'
import { isFresh, keyOf, readSources, seconds, writeStamp, type Outcome } from './stamp.ts'

interface Job {
  readonly source: string
  readonly object: string
  readonly flags: readonly string[]
}

const atOnce = 2

/**
 * Builds build/native/sluice.node from kernels/, unless it is there already.
 * @param root the repository
 * @param force build even if nothing changed
 * @returns skipped when there is no compiler
 * @throws with the compiler's words when a source does not compile
 */
export async function buildNative(root: string, force: boolean): Promise<Outcome> {
  const kernels = join(root, 'kernels')
  const folder = join(root, 'build', 'native')
  const addon = join(folder, 'sluice.node')
  const compiler = process.platform === 'win32' ? undefined : await findCompiler()
  if (compiler === undefined) {
    rmSync(addon, { force: true })
    const reason =
      process.platform === 'win32' ? 'not built on Windows' : 'no C++ compiler (CXX, c++, g++, clang++)'
    return { state: 'skipped', line: `native: ${reason}; WebAssembly is used` }
  }
  const sets = instructionSets(process.arch)
  const key = keyOf([readSources(kernels), sets, nativeFlags, compiler, process.platform, process.arch])
  if (!force && isFresh(folder, key)) return { state: 'fresh', line: 'native: up to date' }

  const started = performance.now()
  rmSync(addon, { force: true }) // a build that fails must not leave an older addon to be loaded
  const objects = join(folder, `objects-${process.pid}`)
  mkdirSync(objects, { recursive: true })
  try {
    const jobs = [
      { source: addonSource, object: join(objects, 'addon.o'), flags: ['-I', nodeApiHeaders()] },
      ...sets.map((set) => ({
        source: runtimeSource,
        object: join(objects, `runtime-${set.name}.o`),
        flags: [...set.flags, `-DSLUICE_ISA=${set.name}`],
      })),
    ]
    await eachOf(jobs, (job) => compile(compiler, kernels, job))
    const linked = join(objects, 'sluice.node')
    await link(compiler, jobs, linked)
    renameSync(linked, addon)
  } finally {
    rmSync(objects, { recursive: true, force: true })
  }
  writeStamp(folder, { key, compiler: compiler.version, outputs: ['sluice.node'] })
  const names = sets.map((set) => set.name).join(', ')
  return { state: 'built', line: `native: ${names} with ${compiler.version} in ${seconds(started)}` }
}

function nodeApiHeaders(): string {
  const main = createRequire(import.meta.url).resolve('node-api-headers')
  return join(dirname(main), 'include')
}

async function compile(compiler: Compiler, kernels: string, job: Job): Promise<void> {
  const args = [...nativeFlags, ...job.flags, '-c', join(kernels, job.source), '-o', job.object]
  await invoke(compiler, job.source, args)
}

async function link(compiler: Compiler, jobs: readonly Job[], output: string): Promise<void> {
  const shared = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']
  const objects = jobs.map((job) => job.object)
  await invoke(compiler, 'linking', [...shared, '-pthread', ...objects, '-o', output])
}

/** Runs `work` on every item, at most two at a time. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
