import { expect } from 'vitest'
import { type Program, type Run, type Runtime, reference } from '../../src/runtime/index.ts'
import { packedRuntime } from '../../src/runtime/packed.ts'
import { openWasm } from '../../src/runtime/wasm/index.ts'
import { devices, threaded, titleOf } from '../kernels/devices.ts'
import { type Data, type Results, difference, give, resultsOf } from '../plan/windows.ts'

/** Every instruction set that works here, native and WebAssembly, with one thread. */
export const runtimes: readonly (readonly [name: string, runtime: Runtime])[] = [
  ...devices.map((device) => [titleOf(device), packedRuntime(device)] as const),
  ['wasm with memory of its own', packedRuntime(await openWasm({ memory: 'worker' }))],
]

/** A runtime of each kind for each wanted number of threads. */
export async function withThreads(
  counts: readonly number[],
): Promise<readonly (readonly [string, readonly Runtime[]])[]> {
  return Promise.all(
    threaded.map(async ({ name, open }) => {
      const opened = await Promise.all(counts.map((count) => open(count)))
      return [name, opened.map(packedRuntime)] as const
    }),
  )
}

/** Results of calls one after the other on one executable. */
export async function results(
  runtime: Runtime,
  program: Program,
  data: Data,
  calls: readonly Run[],
): Promise<Results[]> {
  const executable = await runtime.compile(program)
  const found: Results[] = []
  for (const call of calls) {
    give(executable, shortened(program, data, call.steps))
    await executable.run(call)
    found.push(resultsOf(executable, program))
  }
  executable.dispose()
  return found
}

const known = new WeakMap<Program, Promise<Results[]>>()

/** What the reference gives; computed once for a program, whose data and calls must always be the same. */
export function wanted(program: Program, data: Data, calls: readonly Run[]): Promise<Results[]> {
  const found = known.get(program) ?? results(reference, program, data, calls)
  known.set(program, found)
  return found
}

/** Checks that a runtime gives what the reference gives, within `tolerance`, in every call. */
export async function expectAgreement(
  runtime: Runtime,
  program: Program,
  data: Data,
  calls: readonly Run[],
  tolerance = 2e-4,
): Promise<void> {
  const want = await wanted(program, data, calls)
  const got = await results(runtime, program, data, calls)
  want.forEach((one, call) => expect(difference(one, got[call]!, tolerance)).toBe(''))
}

/** Data for a shorter window: the first steps of every sequence. */
function shortened({ graph, steps }: Program, data: Data, wantedSteps: number): Data {
  const ports = new Map(
    [...graph.inputs, ...graph.outputs].map(({ name, node }) => [name, graph.nodes[node]!.type.extent]),
  )
  const inputs = [...data.inputs].map(([name, all]) => {
    const extent = ports.get(name.startsWith('d ') ? name.slice(2) : name)
    return [name, extent === 'step' ? all.subarray(0, (all.length / steps) * wantedSteps) : all] as const
  })
  return { inputs: new Map(inputs), parameters: data.parameters }
}
