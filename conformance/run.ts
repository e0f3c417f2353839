import { SluiceError } from '../src/core/errors.ts'
import { CaseError } from './case-error.ts'
import type { Runtime } from '../src/runtime/types.ts'
import type { Case } from './cases.ts'
import { compare } from './compare.ts'
import type { Result } from './report.ts'

/** Runs a case on a runtime. A case that throws has failed. */
export async function runCase({ file, name, trial }: Case, runtime: Runtime): Promise<Result> {
  const about = { file, name, ...runtime.machine }
  if (typeof trial === 'string') return { ...about, status: 'skipped', reason: trial }
  const tolerance = trial.tolerance[runtime.machine.isa === 'float64' ? 'float64' : 'float32']
  try {
    const checks = await trial.run(runtime)
    const differences = checks.flatMap((check) => compare(check, tolerance) ?? [])
    return differences.length > 0
      ? { ...about, status: 'failed', differences }
      : { ...about, status: 'passed' }
  } catch (error) {
    return {
      ...about,
      status: 'failed',
      reason: error instanceof SluiceError || error instanceof CaseError ? error.message : String(error),
    }
  }
}
