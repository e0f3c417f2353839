import type { RunStore } from 'sluice'
import type { Checkpoint } from 'sluice/train'

/** Keeps the last checkpoint of a training in memory, so that it can go on with other settings. */
export class MemoryStore implements RunStore {
  last: Checkpoint | undefined

  async begin(): Promise<void> {}

  log(): void {}

  async save(checkpoint: Checkpoint): Promise<void> {
    this.last = checkpoint
  }

  async bestModel(): Promise<undefined> {
    return undefined
  }
}
