/*
 * Everything that is timed is a process of its own, so that peak memory is its own too. Those that have a task read it
 * as JSON from the first line of their input. Each writes one line of JSON when it is ready (Ready); then, for each
 * line with a number of seconds on its input, it works for about as long, at least once, and writes one line (Slice).
 * It ends when its input ends.
 */

/** What a process says when it is set up and warm. */
export interface Ready {
  /** Why it cannot run here; nothing else is said then. */
  readonly missing?: string
  /** Numbers that tell whether it does the right thing: see check.ts. */
  readonly check?: readonly number[]
  /** The instruction set that it uses. */
  readonly isa?: string
  /** Tokens of one unit of work, where they are not the batch times the steps of the configuration. */
  readonly tokens?: number
  /** Floating-point operations of one unit of work, where the process alone knows them. */
  readonly flops?: number
  /** Versions and settings, for people. */
  readonly detail?: string
}

/** What a process did in one slice of time. */
export interface Slice {
  /** Seconds of each unit of work. */
  readonly times: readonly number[]
}
