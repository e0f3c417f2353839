import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { SluiceError } from '../core/errors.ts'
import { nearestPath } from './nearest-path.ts'

/** Where runs go unless a directory is named. */
const runsFolder = 'runs'

/**
 * A new directory for a run on a text: `runs/anna` for anna.txt (and for anna/input.txt), or `runs/anna-2` if that is
 * taken.
 */
export async function newRun(text: string, folder = runsFolder): Promise<string> {
  const own = basename(text, extname(text))
  const name = (own === 'input' ? basename(dirname(resolve(text))) : own) || 'run'
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : `${name}-${number}`)
    if (await isFree(path)) return path
  }
}

async function isFree(path: string): Promise<boolean> {
  return (await entries(path)).length === 0 && (await changed(path)) === undefined
}

/** The run that was trained last. @throws SluiceError `run-empty` where there is none */
export async function latestRun(folder = runsFolder): Promise<string> {
  const paths = (await entries(folder)).map((name) => join(folder, name))
  const runs = await Promise.all(
    paths.map(async (path) => ({ path, time: (await changed(join(path, 'run.json'))) ?? 0 })),
  )
  const latest = runs.reduce((a, b) => (b.time > a.time ? b : a), { path: '', time: 0 })
  if (latest.time > 0) return latest.path
  throw new SluiceError('run-empty/none', { folder })
}

/** Throws an error on again; where there is nothing at a path, with the run that was probably meant. */
export async function notFound(error: unknown, path: string): Promise<never> {
  if (!(error instanceof SluiceError) || error.code !== 'run-empty') throw error
  const nearest = await nearestPath(path, [runsFolder])
  throw nearest === undefined ? error : new SluiceError('run-empty/path', { path, nearest }, { cause: error })
}

/** Names in a folder; none where it is a file or is not there. */
async function entries(path: string): Promise<readonly string[]> {
  return readdir(path).catch(() => [])
}

/** When a file or an unused folder was last changed; undefined where there is none, or the folder is empty. */
async function changed(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.mtimeMs : undefined
}
