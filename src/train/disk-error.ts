import { SluiceError } from '../core/errors.ts'
import { errorCode } from './checkpoint-files.ts'

const writing = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
  EACCES: 'disk-permission/write',
  EPERM: 'disk-permission/write',
  EEXIST: 'disk/file',
  ENOTDIR: 'disk/path',
} as const

/** What was to be written. */
export interface Place {
  readonly path: string
  /** The update that was to be saved. */
  readonly step?: number | undefined
  /** Name of the checkpoint that is safe. */
  readonly kept?: string | undefined
}

/** What to tell about an error of the operating system while writing; other errors are given back as they are. */
export function writeError(error: unknown, place: Place): unknown {
  const code = errorCode(error)
  if (error instanceof SluiceError || code === undefined) return error
  const key = code in writing ? writing[code as keyof typeof writing] : 'disk/write'
  return new SluiceError(key, { ...place, reason: (error as Error).message }, { cause: error })
}

/** The same while reading. */
export function readError(error: unknown, path: string): unknown {
  const code = errorCode(error)
  if (error instanceof SluiceError || code === undefined) return error
  const key = code === 'EACCES' || code === 'EPERM' ? 'disk-permission/read' : 'disk/read'
  return new SluiceError(key, { path, reason: (error as Error).message }, { cause: error })
}
