import { execFile, spawn } from 'node:child_process'
import { commandLine } from '../compiled.ts'

/** How a child process ended and what it wrote. */
export interface Ended {
  readonly code: number | NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `sluice` in a folder. */
export function sluice(folder: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1' } }
    execFile(process.execPath, [commandLine, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.signal ?? Number(error.code))
      resolve({ code, stdout, stderr: withoutFallback(stderr) })
    })
  })
}

/** Standard error but for the word that there is no native runtime: no compiler is a normal case. */
function withoutFallback(stderr: string): string {
  return stderr.replaceAll(/^native is not available, .*\n/gm, '')
}

/** Runs `sluice` and sends it a signal once its output has a text. */
export function interrupted(
  folder: string,
  signal: NodeJS.Signals,
  after: string,
  ...args: readonly string[]
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [commandLine, ...args], { cwd: folder })
    let [stdout, stderr] = ['', '']
    let sent = false
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()))
    child.stdout.on('data', (bytes: Buffer) => {
      stdout += bytes.toString()
      if (!sent && stdout.includes(after)) sent = child.kill(signal)
    })
    child.on('error', reject)
    child.on('close', (code, ended) =>
      resolve({ code: ended ?? code, stdout, stderr: withoutFallback(stderr) }),
    )
  })
}

/** A small text with some structure, the same on every machine. */
export function smallText(lines = 60): string {
  return Array.from(
    { length: lines },
    (_, index) => `The whale number ${index} swam by, and Ahab said nothing.\n`,
  ).join('')
}
