import { type Given, type MessageKey, type MessageValues, SluiceError } from '../core/errors.ts'

/** Widest piece of a line that an error shows. */
const shown = 100

/** A mistake in equations: `message` is one line; `details` adds the source line with a caret under the place. */
export class EquationError<Key extends MessageKey = MessageKey> extends SluiceError<Key> {
  /** Line of the place, from 1. */
  readonly line: number
  /** Column of the place in characters, from 1. */
  readonly column: number
  /** The source line and, below it, a caret. */
  readonly excerpt: string

  constructor(key: Key, values: MessageValues<Key>, place: Place) {
    super(key, ...([values] as unknown as Given<Key>))
    this.name = 'EquationError'
    this.message = `line ${place.line}, column ${place.column}: ${this.message}`
    this.line = place.line
    this.column = place.column
    this.excerpt = place.excerpt
  }

  /** The message and, below it, the excerpt. */
  get details(): string {
    return `${this.message}\n${this.excerpt}`
  }
}

interface Place {
  readonly line: number
  readonly column: number
  readonly excerpt: string
}

/** A text of equations: finds the line of an offset and words errors about it. */
export class Source {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** The line of an offset, from 1. */
  line(at: number): number {
    return this.text.slice(0, at).split('\n').length
  }

  /** An error at an offset. */
  error<Key extends MessageKey>(key: Key, at: number, values: MessageValues<Key>): EquationError {
    return new EquationError(key, values, this.#place(at))
  }

  /** Runs a step; an error of it that has no place gets this one. */
  placing<T>(at: number, step: () => T): T {
    try {
      return step()
    } catch (error) {
      const placeless =
        error instanceof SluiceError && !(error instanceof EquationError) && error.code !== 'internal'
      throw placeless ? this.error(error.key, at, error.values) : error
    }
  }

  #place(at: number): Place {
    const start = this.text.lastIndexOf('\n', at - 1) + 1
    const stop = this.text.indexOf('\n', start)
    const line = this.line(at)
    const before = Array.from(this.text.slice(start, at))
    const all = Array.from(this.text.slice(start, stop === -1 ? undefined : stop).trimEnd())
    const skipped = Math.max(0, Math.min(before.length - shown / 2, all.length - shown))
    const text = all
      .slice(skipped, skipped + shown)
      .join('')
      .replaceAll('\t', ' ')
    const label = String(line).padStart(3)
    const caret = `${' '.repeat(label.length)} | ${' '.repeat(before.length - skipped)}^`
    return { line, column: before.length + 1, excerpt: `${label} | ${text}\n${caret}` }
  }
}
