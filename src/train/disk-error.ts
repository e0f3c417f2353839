import { SluiceError } from '../core/errors.ts'
import { errorCode } from './checkpoint-files.ts'

interface Kind {
  readonly code: string
  readonly what: string
  readonly advice: string
}

const full: Kind = { code: 'disk-full', what: 'the disk is full', advice: 'Free some space' }
const forbidden: Kind = {
  code: 'disk-permission',
  what: 'this is not permitted',
  advice: 'Check the permissions',
}

const kinds: Readonly<Record<string, Kind>> = {
  ENOSPC: full,
  EDQUOT: full,
  EROFS: { code: 'disk-read-only', what: 'the disk is read-only', advice: 'Make it writable' },
  EACCES: forbidden,
  EPERM: forbidden,
  EEXIST: { code: 'disk', what: 'there is a file in its place', advice: 'Take another directory' },
  ENOTDIR: { code: 'disk', what: 'a part of the path is a file', advice: 'Take another directory' },
}

/**
 * What to tell about an error of the operating system; other errors are given back as they are.
 * @param doing what was not possible, such as `save update 300`
 * @param kept name of the checkpoint that is safe
 */
export function diskError(error: unknown, path: string, doing: string, kept: string | undefined): unknown {
  const code = errorCode(error)
  if (error instanceof SluiceError || code === undefined) return error
  const other = { code: 'disk', what: (error as Error).message, advice: 'Check the disk' }
  const { code: kind, what, advice } = kinds[code] ?? other
  const safe = kept === undefined ? '.' : `, then resume: the checkpoint ${kept} is safe.`
  return new SluiceError(kind, `Cannot ${doing} in ${path}: ${what}. ${advice}${safe}`, { cause: error })
}
