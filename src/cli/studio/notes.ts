import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SluiceError } from '../../core/errors.ts'
import { findModel } from '../../train/read-model.ts'
import { notFound } from '../runs.ts'

/**
 * What people should know of a run before it is shown, a line each. A run that only began, or that another version wrote,
 * still shows its losses; why its model does not load is a line, too.
 * @throws SluiceError where nothing can be shown
 */
export async function runNotes(path: string): Promise<readonly string[]> {
  try {
    return (await findModel(path)).notes
  } catch (error) {
    if (error instanceof SluiceError && existsSync(join(path, 'metrics.jsonl'))) return [error.message]
    return notFound(error, path)
  }
}
