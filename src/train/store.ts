import type { StoredModel } from '../interop/index.ts'
import type { Checkpoint } from './checkpoint.ts'

/** Where a training keeps its checkpoints and metrics: a run directory, or anything else that keeps these promises. */
export interface RunStore {
  /** Called once, before anything else; drops metrics later than the checkpoint that training continues from. */
  begin(): Promise<void>
  /** Notes one line of metrics; it is safe after the next `save`. */
  log(line: object): void
  /** Keeps a checkpoint: after a crash at any moment there is either this one or the one before. */
  save(checkpoint: Checkpoint, best: boolean): Promise<void>
  /** The model of the checkpoint last saved as the best, if any. */
  bestModel(): Promise<StoredModel | undefined>
}
