import type { TrainingStep } from '../../train/index.ts'
import type { Output } from '../output.ts'
import { Thinned } from './curve.ts'
import { count } from './format.ts'
import { type Progress, liveLines, plainLine, sampleBlock, validationLine } from './progress.ts'
import { SampleTimes, Smoothed } from './samples.ts'
import { Screen, widthOf } from './screen.ts'

/** Shows a training while it goes on. */
export interface TrainingView {
  /**
   * Called after every update.
   *
   * @param last whether training ends with it sooner than planned
   */
  step(step: TrainingStep, last?: boolean): void
  /** A line of news in between. */
  say(line: string): void
  /** Whether a sample is wanted after this update, without being asked for. */
  wantsSample(step: TrainingStep): boolean
  /** A text that the model wrote after this update. */
  sample(step: TrainingStep, text: string): void
  /** Characters that a sample should have. */
  readonly sampleLength: number
  /** Called once, when no more steps come. */
  end(): void
}

/** How often to show progress. */
export interface ViewOptions {
  /** Updates between plain lines; absent: a line every few seconds. */
  readonly every?: number | undefined
  /** What is predicted; `characters` unless given. */
  readonly unit?: string
  readonly now?: () => number
}

/** The view that fits an output: none if it is quiet, live lines in a terminal, plain lines elsewhere. */
export function viewFor(output: Output, terminal: boolean, options: ViewOptions = {}): TrainingView {
  if (output.quiet) return silent
  return terminal ? new LiveView(output, options) : new PlainView(output, options)
}

const silent: TrainingView = {
  step: () => undefined,
  say: () => undefined,
  wantsSample: () => false,
  sample: () => undefined,
  sampleLength: 200,
  end: () => undefined,
}

const seconds = (): number => performance.now() / 1000

function progressOf(step: TrainingStep, loss: number, unit: string | undefined): Progress {
  const { step: number, total, epoch, tokensPerSecond, secondsLeft } = step
  return { step: number, total, epoch, loss, tokensPerSecond, secondsLeft, unit }
}

const headingOf = ({ step }: TrainingStep, loss: number): string =>
  step <= 1 ? 'before it has learned anything' : `after ${count(step)} updates, loss ${loss.toFixed(2)}`

/** Seconds between plain lines. */
const plainPause = 5

class PlainView implements TrainingView {
  readonly sampleLength = 200
  readonly #output: Output
  readonly #options: ViewOptions
  readonly #now: () => number
  readonly #loss = new Smoothed(0.9)
  #smoothed = NaN
  #last = -Infinity
  #told = -Infinity

  constructor(output: Output, options: ViewOptions) {
    this.#output = output
    this.#options = options
    this.#now = options.now ?? seconds
  }

  step(step: TrainingStep, last = false): void {
    this.#smoothed = this.#loss.add(step.loss)
    const isDue = this.#isDue(step)
    if (isDue) this.#output.say(plainLine(progressOf(step, this.#smoothed, this.#options.unit)))
    if (!last && step.step < step.total) this.#validated(step, isDue)
  }

  /** The last validation is told with the end of training; of the others the best ones, and some now and then. */
  #validated({ step, total, validation }: TrainingStep, isDue: boolean): void {
    if (!validation || !(validation.best || isDue || this.#now() - this.#told >= plainPause)) return
    this.#told = this.#now()
    this.#output.say(validationLine(step, total, validation, this.#options.unit))
  }

  say(line: string): void {
    this.#output.say(line)
  }

  #isDue({ step, total }: TrainingStep): boolean {
    const { every } = this.#options
    if (every !== undefined) return step % every === 0
    if (step < total && this.#now() - this.#last < plainPause) return false
    this.#last = this.#now()
    return true
  }

  wantsSample(): boolean {
    return false
  }

  sample(step: TrainingStep, text: string): void {
    const { style, progress } = this.#output
    this.#output.say(sampleBlock(text, headingOf(step, this.#smoothed), widthOf(progress), style))
  }

  end(): void {}
}

/** Seconds between two drawings of the live lines. */
const livePause = 0.1

class LiveView implements TrainingView {
  readonly #screen: Screen
  readonly #output: Output
  readonly #now: () => number
  readonly #unit: string | undefined
  readonly #loss = new Smoothed(0.95)
  readonly #curve = new Thinned()
  readonly #times = new SampleTimes()
  #progress: Progress | undefined
  #drawn = -Infinity

  constructor(output: Output, options: ViewOptions) {
    this.#output = output
    this.#screen = new Screen(output.progress)
    this.#unit = options.unit
    this.#now = options.now ?? seconds
  }

  /** Two to three lines of text. */
  get sampleLength(): number {
    return Math.min(240, 2 * this.#screen.width)
  }

  step(step: TrainingStep): void {
    const loss = this.#loss.add(step.loss)
    const validation = step.validation ?? this.#progress?.validation
    this.#progress = { ...progressOf(step, loss, this.#unit), validation }
    this.#curve.add({ at: step.step / step.total, value: loss })
    if (this.#now() - this.#drawn >= livePause || step.step === step.total) this.#draw()
  }

  say(line: string): void {
    this.#screen.print(line)
  }

  wantsSample({ step, total }: TrainingStep): boolean {
    return step < total && this.#times.due(this.#progress?.loss ?? Infinity, this.#now())
  }

  sample(step: TrainingStep, text: string): void {
    const heading = headingOf(step, this.#progress?.loss ?? step.loss)
    this.#screen.print(sampleBlock(text, heading, this.#screen.width, this.#output.style))
  }

  end(): void {
    if (this.#progress) this.#draw()
  }

  #draw(): void {
    this.#drawn = this.#now()
    this.#screen.draw(
      liveLines(this.#progress!, this.#curve.points, this.#screen.width - 1, this.#output.style),
    )
  }
}
