import { buildKernels } from './build-kernels.ts'
import { demonstrate } from './demo.ts'
import type { Outcome } from './kernels/stamp.ts'

/** Without the native kernels the demonstration still runs, so a compiler that cannot build them is only reported. */
async function kernels(): Promise<readonly Outcome[]> {
  try {
    return await buildKernels()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    console.error('The kernels did not build as above; going on with WebAssembly alone.')
    return buildKernels({ only: 'wasm' })
  }
}

for (const outcome of await kernels()) {
  if (outcome.state !== 'fresh') console.log(outcome.line)
}
process.exitCode = await demonstrate(1.1)
