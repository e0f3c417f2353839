import { CommanderError } from 'commander'
import { SluiceError } from '../core/errors.ts'
import { EquationError } from '../equations/index.ts'

/** Exit codes of the command line. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** A command line that cannot be meant so: exit code 2. */
export function usageError(message: string): SluiceError {
  return new SluiceError('usage', message)
}

const usageCodes: ReadonlySet<string> = new Set(['usage', 'option-value', 'option-unknown'])

/** What to do about an error: what to print, and how to exit. */
export interface Failure {
  readonly exitCode: number
  /** Empty where everything was said already. */
  readonly text: string
  readonly code: string
  readonly message: string
}

/** How an error is told: one line that says what is wrong and what to do; an equation's also shows the place. */
export function failureOf(error: unknown, debug = false): Failure {
  if (error instanceof CommanderError) {
    const exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    return { exitCode, text: '', code: error.code, message: error.message }
  }
  if (error instanceof EquationError) {
    return { exitCode: exitCodes.failed, text: error.details, code: error.code, message: error.message }
  }
  if (error instanceof SluiceError) {
    const exitCode = usageCodes.has(error.code) ? exitCodes.usage : exitCodes.failed
    const trace = debug ? `\n${error.stack}` : ''
    return { exitCode, text: `${error.message}${trace}`, code: error.code, message: error.message }
  }
  return unforeseen(error, debug)
}

/** An error that nobody foresaw is a mistake of Sluice. */
function unforeseen(error: unknown, debug: boolean): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const trace =
    debug && error instanceof Error ? `\n${error.stack}` : ' SLUICE_DEBUG=1 shows where it comes from.'
  const text = `Internal error: ${message}. Please report it.${trace}`
  return { exitCode: exitCodes.failed, text, code: 'internal', message }
}
