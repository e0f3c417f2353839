import { readFile } from 'node:fs/promises'
import { SluiceError } from '../core/errors.ts'
import { knownKeys } from './check.ts'
import { decodeBytes } from './encoding.ts'
import { type Text, type TextOptions, textFrom, textOptions } from './text.ts'

/** How a text file is read. */
export interface FileOptions extends TextOptions {
  /** Label of an encoding, such as `latin1` or `utf-16le`; absent: UTF-8. */
  readonly encoding?: string
}

/** Texts to learn from: `text.file(path)`, `text.from(string)`. */
export const text = { file: textFile, from: textFrom }

/** Reads a text file. Missing, unreadable, empty, binary and wrongly encoded files are errors that say so. */
export async function textFile(path: string, options: FileOptions = {}): Promise<Text> {
  knownKeys('text.file', options, ['encoding', ...textOptions])
  const { encoding, ...rest } = options
  const read = textFrom(decodeBytes(await readBytes(path), encoding, path), { name: path, ...rest })
  return encoding === undefined ? read : { ...read, reading: { ...read.reading, encoding } }
}

/** All bytes of a file. @throws SluiceError `text-file` */
export function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: SystemError) => {
    throw readError(path, cause)
  })
}

const problems = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EISDIR: 'folder',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
} as const

/** An error of the system, such as ENOENT. */
export interface SystemError extends Error {
  readonly code?: string
}

/** What went wrong with a file, for people. */
export function readError(path: string, cause: SystemError): SluiceError {
  const { code = '', message: reason } = cause
  if (code === 'ERR_FS_FILE_TOO_LARGE') return new SluiceError('text-too-large', { name: path }, { cause })
  const problem = code in problems ? problems[code as keyof typeof problems] : 'unreadable'
  return new SluiceError(`text-file/${problem}`, { path, reason }, { cause })
}
