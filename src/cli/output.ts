import { type Sink, widthOf } from './view/screen.ts'
import { type Style, styleFor, wantsColour } from './view/style.ts'
import { wrap } from './view/width.ts'

/** Where a command's words go. */
export interface Output {
  /** One JSON object a line on standard output, and everything else on standard error. */
  readonly json: boolean
  /** No more than results, warnings and errors. */
  readonly quiet: boolean
  /** What was asked for: standard output. */
  readonly results: Sink
  /** Progress and what belongs to it: standard output, with `json` standard error. */
  readonly progress: Sink
  /** Colours for `progress`. */
  readonly style: Style
  /** Writes lines of what was asked for, folded in a terminal. */
  print(lines: readonly string[]): void
  /** Writes one JSON object, with `json` alone. */
  record(object: object): void
  /** A line of news on `progress`, unless `quiet`. */
  say(line: string): void
  /** A line on standard error, unless `quiet`: beside the result, never in it. */
  note(line: string): void
  /** A line on standard error even if `quiet`: something is not as it should be. */
  warn(line: string): void
  /** Aborts when nobody reads standard output any more, as after `| head`. */
  readonly closed: AbortSignal
}

/** What an output writes to; both streams may report errors. */
export interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
}

interface Stream extends Sink {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

/** The output of a command with the common options. */
export function openOutput(
  { json = false, quiet = false }: { readonly json?: boolean; readonly quiet?: boolean },
  { stdout, stderr, env }: Streams = process,
): Output {
  const progress = json ? stderr : stdout
  const warn = (line: string): void => void stderr.write(`${folded(line, stderr)}\n`)
  return {
    json,
    quiet,
    results: stdout,
    progress,
    style: styleFor(wantsColour(progress.isTTY === true, env)),
    print(lines) {
      stdout.write(lines.map((line) => `${folded(line, stdout)}\n`).join(''))
    },
    record(object) {
      if (json) stdout.write(`${JSON.stringify(object)}\n`)
    },
    say(line) {
      if (!quiet) progress.write(`${folded(line, progress)}\n`)
    },
    note(line) {
      if (!quiet) warn(line)
    },
    warn,
    closed: closedSignal(stdout, stderr),
  }
}

/** Words stay whole in a terminal; elsewhere a line stays a line. */
function folded(line: string, sink: Sink): string {
  return sink.isTTY ? wrap(line, widthOf(sink)).join('\n') : line
}

/** Aborts when a stream takes no more; why it does not is for main.ts to tell. */
function closedSignal(...streams: readonly Stream[]): AbortSignal {
  const controller = new AbortController()
  for (const stream of streams) stream.on('error', () => controller.abort())
  return controller.signal
}
