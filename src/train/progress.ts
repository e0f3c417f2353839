/** How far a run is. The position in the data follows from `step`, whether it is shuffled or not. */
export interface Progress {
  /** Updates done. */
  readonly step: number
  /** Updates planned; 0 while that is not known. */
  readonly total: number
  /** The validation with the lowest loss so far. */
  readonly best: { readonly step: number; readonly loss: number } | null
  /** Validations since then. */
  readonly sinceBest: number
  /** Updates in the average of the weights; absent for none. */
  readonly averaged?: number
  /** Whether the run ended before `total`, because validation did not improve. */
  readonly stoppedEarly: boolean
}

/** Where every run begins. */
export const noProgress: Progress = { step: 0, total: 0, best: null, sinceBest: 0, stoppedEarly: false }
