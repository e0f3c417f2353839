/**
 * What a window is for: its loss; answers alone; answers that go on where the window before ended; or, of an encoder, what its
 * decoder needs.
 */
export type WindowUse = 'loss' | 'answer' | 'continue' | 'encode'

/** How a window of a sequence model is written. */
export interface WindowSettings {
  readonly training: boolean
  readonly use: WindowUse
  /** Most steps of the program. */
  readonly longest: number
}

/** The output that holds what a model answers at each step. */
export const answerOutput = 'output'
