import { failureOf } from './failure.ts'
import { type Sink, widthOf } from './view/screen.ts'
import { wrap } from './view/width.ts'

/** Where errors are told. */
export interface Listeners {
  readonly stdout: Sink
  readonly stderr: Sink
}

/**
 * Tells an error on standard error: its message, and the place in a file of equations. With `--json` among the
 * arguments also as an object on standard output, with `--verbose` with its stack and causes. Gives the exit code.
 */
export function tell(error: unknown, args: readonly string[], { stdout, stderr }: Listeners): number {
  const verbose = args.includes('--verbose')
  const width = stderr.isTTY ? widthOf(stderr) : Infinity
  const { exitCode, message, excerpt, trace, code } = failureOf(error, width)
  if (message === '') return exitCode
  const hint = code === 'internal' && !verbose ? ' --verbose shows where it comes from.' : ''
  const parts = [...wrap(`sluice: ${message}${hint}`, width), excerpt, verbose ? trace : '']
  stderr.write(`${parts.filter((part) => part !== '').join('\n')}\n`)
  if (args.includes('--json')) stdout.write(`${JSON.stringify({ error: { code, message } })}\n`)
  return exitCode
}
