import { CommanderError } from 'commander'
import { SluiceError } from '../core/errors.ts'
import { EquationError } from '../equations/source.ts'
import { fitExcerpt } from './view/excerpt.ts'

/** Exit codes of the command line. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

const usageCodes: ReadonlySet<string> = new Set(['usage', 'option-value', 'option-unknown'])

/** What to do about an error: what to print, and how to exit. */
export interface Failure {
  readonly exitCode: number
  /** One line that says what is wrong and what to do; empty where everything was said already. */
  readonly message: string
  /** The lines of a file with a caret, fitted to the terminal; empty for most errors. */
  readonly excerpt: string
  /** Where the error comes from and what caused it, for `--verbose`. */
  readonly trace: string
  readonly code: string
}

/** How an error is told, in a terminal of so many columns. An error that nobody foresaw is a mistake of Sluice. */
export function failureOf(error: unknown, columns = Infinity): Failure {
  if (error instanceof CommanderError) {
    const exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    return { exitCode, message: '', excerpt: '', trace: '', code: error.code }
  }
  if (!(error instanceof SluiceError)) {
    const problem = error instanceof Error ? error.message : String(error)
    return failureOf(new SluiceError('internal', { problem }, { cause: error }))
  }
  return {
    exitCode: usageCodes.has(error.code) ? exitCodes.usage : exitCodes.failed,
    message: error.message,
    excerpt: error instanceof EquationError ? fitExcerpt(error.excerpt, columns) : '',
    trace: traceOf(error),
    code: error.code,
  }
}

/** The stack of an error and of everything that caused it. */
function traceOf(error: SluiceError): string {
  const lines = [`code ${error.code}; docs/errors.md says more`, ...stackOf(error)]
  for (let { cause } = error as Error; cause instanceof Error; cause = cause.cause)
    lines.push(`caused by ${cause.name}: ${cause.message}`, ...stackOf(cause))
  return lines.join('\n')
}

/** The lines of a stack below the message. */
function stackOf({ stack = '' }: Error): readonly string[] {
  return stack.split('\n').filter((line) => /^\s+at /.test(line))
}
