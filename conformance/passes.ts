import { Unsupported } from '../src/core/errors.ts'
import { type Machine, type Runtime, type RuntimeOptions, openRuntime } from '../src/runtime/index.ts'
import { nativeSets } from '../src/runtime/native/index.ts'

/** Every runtime, the oracle first. */
export const runtimeNames: readonly Machine['runtime'][] = ['reference', 'native', 'wasm']

/** What the cases are to run on. */
export interface Wanted {
  /** Only this runtime; all that can be opened unless given. */
  readonly runtime: Machine['runtime'] | undefined
  /** Instruction sets of the native runtime; all that the processor has unless given. */
  readonly sets: readonly string[] | undefined
  /** Numbers of threads, at least one. */
  readonly threads: readonly number[]
}

/** A runtime that is to be opened. */
interface Pass {
  readonly name: Machine['runtime']
  readonly options: RuntimeOptions
}

/**
 * Opens what is wanted, one after the other: native with each instruction set, and the best of them with each number of
 * threads. What cannot be opened is told to `leaveOut`, unless it was asked for by name.
 */
export async function openPasses(
  wanted: Wanted,
  leaveOut: (line: string) => void,
): Promise<readonly Runtime[]> {
  const runtimes: Runtime[] = []
  for (const name of runtimeNames.filter((each) => wanted.runtime === undefined || each === wanted.runtime)) {
    try {
      for (const pass of passesOf(name, wanted)) runtimes.push(await openRuntime(pass.name, pass.options))
    } catch (error) {
      if (wanted.runtime !== undefined || !(error instanceof Unsupported)) throw error
      leaveOut(`${name} is left out: ${error.message}`)
    }
  }
  return runtimes
}

function passesOf(name: Machine['runtime'], { sets, threads }: Wanted): readonly Pass[] {
  if (name === 'reference') return [{ name, options: {} }]
  if (name === 'wasm') return threads.map((count) => ({ name, options: { threads: count } }))
  const [first = 1, ...more] = threads
  const chosen = sets ?? nativeSets()
  const best = chosen.slice(-1)
  return [
    ...chosen.map((isa) => ({ name, options: { isa, threads: first } })),
    ...more.flatMap((count) => best.map((isa) => ({ name, options: { isa, threads: count } }))),
  ]
}
