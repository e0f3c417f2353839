import { SluiceError } from '../core/errors.ts'
import { taskOf } from '../interop/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { RunDirectory } from '../train/directory.ts'
import {
  type Checkpoint,
  type SettingsOptions,
  type Training,
  type TrainingStep,
  continuedSettings,
  resolveSettings,
  resumeNotes,
} from '../train/index.ts'
import type { TrainFlags } from './commands/train.ts'
import { exitCodes } from './failure.ts'
import { onInterrupt } from './interrupt.ts'
import { runtimeFor } from './options.ts'
import type { Output } from './output.ts'
import { latestRun, newRun, notFound } from './runs.ts'
import { isTable } from './task/formats.ts'
import { settingsFrom } from './train-settings.ts'
import { beginning, command, ending, keptText, measuredLength, quoted } from './train-words.ts'
import { type TrainingView, viewFor } from './view/training.ts'
import type { Continued, Work } from './work.ts'

/** What a training does beyond the command line's options. */
export interface Extras {
  /** What samples start with; it is shown as a part of them. */
  readonly prime?: string
  /** Whether to end without hints at what to do next. */
  readonly silentEnd?: boolean
}

/** A run directory that is open, and how to go on in it. */
interface Opened {
  readonly path: string
  readonly run: RunDirectory
  readonly checkpoint?: Checkpoint
}

/** Trains as the command line says; gives the exit code. */
export async function runTraining(flags: TrainFlags, output: Output, extras: Extras = {}): Promise<number> {
  resolveSettings(settingsFrom(flags))
  if (flags.initFrom !== undefined && flags.resume !== undefined) throw new SluiceError('usage/two-starts')
  const resumed = flags.resume === undefined ? undefined : await reopen(flags, output)
  let opened: Opened | undefined = resumed
  try {
    const work = await workOf(flags, resumed, output)
    const runtime = await runtimeFor(flags, output)
    opened ??= await create(flags, work.name)
    const given = possibleSettings(work.given, runtime, output, resumed?.checkpoint)
    for (const note of resumed ? resumeNotes(resumed.checkpoint, runtime.machine, given) : [])
      output.warn(note)
    return await new TrainingRun({ flags, given, output, extras, work, runtime, ...opened }).run()
  } finally {
    await opened?.run.close()
  }
}

/** What is learned: a text, or a task on a table. */
async function workOf(flags: TrainFlags, resumed: Continued | undefined, output: Output): Promise<Work> {
  const isTask = resumed ? taskOf(resumed.checkpoint.model) === 'sequence' : isTable(flags)
  if (isTask) return (await import('./task/task-work.ts')).taskWork(flags, resumed)
  return (await import('./text-work.ts')).textWork(
    flags,
    resolveSettings(settingsFrom(flags)),
    resumed,
    output,
  )
}

/** The settings that were given; in float32, with a warning, where the runtime does not have the precision of the run. */
function possibleSettings(
  given: SettingsOptions,
  { precisions, machine }: Runtime,
  output: Output,
  checkpoint?: Checkpoint,
): SettingsOptions {
  const { precision } = continuedSettings(checkpoint?.description.settings, given)
  if (precisions.includes(precision)) return given
  const here = `${machine.runtime} (${machine.isa})`
  output.warn(
    `${precision} needs the native runtime on a processor with AVX512-BF16, and this is ${here}: float32 is used.`,
  )
  return { ...given, precision: 'float32' }
}

/** The run to go on with. */
async function reopen(
  { resume, out }: TrainFlags,
  output: Output,
): Promise<Opened & { checkpoint: Checkpoint }> {
  if (out !== undefined && typeof resume === 'string' && out !== resume) {
    throw new SluiceError('usage/two-runs', { out, resume })
  }
  const path = typeof resume === 'string' ? resume : (out ?? (await latestRun()))
  const opened = await RunDirectory.open(path).catch((error: unknown) => notFound(error, path))
  const { run, checkpoint, notes } = opened
  for (const note of notes) output.warn(note)
  return { path, run, checkpoint }
}

/** A new run, made only when everything else is known to work. */
async function create(flags: TrainFlags, name: string): Promise<Opened> {
  const path = flags.out ?? (await newRun(name))
  return { path, run: await RunDirectory.create(path).catch((error: unknown) => withAdvice(error, path)) }
}

function withAdvice(error: unknown, path: string): never {
  const updates = error instanceof SluiceError ? error.values['updates'] : undefined
  if (updates === undefined) throw error
  const resume = command(`train --resume ${quoted(path)}`)
  throw new SluiceError('run-exists/resume', { path, updates, command: resume }, { cause: error })
}

const stopping = 'stopping; saving first (Ctrl-C again ends at once)'

/** Everything that a training on the command line has. */
interface Parts extends Opened {
  readonly flags: TrainFlags
  readonly given: SettingsOptions
  readonly output: Output
  readonly extras: Extras
  readonly work: Work
  readonly runtime: Runtime
}

/** Milliseconds between two times that metrics are written for those who watch. */
const showEvery = 1000

class TrainingRun {
  readonly #parts: Parts
  readonly #view: TrainingView
  readonly #interrupt = onInterrupt(() => this.#view.say(stopping))
  readonly #training: Training
  readonly #started = performance.now()
  #last: TrainingStep | undefined
  #shown = 0

  constructor(parts: Parts) {
    const { flags, given, output, work, runtime, run, checkpoint } = parts
    this.#parts = parts
    const { progress } = output
    const terminal = progress.isTTY === true && process.env['TERM'] !== 'dumb'
    this.#view = viewFor(output, terminal, { every: flags.logEvery, unit: work.unit })
    this.#training = work.train({
      ...given,
      runtime,
      run,
      ...(checkpoint && { resume: checkpoint }),
      ...(flags.memory !== undefined && { memory: flags.memory }),
      signal: AbortSignal.any([this.#interrupt.signal, output.closed]),
    })
  }

  async run(): Promise<number> {
    this.#announce()
    try {
      for await (const step of this.#training) await this.#step(step)
    } finally {
      this.#view.end()
      this.#interrupt.stop()
    }
    return this.#finish()
  }

  #announce(): void {
    const { output, work, runtime, path, checkpoint } = this.#parts
    const { machine } = runtime
    const { settings } = this.#training
    const { hasWindows } = work
    const facts = { lines: work.lines(this.#training), hasWindows, machine, settings, path, checkpoint }
    for (const note of work.notes) output.note(note)
    for (const line of beginning(facts)) output.say(line)
    output.record({
      event: 'start',
      run: path,
      ...work.facts,
      ...machine,
      step: checkpoint?.progress.step ?? 0,
      settings,
    })
  }

  async #step(step: TrainingStep): Promise<void> {
    if (!this.#last) this.#tellPlan(step)
    this.#last = step
    this.#view.step(step, this.#training.progress.stoppedEarly)
    this.#record(step)
    await this.#show()
    const { sampleEvery } = this.#parts.flags
    const wanted = sampleEvery === undefined ? this.#view.wantsSample(step) : step.step % sampleEvery === 0
    if (wanted) await this.#sample(step)
  }

  /** Lets those who watch the run see its metrics, now and then. */
  async #show(): Promise<void> {
    const now = performance.now()
    if (now - this.#shown < showEvery) return
    await this.#parts.run.showMetrics()
    this.#shown = performance.now()
  }

  #tellPlan({ total }: TrainingStep): void {
    const { output, checkpoint, flags } = this.#parts
    const { settings, kept } = this.#training
    const line = measuredLength(settings, total, checkpoint)
    if (line !== undefined) output.say(line)
    if (kept && flags.memory !== undefined) output.say(keptText(kept, settings.window, flags.memory))
  }

  #record({ validation, ...step }: TrainingStep): void {
    const { output, flags } = this.#parts
    if (step.step % (flags.logEvery ?? 1) === 0) output.record({ event: 'step', ...step })
    if (validation) output.record({ event: 'validation', step: step.step, ...validation })
  }

  async #sample(step: TrainingStep): Promise<void> {
    const { work, runtime, extras, output } = this.#parts
    if (!work.sample) return
    const { prime = '' } = extras
    this.#training.pull()
    const length = this.#view.sampleLength
    const pieces = work.sample({ runtime, prime, length, signal: this.#interrupt.signal })
    let text = prime
    for await (const piece of pieces) text += piece
    if (this.#interrupt.signal.aborted) return
    this.#view.sample(step, text)
    output.record({ event: 'sample', step: step.step, text })
  }

  #finish(): number {
    const { output, path, extras, checkpoint, work } = this.#parts
    const { progress } = this.#training
    const from = checkpoint?.progress.step ?? 0
    const isOver = progress.stoppedEarly || (progress.total > 0 && progress.step >= progress.total)
    const interrupted = this.#interrupt.signal.aborted && !isOver
    const seconds = (performance.now() - this.#started) / 1000
    const measured = this.#last?.validation
    output.record({ event: 'end', run: path, ...progress, seconds, interrupted })
    if (output.closed.aborted) return exitCodes.done
    const facts = { path, progress, from, seconds, interrupted, measured, unit: work.unit }
    for (const line of ending(facts)) output.say(line)
    if (!interrupted && !extras.silentEnd) output.say(`\nnext: ${command(work.next(path))}`)
    return interrupted ? this.#interrupt.exitCode : exitCodes.done
  }
}
