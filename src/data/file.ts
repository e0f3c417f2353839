import { readFile } from 'node:fs/promises'
import { SluiceError } from '../core/errors.ts'
import { knownKeys } from './check.ts'
import { decodeBytes } from './encoding.ts'
import { type Text, type TextOptions, textFrom } from './text.ts'

/** How a text file is read. */
export interface FileOptions extends TextOptions {
  /** Label of an encoding, such as `latin1` or `utf-16le`; absent: UTF-8. */
  readonly encoding?: string
}

/** Texts to learn from: `text.file(path)`, `text.from(string)`. */
export const text = { file: textFile, from: textFrom }

/** Reads a text file. Missing, unreadable, empty, binary and wrongly encoded files are errors that say so. */
export async function textFile(path: string, options: FileOptions = {}): Promise<Text> {
  knownKeys('text.file', options, ['encoding', 'keepCr', 'vocabulary', 'name'])
  const { encoding, ...rest } = options
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new SluiceError('text-file', readProblem(path, cause), { cause })
  })
  const read = textFrom(decodeBytes(bytes, encoding, path), { name: path, ...rest })
  return encoding === undefined ? read : { ...read, reading: { ...read.reading, encoding } }
}

function readProblem(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `There is no file ${path}; check the path.`
  if (code === 'EISDIR') return `${path} is a folder; give a text file.`
  if (code === 'EACCES' || code === 'EPERM') return `${path} may not be read; check its permissions.`
  if (code === 'ERR_FS_FILE_TOO_LARGE') return `${path} is too large to be read as one text.`
  return `${path} could not be read: ${message}.`
}
