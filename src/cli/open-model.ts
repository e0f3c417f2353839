import type { Command } from 'commander'
import type { Reading } from '../data/index.ts'
import { type StoredModel, modelFrom } from '../interop/index.ts'
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

/** A model as it is stored, whatever it is for. */
export interface OpenedStored {
  readonly path: string
  readonly stored: StoredModel
  readonly reading?: Reading
}

/** The stored model of a run directory or a file; of the latest run where none is named. */
export async function openStored(
  given: string | undefined,
  { last = false }: ModelFlags,
  output: Output,
): Promise<OpenedStored> {
  const path = given ?? (await latestRun())
  if (given === undefined) output.note(`model: ${path}`)
  const found = await findModel(path, last ? 'last' : 'best').catch((error: unknown) => notFound(error, path))
  for (const note of found.notes) output.warn(note)
  const { model: stored, reading } = found
  return { path, stored, ...(reading && { reading }) }
}

/** The model of the next token of a run directory or a file. @throws SluiceError `model-config` for another one */
export async function openModel(
  given: string | undefined,
  flags: ModelFlags,
  output: Output,
): Promise<OpenedModel> {
  const { path, stored, reading } = await openStored(given, flags, output)
  return { path, model: modelFrom(stored), ...(reading && { reading }) }
}
