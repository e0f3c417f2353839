import { type FileHandle, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { SluiceError } from '../core/errors.ts'

/** The file operations of a run directory. Everything written is on the disk when its promise resolves. */
export interface Files {
  /** Undefined where there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Writes a whole new file. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** Cuts a file to `length` bytes and writes behind them. */
  append(path: string, length: number, bytes: Uint8Array): Promise<void>
  /** Moves in one step; a file that is there is replaced. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file or a folder with all that is in it, if it is there. */
  remove(path: string): Promise<void>
  /** Names in a folder; none where there is no folder. */
  list(path: string): Promise<readonly string[]>
  /** Makes a folder and those above it. */
  makeFolder(path: string): Promise<void>
  /** Creates a lock file; an error with code `run-locked` if a living process holds it. Call the result to unlock. */
  lock(path: string): Promise<() => Promise<void>>
}

/** Files of Node. */
export const nodeFiles: Files = {
  async read(path) {
    return orIfMissing(readFile(path), undefined, ['EISDIR'])
  },
  async write(path, bytes) {
    await synced(path, 'w', (file) => file.writeFile(bytes))
    await syncFolder(dirname(path))
  },
  async append(path, length, bytes) {
    await synced(path, 'a', async (file) => {
      await file.truncate(length)
      await file.writeFile(bytes)
    })
  },
  async rename(from, to) {
    await rename(from, to)
    await syncFolder(dirname(to))
  },
  async remove(path) {
    await rm(path, { recursive: true, force: true })
  },
  async list(path) {
    return orIfMissing(readdir(path), [])
  },
  async makeFolder(path) {
    const first = await mkdir(path, { recursive: true })
    if (first !== undefined) await syncFolder(dirname(first))
  },
  lock,
}

async function orIfMissing<T, U>(
  value: Promise<T>,
  missing: U,
  others: readonly string[] = [],
): Promise<T | U> {
  try {
    return await value
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', ...others].includes(errorCode(error) ?? '')) return missing
    throw error
  }
}

async function synced(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags)
  try {
    await use(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes new names in a folder lasting; Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await synced(path, 'r', async () => {})
}

/** The code of an error of the operating system, such as `ENOENT`, or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Who holds a lock. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process started, where the system tells: another process may later get the same number. */
  readonly started?: string
}

async function lock(path: string): Promise<() => Promise<void>> {
  const started = await startOf(process.pid)
  const holder: Holder = { pid: process.pid, host: hostname(), ...(started !== undefined && { started }) }
  const text = `${JSON.stringify(holder)}\n`
  if (!(await created(path, text))) {
    await breakStale(path)
    if (!(await created(path, text))) throw locked(path, undefined)
  }
  return () => rm(path, { force: true })
}

async function created(path: string, text: string): Promise<boolean> {
  try {
    await synced(path, 'wx', (file) => file.writeFile(text))
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** Moves a dead process's lock away, and puts it back if another process was faster and the moved lock is alive. */
async function breakStale(path: string): Promise<void> {
  const holder = await holderOf(path)
  if (await isAlive(holder)) throw locked(path, holder)
  const aside = `${path}.stale-${process.pid}`
  await orIfMissing(rename(path, aside), undefined)
  const moved = await holderOf(aside)
  if (await isAlive(moved)) {
    await rename(aside, path)
    throw locked(path, moved)
  }
  await rm(aside, { force: true })
}

/** Undefined for a lock that is gone or was cut off while it was written. */
async function holderOf(path: string): Promise<Holder | undefined> {
  const text = await orIfMissing(readFile(path, 'utf8'), '')
  try {
    return JSON.parse(text) as Holder
  } catch {
    return undefined
  }
}

/** Processes of other machines cannot be seen from here and count as alive. */
async function isAlive(holder: Holder | undefined): Promise<boolean> {
  if (!holder) return false
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false
  }
  return holder.started === undefined || holder.started === (await startOf(holder.pid))
}

/**
 * Boot and time of a process's start on Linux: field 22 of its stat line, whose second field may hold spaces. A killed
 * process that its parent has not waited for (state Z) runs no more.
 */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot.trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}

function locked(path: string, holder: Holder | undefined): SluiceError {
  const given = { path: dirname(path), lock: path }
  if (!holder) return new SluiceError('run-locked/unknown', given)
  return new SluiceError('run-locked/process', { ...given, pid: holder.pid, host: holder.host })
}
