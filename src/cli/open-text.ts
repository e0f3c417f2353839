import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '../core/errors.ts'
import type { Text, Vocabulary } from '../data/index.ts'
import { type FileOptions, text as texts } from '../data/file.ts'
import type { Checkpoint } from '../train/index.ts'
import { nearestPath } from './nearest-path.ts'
import { command } from './train-words.ts'

/** What the command line says about a text. */
export interface TextFlags {
  /** Its file; absent: that of the run that goes on. */
  readonly text?: string
  readonly keepCr?: boolean
  readonly encoding?: string
}

/** The text to train on, read as the run that goes on read it. */
export async function trainingText(flags: TextFlags, checkpoint: Checkpoint | undefined): Promise<Text> {
  const before = checkpoint?.description.text
  const path = flags.text ?? before?.name
  if (path === undefined) throw new SluiceError('usage/no-text', { command: command('train book.txt') })
  const reading = { ...before?.reading, ...flags }
  if (!checkpoint) return openText(path, reading)
  return openText(path, reading, checkpoint.model.vocabulary).catch((error: unknown) => {
    if (!(error instanceof SluiceError) || error.code !== 'unknown-character') throw error
    return openText(path, reading) // with its own characters, so that all differences can be listed
  })
}

/** A text file; where there is none, the error says which was probably meant. */
export async function openText(
  path: string,
  { keepCr = false, encoding }: TextFlags,
  vocabulary?: Vocabulary,
): Promise<Text> {
  const options: FileOptions = {
    keepCr,
    ...(encoding !== undefined && { encoding }),
    ...(vocabulary && { vocabulary }),
  }
  return texts.file(path, options).catch(async (cause: unknown) => {
    throw await explained(cause, path)
  })
}

/** The same error, or one that says more. */
async function explained(cause: unknown, path: string): Promise<unknown> {
  if (!(cause instanceof SluiceError) || cause.code !== 'text-file') return cause
  if (await exists(join(path, 'run.json')))
    return new SluiceError('text-file/run', { path, command: command(`train --resume ${path}`) }, { cause })
  if (await exists(path)) return cause
  return new SluiceError('text-file/missing', { path, nearest: await nearestPath(path) }, { cause })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
