#!/usr/bin/env node
import { SluiceError } from '../core/errors.ts'
import { runProgram } from './program.ts'
import { tell } from './tell.ts'

const args = process.argv.slice(2)
let unwritten = false

/** Who reads only the beginning, as `| head` does, has enough; other trouble is told once, while the command ends. */
function onUnwritten(cause: NodeJS.ErrnoException): void {
  if (cause.code === 'EPIPE' || unwritten) return
  unwritten = true
  const exitCode = tell(new SluiceError('output', { reason: cause.message }, { cause }), args, process)
  process.on('exit', () => (process.exitCode = exitCode))
}

process.stdout.on('error', onUnwritten)
process.stderr.on('error', () => undefined)
process.on('uncaughtException', (error) => process.exit(tell(error, args, process)))

try {
  await runProgram(args)
} catch (error) {
  process.exitCode = tell(error, args, process)
}
