import { execFile } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { promisify } from 'node:util'
import { cells, usualCell } from '../cells/index.ts'
import { Unsupported } from '../core/errors.ts'
import { type Runtime, type RuntimeOptions, openRuntime, reference } from '../runtime/index.ts'
import { nativeSets } from '../runtime/native/index.ts'
import { version } from '../train/index.ts'
import { cellTrial, trialGradients, worstDifference } from '../inspect/cell-program.ts'
import type { RuntimeFlags } from './options.ts'

/** One runtime on this machine. */
export interface ExaminedRuntime {
  readonly name: 'native' | 'wasm' | 'reference'
  readonly works: boolean
  /** Why it does not work. */
  readonly reason?: string
  readonly isa?: string
  /** Instruction sets that this processor has and `--isa` takes, the best last. */
  readonly sets?: readonly string[]
  readonly threads?: number
  /** Largest difference of a cell's gradient from the reference, as a share of the larger of 1 and the value. */
  readonly error?: number
  /** Whether that is as little as float32 explains. */
  readonly exact?: boolean
}

/** What `sluice doctor` finds. */
export interface Examined {
  readonly version: string
  readonly node: string
  readonly platform: string
  readonly processor: string
  readonly cores: number
  /** The first line of a C++ compiler's own words; null where there is none. */
  readonly compiler: { readonly command: string; readonly version: string } | null
  /** The runtime that `auto` takes. */
  readonly auto: string | null
  readonly runtimes: readonly ExaminedRuntime[]
}

/** Opens every runtime and runs a small cell on it. @param flags threads, and the instruction set of native */
export async function examine({
  isa,
  threads,
}: Pick<RuntimeFlags, 'threads' | 'isa'> = {}): Promise<Examined> {
  const team = threads === undefined ? {} : { threads }
  const runtimes = [
    await examineRuntime('native', isa === undefined ? team : { ...team, isa }),
    await examineRuntime('wasm', team),
    await examineRuntime('reference', {}),
  ]
  const auto = runtimes.find(({ name, works }) => works && name !== 'reference')
  return {
    version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    compiler: await findCompiler(),
    auto: auto?.name ?? null,
    runtimes,
  }
}

async function examineRuntime(
  name: ExaminedRuntime['name'],
  options: RuntimeOptions,
): Promise<ExaminedRuntime> {
  try {
    const runtime = await openRuntime(name, options)
    const { isa, threads } = runtime.machine
    const sets = name === 'native' ? { sets: nativeSets() } : {}
    return { name, works: true, isa, ...sets, threads, ...(await compare(runtime)) }
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error
    return { name, works: false, reason: error.message }
  }
}

const tolerance = 1e-4

/** How far the gradients of a cell on a runtime are from those in float64. */
async function compare(runtime: Runtime): Promise<Pick<ExaminedRuntime, 'error' | 'exact'>> {
  if (runtime === reference) return { error: 0, exact: true }
  const { cell } = cells[usualCell](19)
  const trial = cellTrial(cell.graph({ input: 7, hidden: 19 }))
  const { error } = worstDifference(
    await trialGradients(runtime, trial),
    await trialGradients(reference, trial),
  )
  return { error, exact: error <= tolerance }
}

/** The C++ compiler that would build the native runtime. */
async function findCompiler(): Promise<Examined['compiler']> {
  const wanted = process.env['CXX']?.trim()
  for (const command of wanted ? [wanted] : ['c++', 'g++', 'clang++']) {
    const [program = command, ...leading] = command.split(/\s+/)
    try {
      const { stdout } = await promisify(execFile)(program, [...leading, '--version'])
      return { command, version: stdout.split('\n', 1)[0] ?? '' }
    } catch {
      // not this one
    }
  }
  return null
}
