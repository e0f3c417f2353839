import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { vi } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { tell } from '../../src/cli/tell.ts'

// Every command that runs in this process listens to the same streams.
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0)

/** How a command line ended: the exit code, and what was told on standard error. */
export interface Told {
  readonly code: number
  readonly text: string
}

/** The same with what came on standard output. */
export interface Said extends Told {
  readonly said: string
}

/**
 * Runs a command line in this process. Arguments that start with `./` are paths in the folder, and the folder is `.` in
 * what is told.
 */
export async function told(folder: string, ...args: readonly string[]): Promise<Told> {
  const { code, text } = await said(folder, ...args)
  return { code, text }
}

/** The same, with standard output. */
export async function said(folder: string, ...args: readonly string[]): Promise<Said> {
  let [text, output] = ['', '']
  const sink = { write: (piece: unknown) => Boolean((text += String(piece))) }
  const spies = [
    vi.spyOn(process.stderr, 'write').mockImplementation(sink.write),
    vi.spyOn(process.stdout, 'write').mockImplementation((piece) => Boolean((output += String(piece)))),
  ]
  const given = args.map((arg) => (arg.startsWith('./') ? join(folder, arg) : arg))
  const code = await runProgram(given).then(
    () => 0,
    (error: unknown) => tell(error, args, { stdout: sink, stderr: sink }),
  )
  for (const spy of spies) spy.mockRestore()
  return { code, text: text.replaceAll(folder, '.'), said: output.replaceAll(folder, '.') }
}

/** One line on standard error, as everybody sees it. */
export function line(code: number, text: string): Told {
  return { code, text: `sluice: ${text}\n` }
}

/** Options that make a training tiny, the same everywhere, and silent. */
export const tiny = '--hidden 4 --layers 1 --batch 2 --window 4 --steps 3 --runtime reference --quiet'.split(
  ' ',
)

/** All files below a folder with what they hold, to see that nothing was lost. */
export async function contents(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = files.toSorted().map(async (path) => [path, await readFile(path, 'latin1')] as const)
  return new Map(await Promise.all(read))
}
