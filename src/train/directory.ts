import { SluiceError } from '../core/errors.ts'
import type { StoredModel } from '../interop/index.ts'
import { type Files, nodeFiles } from './checkpoint-files.ts'
import {
  type Checkpoint,
  decodeCheckpoint,
  decodeCheckpointModel,
  encodeCheckpoint,
  stepOf,
} from './checkpoint.ts'
import { writeError } from './disk-error.ts'
import {
  type RunIndex,
  checkpointsFolder,
  encodeIndex,
  indexFile,
  isWhole,
  lastGood,
  metricsFile,
  readIndex,
  reader,
} from './run-index.ts'
import type { RunStore } from './store.ts'

/*
 * runs/anna/
 *   run.json                     which checkpoint is last, which is best; replaced by one rename
 *   checkpoints/step-…-…/        one immutable checkpoint each: checkpoint.json, model.safetensors, training.safetensors
 *   metrics.jsonl                one line an update
 *   lock                         the process that trains
 *
 * A checkpoint is written under a name that starts with `writing-`, synced, renamed, and then named in run.json.
 */

const lockFile = 'lock'
const writing = 'writing-'

/** Last checkpoints that are kept, beside the best one. */
const keptCheckpoints = 3

/** A run directory that this process alone trains in. */
export class RunDirectory implements RunStore {
  readonly path: string
  readonly #files: Files
  readonly #unlock: () => Promise<void>
  #index: RunIndex
  /** Bytes of metrics that the next save writes behind. */
  #metricsLength: number
  #lines: string[] = []

  private constructor(
    path: string,
    files: Files,
    unlock: () => Promise<void>,
    index: RunIndex,
    metricsLength: number,
  ) {
    this.path = path
    this.#files = files
    this.#unlock = unlock
    this.#index = index
    this.#metricsLength = metricsLength
  }

  /** Starts a run in a new or unused directory; one that has a checkpoint is an error (`run-exists`). */
  static async create(path: string, files: Files = nodeFiles): Promise<RunDirectory> {
    return withLock(path, files, async (unlock) => {
      const { index } = await readIndex(path, files)
      if (index.kept.length === 0 && (await files.read(`${path}/${indexFile}`))) {
        throw new SluiceError('run-exists/other', { path })
      }
      if (index.kept.length > 0) {
        throw new SluiceError('run-exists/run', { path, updates: stepOf(index.kept[0]!) ?? 0 })
      }
      return new RunDirectory(path, files, unlock, index, 0)
    })
  }

  /**
   * Opens a run to continue it from its last checkpoint. A damaged checkpoint is passed over for the one before, which
   * `notes` then say; a directory without any is an error (`run-empty`).
   */
  static async open(
    path: string,
    files: Files = nodeFiles,
  ): Promise<{ run: RunDirectory; checkpoint: Checkpoint; notes: readonly string[] }> {
    if ((await files.list(path)).length === 0) throw new SluiceError('run-empty/path', { path })
    return withLock(path, files, async (unlock) => {
      const { index, notes } = await readIndex(path, files)
      const { found, kept, passed } = await lastGood(path, files, index.kept, decodeCheckpoint)
      const best = index.best !== null && (await isWhole(path, files, index.best)) ? index.best : null
      const run = new RunDirectory(path, files, unlock, { kept, best }, found.metricsLength)
      return { run, checkpoint: found.checkpoint, notes: [...notes, ...passed] }
    })
  }

  async begin(): Promise<void> {
    await this.#write(undefined, async () => {
      const metrics = await this.#files.read(this.#at(metricsFile))
      this.#metricsLength = Math.min(this.#metricsLength, metrics?.length ?? 0)
      await this.#files.append(this.#at(metricsFile), this.#metricsLength, new Uint8Array())
      await this.#files.makeFolder(this.#at(checkpointsFolder))
    })
    await this.#prune()
  }

  log(line: object): void {
    this.#lines.push(`${JSON.stringify(line)}\n`)
  }

  /** Writes the metrics there are, for those who watch the run; if that fails, the next save tells. */
  async showMetrics(): Promise<void> {
    await this.#flush().catch(() => {})
  }

  async save(checkpoint: Checkpoint, best: boolean): Promise<void> {
    const { step } = checkpoint.progress
    await this.#write(step, async () => {
      await this.#flush()
      const encoded = await encodeCheckpoint(checkpoint, this.#metricsLength)
      await this.#place(encoded.name, encoded.files)
      await this.#pointTo(encoded.name, best)
    })
    await this.#prune()
  }

  async bestModel(): Promise<StoredModel | undefined> {
    const { best } = this.#index
    if (best === null) return undefined
    return (await decodeCheckpointModel(best, reader(this.path, this.#files, best))).model
  }

  /** Lets others train here. A folder in which nothing was saved is removed. */
  async close(): Promise<void> {
    // Metrics later than the last checkpoint only help to see why a run failed, perhaps because the disk is full.
    await this.#flush().catch(() => {})
    const names = await this.#files.list(this.path).catch(() => [])
    if (names.every((name) => name === lockFile)) await this.#files.remove(this.path).catch(() => {})
    await this.#unlock()
  }

  #at(name: string): string {
    return `${this.path}/${name}`
  }

  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return
    const bytes = new TextEncoder().encode(this.#lines.join(''))
    await this.#files.append(this.#at(metricsFile), this.#metricsLength, bytes)
    this.#metricsLength += bytes.length
    this.#lines = []
  }

  /** Puts a whole folder in its place. One of that name has the same contents, if it is not damaged. */
  async #place(name: string, contents: ReadonlyMap<string, Uint8Array>): Promise<void> {
    if (await isWhole(this.path, this.#files, name)) return
    const folder = this.#at(`${checkpointsFolder}/${name}`)
    const draft = this.#at(`${checkpointsFolder}/${writing}${name}`)
    await this.#files.remove(draft)
    await this.#files.makeFolder(draft)
    for (const [file, bytes] of contents) await this.#files.write(`${draft}/${file}`, bytes)
    await this.#files.remove(folder)
    await this.#files.rename(draft, folder)
  }

  async #pointTo(name: string, best: boolean): Promise<void> {
    const kept = [name, ...this.#index.kept.filter((other) => other !== name)].slice(0, keptCheckpoints)
    const index = { kept, best: best ? name : this.#index.best }
    await this.#files.write(this.#at(`${indexFile}.new`), encodeIndex(index))
    await this.#files.rename(this.#at(`${indexFile}.new`), this.#at(indexFile))
    this.#index = index
  }

  /** Removes what the index does not name. What cannot be removed now is tried again later. */
  async #prune(): Promise<void> {
    const { kept, best } = this.#index
    for (const name of await this.#files.list(this.#at(checkpointsFolder)).catch(() => [])) {
      const ours = stepOf(name) !== undefined || name.startsWith(writing)
      if (!ours || kept.includes(name) || name === best) continue
      await this.#files.remove(this.#at(`${checkpointsFolder}/${name}`)).catch(() => {})
    }
  }

  async #write(step: number | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw writeError(error, { path: this.path, step, kept: this.#index.kept[0] })
    }
  }
}

/** Locks a directory, and unlocks it again if the work fails. */
async function withLock<T>(
  path: string,
  files: Files,
  work: (unlock: () => Promise<void>) => Promise<T>,
): Promise<T> {
  let unlock: (() => Promise<void>) | undefined
  try {
    await files.makeFolder(path)
    unlock = await files.lock(`${path}/${lockFile}`)
    return await work(unlock)
  } catch (error) {
    await unlock?.()
    throw writeError(error, { path })
  }
}
