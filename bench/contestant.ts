import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Ready, Slice } from './protocol.ts'

/** How a process that speaks protocol.ts is started. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** What goes into the first line of its input. */
  readonly task?: unknown
}

/** Longest wait for an answer, in seconds; some rivals compile for minutes. */
const patience = 300

/** A running process that is asked for slices of work. */
export class Contestant {
  /** What it said when it was ready. */
  readonly ready: Ready
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: Lines

  private constructor(child: ChildProcessWithoutNullStreams, lines: Lines, ready: Ready) {
    this.#child = child
    this.#lines = lines
    this.ready = ready
  }

  /** Starts a process and waits until it is ready. @throws with its last words when it fails */
  static async start({ file, args, env = process.env, cwd, task }: Command): Promise<Contestant> {
    const child = spawn(file, args, { env, cwd })
    const lines = linesOf(child)
    if (task !== undefined) child.stdin.write(`${JSON.stringify(task)}\n`)
    return new Contestant(child, lines, JSON.parse(await lines()) as Ready)
  }

  /** Lets it work for some seconds. @throws with its last words when it fails */
  async work(seconds: number): Promise<Slice> {
    this.#child.stdin.write(`${seconds}\n`)
    return JSON.parse(await this.#lines()) as Slice
  }

  /** Its largest resident memory so far, in bytes; undefined where the system does not tell. */
  memory(): number | undefined {
    const path = `/proc/${this.#child.pid}/status` // unlike getrusage, not what its parent had when it was started
    const peak = existsSync(path) ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(path, 'utf8')) : null
    return peak ? Number(peak[1]) * 1024 : undefined
  }

  /** Ends it. */
  stop(): void {
    this.#child.stdin.end()
    this.#child.kill()
  }
}

/** The next line that a process writes. */
type Lines = () => Promise<string>

function linesOf(child: ChildProcessWithoutNullStreams): Lines {
  let complaint = ''
  child.stdin.on('error', () => undefined) // it has ended, which is told below
  child.stderr.on('data', (chunk) => (complaint += String(chunk)))
  const failed = new Promise<never>((_resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => reject(new Error(reason(complaint) || ending(code, signal))))
  })
  failed.catch(() => undefined) // nobody may be waiting when it ends
  const iterator = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async () => {
    const impatient = setTimeout(() => {
      complaint = `no answer within ${patience} seconds`
      child.kill('SIGKILL')
    }, patience * 1000)
    const next = iterator.next().then(({ value, done }) => (done ? failed : value))
    return Promise.race([failed, next]).finally(() => clearTimeout(impatient))
  }
}

/** The line that names the error, or the last one. */
function reason(text: string): string | undefined {
  const lines = text.trim().split('\n')
  return (lines.findLast((line) => /^\s*\w*(?:Error|Exception)\b/.test(line)) ?? lines.at(-1))?.trim()
}

function ending(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`
}
