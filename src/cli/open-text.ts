import { stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { SluiceError } from '../core/errors.ts'
import type { Text, TokenKind, Tokenizer } from '../data/index.ts'
import { type FileOptions, text as texts } from '../data/file.ts'
import { nearestPath } from './nearest-path.ts'
import { command, quoted } from './train-words.ts'
import type { Continued } from './work.ts'

/** What the command line says about a text. */
export interface TextFlags {
  /** Its file; absent: that of the run that goes on. */
  readonly text?: string
  readonly keepCr?: boolean
  readonly encoding?: string
  /** What becomes a token. */
  readonly tokens?: TokenKind
  /** Most tokens of a vocabulary. */
  readonly vocabulary?: number
}

/** The text to train on, read as the run that goes on read it, or in the symbols of a model to start from. */
export async function trainingText(
  flags: TextFlags,
  run: Continued | undefined,
  vocabulary?: Tokenizer,
): Promise<Text> {
  const checkpoint = run?.checkpoint
  const before = checkpoint?.description.text
  const path = flags.text ?? (run && (await fileOf(run)))
  if (path === undefined) throw new SluiceError('usage/no-text', { command: command('train book.txt') })
  const reading = { ...before?.reading, ...flags }
  if (!checkpoint) return openText(path, reading, vocabulary)
  return openText(path, reading, checkpoint.model.vocabulary).catch((error: unknown) => {
    if (!(error instanceof SluiceError) || error.code !== 'unknown-character') throw error
    return openText(path, reading) // with its own characters, so that all differences can be listed
  })
}

/** The file that a run learns from: a relative path may start from here, from the run's folder or from one of two above it. */
export async function fileOf({ path, checkpoint }: Continued): Promise<string> {
  const { text, examples } = checkpoint.description
  const name = (text ?? examples)?.name
  if (name === undefined) throw new SluiceError('usage/no-text', { command: command('train book.txt') })
  const folders = isAbsolute(name) ? [] : ['.', '..', '../..'].map((above) => join(path, above))
  for (const file of [name, ...folders.map((folder) => join(folder, name))]) {
    if (await exists(file)) return file
  }
  const way = command(`train FILE --resume ${quoted(path)}`)
  throw new SluiceError('text-file/of-run', { path: name, run: path, command: way })
}

/** A text file; where there is none, the error says which was probably meant. */
export async function openText(
  path: string,
  { keepCr = false, encoding, tokens, vocabulary: size }: TextFlags,
  vocabulary?: Tokenizer,
): Promise<Text> {
  const options: FileOptions = {
    keepCr,
    ...(encoding !== undefined && { encoding }),
    ...(tokens !== undefined && { tokens }),
    ...(size !== undefined && { vocabularySize: size }),
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
    return new SluiceError(
      'text-file/run',
      { path, command: command(`train --resume ${quoted(path)}`) },
      { cause },
    )
  if (await exists(path)) return cause
  return new SluiceError('text-file/missing', { path, nearest: await nearestPath(path) }, { cause })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
