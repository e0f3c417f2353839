import { besideBusy } from './busy.ts'
import { type Command, Contestant } from './contestant.ts'
import type { Contender } from './contenders.ts'
import type { Peaks } from './peak/build.ts'
import type { Absent, Group, Measured } from './report.ts'
import { script } from './scripts.ts'
import { median, pairedRatio } from './statistics.ts'

/** How contenders are measured. */
export interface Measure {
  readonly peaks: Peaks
  /** The native instruction set that rivals are held against. */
  readonly best: string | undefined
  /** Seconds for each contender, over all rounds. */
  readonly seconds: number
  readonly rounds: number
}

/** A process with the rates that it reached, one for each round. */
interface Runner {
  readonly contestant: Contestant
  readonly rates: number[]
}

interface PeakRunner extends Runner {
  readonly isa: string
  readonly threads: number
}

interface ContenderRunner extends Runner {
  readonly contender: Contender
  readonly peak: PeakRunner | undefined
  /** Seconds that it worked. */
  spent: number
}

const peakSeconds = 0.1

/** Measures contenders against each other: all are started and checked first, then work in turn. */
export async function runGroup(contenders: readonly Contender[], measure: Measure): Promise<Group> {
  const field = new Field(measure)
  try {
    for (const contender of contenders) await field.enter(contender)
    await field.run()
    return field.result()
  } finally {
    field.stop()
  }
}

/** The processes of a group. */
class Field {
  readonly #measure: Measure
  readonly #absent: Absent[] = []
  readonly #peakRunners: PeakRunner[] = []
  #contenders: ContenderRunner[] = []

  constructor(measure: Measure) {
    this.#measure = measure
  }

  /** Starts and checks a contender, and the peak that it is held against. */
  async enter(contender: Contender): Promise<void> {
    const { command } = contender
    if ('missing' in command) return this.#leave(contender, command.missing, false)
    const contestant = await Contestant.start(command).catch((error: Error) => error)
    if (contestant instanceof Error) return this.#leave(contender, contestant.message, true)
    const { missing, check = [], isa } = contestant.ready
    const complaint = missing ?? contender.complaint(check)
    if (complaint !== undefined) {
      contestant.stop()
      return this.#leave(contender, complaint, missing === undefined)
    }
    const peak = await this.#peak(contender, isa)
    this.#contenders.push({ contestant, contender, peak, rates: [], spent: 0 })
  }

  /** What goes wrong with a rival is only told. */
  #leave({ name, threads, role }: Contender, missing: string, failed: boolean): void {
    this.#absent.push({ name, threads, role, missing, failed: failed && role !== 'rival' })
  }

  async #peak({ engine, threads }: Contender, chosen: string | undefined): Promise<PeakRunner | undefined> {
    const isa = chosen ?? { native: this.#measure.best, wasm: 'simd128', javascript: undefined }[engine]
    const known = this.#peakRunners.find((peak) => peak.isa === isa && peak.threads === threads)
    const command = isa === undefined ? undefined : this.#peakCommand(isa, threads)
    if (known || isa === undefined || command === undefined) return known
    const runner = { contestant: await Contestant.start(command), isa, threads, rates: [] }
    this.#peakRunners.push(runner)
    return runner
  }

  #peakCommand(isa: string, threads: number): Command | undefined {
    const { peaks } = this.#measure
    if (isa === 'simd128') return script('wasm-peak', undefined, peaks.wasm, String(threads))
    const file = peaks.native(isa)
    return file === undefined ? undefined : { file, args: [String(threads)] }
  }

  /** Lets everyone work in turn, round after round. */
  async run(): Promise<void> {
    const { seconds, rounds } = this.#measure
    for (let round = 0; round < rounds; round++) {
      for (const runner of this.#contenders) await this.#turn(runner)
      for (const runner of this.#peakRunners) {
        const times = await slice(runner, Math.min(seconds / rounds, peakSeconds))
        runner.rates.push(runner.contestant.ready.flops! / median(times))
      }
    }
  }

  /** A rival whose one unit of work takes longer than its share of time leaves out the later rounds. */
  async #turn(runner: ContenderRunner): Promise<void> {
    const { seconds, rounds } = this.#measure
    const { contender, contestant, rates, spent } = runner
    if (contender.role === 'rival' && spent >= seconds) return
    const work = () => slice(runner, seconds / rounds)
    try {
      const times = await (contender.busy ? besideBusy(work) : work())
      rates.push((contestant.ready.tokens ?? contender.tokens) / median(times))
      runner.spent += times.reduce((total, time) => total + time, 0)
    } catch (error) {
      this.#contenders = this.#contenders.filter((other) => other !== runner)
      this.#leave(contender, (error as Error).message, true)
    }
  }

  result(): Group {
    return {
      rows: [...this.#contenders.map((runner) => this.#measured(runner)), ...this.#absent],
      peaks: this.#peakRunners.map(({ isa, threads, rates }) => ({
        isa,
        threads,
        gflops: median(rates) / 1e9,
        spread: Math.max(...rates) / Math.min(...rates),
      })),
    }
  }

  #measured(runner: ContenderRunner): Measured {
    const { contender, contestant, peak, rates } = runner
    const { name, threads, role, flops } = contender
    const { isa, detail } = contestant.ready
    const single = this.#contenders.find(
      (other) => other.contender.name === name && other.contender.threads === 1,
    )
    const memory = contestant.memory()
    const arena = isa === undefined ? undefined : contender.arena?.(isa)
    return {
      name,
      ...(isa !== undefined && { isa }),
      threads,
      role,
      tokensPerSecond: median(rates),
      gflops: (median(rates) * flops) / 1e9,
      ...(peak && { share: pairedRatio(rates, peak.rates) * flops }),
      ...(memory !== undefined && { memory }),
      ...(arena !== undefined && { arena }),
      ...(single && threads > 1 && { overOneThread: pairedRatio(rates, single.rates) }),
      ratios: role === 'rival' ? {} : this.#ratios(runner),
      ...this.#cost(runner),
      ...(detail !== undefined && { detail }),
    }
  }

  /** How many times as fast one is as each rival and baseline. */
  #ratios(runner: ContenderRunner): Record<string, number> {
    const others = this.#contenders.filter(
      (other) => other !== runner && other.contender.role !== 'entry' && fits(other, runner),
    )
    const byThreads = others.sort((a, b) => a.contender.threads - b.contender.threads)
    return Object.fromEntries(
      byThreads.map((other) => [other.contender.name, pairedRatio(runner.rates, other.rates)]),
    )
  }

  /** What a token costs over what it costs the baseline. */
  #cost({ contender: { allowed }, rates }: ContenderRunner): Pick<Measured, 'cost'> {
    const base = this.#contenders.find(({ contender }) => contender.name === allowed?.over)
    return allowed && base ? { cost: { ...allowed, times: pairedRatio(base.rates, rates) } } : {}
  }

  stop(): void {
    for (const { contestant } of [...this.#contenders, ...this.#peakRunners]) contestant.stop()
  }
}

/** One is compared with those that use no more threads. */
function fits(other: ContenderRunner, { contender }: ContenderRunner): boolean {
  return other.contender.threads <= contender.threads
}

async function slice({ contestant }: Runner, seconds: number): Promise<readonly number[]> {
  return (await contestant.work(seconds)).times
}
