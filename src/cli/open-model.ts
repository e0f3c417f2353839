import type { Command } from 'commander'
import { modelFrom } from '../interop/index.ts'
import type { Model } from '../model/index.ts'
import { findModel } from '../train/read-model.ts'
import { option } from './options.ts'
import type { Output } from './output.ts'
import { latestRun, notFound } from './runs.ts'

/** Which checkpoint of a run a command takes. */
export interface ModelFlags {
  readonly last?: boolean
}

/** Adds `--last`. */
export function addLastOption(command: Command): void {
  command
    .optionsGroup('Model:')
    .addOption(option('--last', 'the last checkpoint of the run, not that of the best validation'))
}

/** The model of a run directory or a file; of the latest run where none is named. */
export async function openModel(
  given: string | undefined,
  { last = false }: ModelFlags,
  output: Output,
): Promise<{ readonly path: string; readonly model: Model }> {
  const path = given ?? (await latestRun())
  if (given === undefined) output.note(`model: ${path}`)
  const found = await findModel(path, last ? 'last' : 'best').catch((error: unknown) => notFound(error, path))
  for (const note of found.notes) output.warn(note)
  return { path, model: modelFrom(found.model) }
}
