import type { Windows } from './windows.ts'

/** One call of a program: what its inputs are given, by their names. */
export interface Batch {
  /** Length, 1 to the longest of its source. */
  readonly steps: number
  /** `[steps][rows]…` for sequences, `[rows]…` for what each row has once. */
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>
  /** What the mean loss is of: its predictions, each by its weight. */
  readonly predictions: number
  /** Factor of the mean loss, where rows without an example count in it; 1 unless given. */
  readonly scale?: number
}

/**
 * The batches of any epoch, by number: they depend on nothing else, so that a run that goes on reads what it would have read.
 * States are carried from batch to batch, where the program carries any, and begin anew with every epoch.
 */
export interface BatchSource {
  /** Rows of every batch; some may have length 0. */
  readonly rows: number
  /** Longest batch. */
  readonly steps: number
  /** Batches in an epoch, at least 1. */
  readonly count: number
  /** Batch `index` of epoch `epoch`, both from 0. */
  at(index: number, epoch: number): Batch | Promise<Batch>
  /** Frees what reading holds, such as an open file; batches may be asked for again. */
  close?(): Promise<void>
}

/** The windows of a text, the same in every epoch. */
export function windowBatches(windows: Windows): BatchSource {
  const { count, window: steps, rows } = windows
  return {
    rows: rows.batch,
    steps,
    count,
    at(index) {
      const { steps: length, tokens, targets, predictions } = windows.at(index)
      return { steps: length, inputs: { tokens, targets }, predictions }
    },
  }
}
