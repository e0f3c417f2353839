/** How a text is cut for training. */
export interface Fit {
  readonly batch: number
  readonly window: number
  /** Share that is held out; 0 for none. */
  readonly heldOut: number
}

/** Characters that are held out at most: more would only make each validation slower. */
const mostHeldOut = 20_000

/** Below this a text is too short to hold anything out. */
const leastForValidation = 2000

/** The wished batch and window, made smaller for a text of so many characters that they would not fit into. */
export function fitted(length: number, wish: Pick<Fit, 'batch' | 'window'>): Fit {
  const heldOut = length < leastForValidation ? 0 : Math.min(0.1, mostHeldOut / length)
  const trained = Math.floor(length * (1 - heldOut))
  const window = Math.max(1, Math.min(wish.window, Math.floor(trained / 2)))
  const held = Math.floor(length * heldOut)
  const room = heldOut === 0 ? trained : Math.min(trained, held)
  return { window, batch: Math.max(1, Math.min(wish.batch, Math.floor(room / window))), heldOut }
}
