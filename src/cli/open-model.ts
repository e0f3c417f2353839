import type { Command } from 'commander'
import type { Reading } from '../data/index.ts'
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

/** A model, and how the text of its run was read. */
export interface OpenedModel {
  readonly path: string
  readonly model: Model
  readonly reading?: Reading
}

/** The model of a run directory or a file; of the latest run where none is named. */
export async function openModel(
  given: string | undefined,
  { last = false }: ModelFlags,
  output: Output,
): Promise<OpenedModel> {
  const path = given ?? (await latestRun())
  if (given === undefined) output.note(`model: ${path}`)
  const found = await findModel(path, last ? 'last' : 'best').catch((error: unknown) => notFound(error, path))
  for (const note of found.notes) output.warn(note)
  const { model, reading } = found
  return { path, model: modelFrom(model), ...(reading && { reading }) }
}
