/** An error for people: `message` is one line that says what is wrong, where, and what to do. */
export class SluiceError extends Error {
  /** Stable identifier of the kind of error, such as `equation-syntax`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SluiceError'
    this.code = code
  }
}

/** A runtime, plan or machine that cannot do what was asked; the only error on which `auto` falls back. */
export class Unsupported extends SluiceError {
  constructor(message: string, options?: ErrorOptions) {
    super('unsupported', message, options)
    this.name = 'Unsupported'
  }
}

/** A broken promise inside Sluice: never the user's fault, always worth a report. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new SluiceError('internal', `Internal error: ${message}. Please report it.`)
}
