import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { SluiceError } from '../../core/errors.ts'
import { onInterrupt } from '../interrupt.ts'
import { option, whole } from '../options.ts'
import { openOutput } from '../output.ts'
import { runNotes } from '../studio/notes.ts'
import { serveStudio } from '../studio/server.ts'
import { builtStudio } from '../studio/static.ts'

interface StudioFlags {
  readonly port?: number
  readonly quiet?: boolean
  readonly json?: boolean
}

/** Where the studio is unless a port is named. */
const usualPort = 4747

/** `sluice studio`. */
export function studioCommand(): Command {
  return new Command('studio')
    .summary('look inside a model, in a browser')
    .description(
      'Serves the studio to a browser on this machine: step through a cell, train on a text of your\n' +
        'own, find what a unit does, write a cell. With run directories, shows their losses, live while\n' +
        'they train, and their models.',
    )
    .argument('[runs...]', 'run directories to show')
    .addOption(option('--port <n>', 'port to listen on, 0 for any', whole('--port', 0, 65_535), usualPort))
    .option('-q, --quiet', 'no more than the address')
    .option('--json', 'the address as one JSON object')
    .action(runStudio)
}

async function runStudio(runs: readonly string[], flags: StudioFlags): Promise<void> {
  const output = openOutput(flags)
  if (!existsSync(`${builtStudio}index.html`)) throw new SluiceError('studio-missing')
  for (const path of runs) {
    for (const note of await runNotes(path)) output.warn(note)
  }
  const { port = usualPort } = flags
  const server = await serveStudio({ folder: builtStudio, runs, port })
  if (output.json) output.record({ url: server.url })
  else output.print([flags.quiet ? server.url : `The studio is at ${server.url}  (Ctrl-C ends it)`])
  const interrupt = onInterrupt()
  await new Promise((done) => interrupt.signal.addEventListener('abort', done, { once: true }))
  interrupt.stop()
  server.close()
}
