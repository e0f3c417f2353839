#!/usr/bin/env node
import { failureOf } from './failure.ts'
import { runProgram } from './program.ts'

const args = process.argv.slice(2)

// Who reads only the beginning, as `| head` does, has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  await runProgram(args)
} catch (error) {
  const { exitCode, text, code, message } = failureOf(error, Boolean(process.env['SLUICE_DEBUG']))
  if (text !== '') process.stderr.write(`sluice: ${text}\n`)
  if (text !== '' && args.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`)
  process.exitCode = exitCode
}
