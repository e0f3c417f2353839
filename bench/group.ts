import { type Command, Contestant } from './contestant.ts'
import { type Contender, script } from './contenders.ts'
import type { Peaks } from './peak/build.ts'
import { median, pairedRatio } from './statistics.ts'

/** What was measured of one contender; rates are medians. */
export interface Measured {
  readonly name: string
  readonly threads: number
  readonly rival: boolean
  readonly tokensPerSecond: number
  /** Floating-point operations a second, in billions. */
  readonly gflops: number
  /** Share of the multiply-add peak of the same vector width and threads; undefined where that was not measured. */
  readonly share: number | undefined
  /** Peak resident memory in bytes, where the system tells. */
  readonly memory: number | undefined
  /** How many times as fast it is as each rival with as many threads. */
  readonly ratios: Readonly<Record<string, number>>
  readonly detail: string | undefined
}

/** A contender that was not measured. */
export interface Absent {
  readonly name: string
  readonly threads: number
  readonly rival: boolean
  readonly missing: string
  /** It ran, and did wrong. */
  readonly failed: boolean
}

/** The multiply-add peak of an instruction set. */
export interface Peak {
  readonly isa: string
  readonly threads: number
  readonly gflops: number
  /** Its fastest round over its slowest: 1 on an idle machine. */
  readonly spread: number
}

/** Everything that was measured of one model. */
export interface Group {
  readonly rows: readonly (Measured | Absent)[]
  readonly peaks: readonly Peak[]
}

/** A step of the model that a group trains. */
export interface Work {
  readonly tokens: number
  readonly flops: number
}

/** A process with the rates that it reached: units of work a second, one for each round. */
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
}

const rounds = 5
const peakSeconds = 0.1

/**
 * Measures contenders against each other: all are started and checked first, then work in turn.
 * @param best the native instruction set that the rivals are held against
 */
export async function runGroup(
  contenders: readonly Contender[],
  work: Work,
  peaks: Peaks,
  best: string | undefined,
  seconds: number,
): Promise<Group> {
  const field = new Field(peaks, best)
  try {
    for (const contender of contenders) await field.enter(contender)
    await field.run(seconds / rounds)
    return field.result(work)
  } finally {
    field.stop()
  }
}

/** The processes of a group. */
class Field {
  readonly #peaks: Peaks
  readonly #best: string | undefined
  readonly #absent: Absent[] = []
  readonly #contenders: ContenderRunner[] = []
  readonly #peakRunners: PeakRunner[] = []

  constructor(peaks: Peaks, best: string | undefined) {
    this.#peaks = peaks
    this.#best = best
  }

  /** Starts and checks a contender, and the peak that it is held against. */
  async enter(contender: Contender): Promise<void> {
    const { name, threads, rival, command } = contender
    const leave = (missing: string, failed: boolean) =>
      this.#absent.push({ name, threads, rival, missing, failed: failed && !rival })
    if ('missing' in command) return void leave(command.missing, false)
    const contestant = await Contestant.start(command).catch((error: Error) => error)
    if (contestant instanceof Error) return void leave(contestant.message, true)
    const { missing, losses = [], isa = this.#best } = contestant.ready
    const complaint = missing ?? contender.complaint(losses)
    if (complaint !== undefined) {
      contestant.stop()
      return void leave(complaint, missing === undefined)
    }
    const peak = await this.#peak(contender.runtime, isa, threads)
    this.#contenders.push({ contestant, contender, peak, rates: [] })
  }

  async #peak(
    runtime: Contender['runtime'],
    isa: string | undefined,
    threads: number,
  ): Promise<PeakRunner | undefined> {
    const known = this.#peakRunners.find((peak) => peak.isa === isa && peak.threads === threads)
    const command = isa === undefined ? undefined : this.#peakCommand(runtime, isa, threads)
    if (known || isa === undefined || command === undefined) return known
    const runner = { contestant: await Contestant.start(command), isa, threads, rates: [] }
    this.#peakRunners.push(runner)
    return runner
  }

  #peakCommand(runtime: Contender['runtime'], isa: string, threads: number): Command | undefined {
    if (runtime === 'wasm') return script('peak/wasm-host.ts', this.#peaks.wasm, String(threads))
    const file = this.#peaks.native(isa)
    return file === undefined ? undefined : { file, args: [String(threads)] }
  }

  /** Lets everyone work in turn, round after round, `seconds` each. */
  async run(seconds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (const runner of this.#contenders) await slice(runner, seconds)
      for (const runner of this.#peakRunners) await slice(runner, Math.min(seconds, peakSeconds))
    }
  }

  result(work: Work): Group {
    return {
      rows: [...this.#contenders.map((runner) => this.#measured(runner, work)), ...this.#absent],
      peaks: this.#peakRunners.map((peak) => ({
        isa: peak.isa,
        threads: peak.threads,
        gflops: (median(peak.rates) * peak.contestant.ready.flops!) / 1e9,
        spread: Math.max(...peak.rates) / Math.min(...peak.rates),
      })),
    }
  }

  #measured(runner: ContenderRunner, { tokens, flops }: Work): Measured {
    const { contender, contestant, peak, rates } = runner
    const { name, threads, rival } = contender
    const rivals = this.#contenders.filter(
      (other) => other.contender.rival && other.contender.threads === threads,
    )
    const compared = rival ? [] : rivals
    return {
      name: nameOf(name, contestant.ready.isa),
      threads,
      rival,
      tokensPerSecond: median(rates) * tokens,
      gflops: (median(rates) * flops) / 1e9,
      share: peak && (pairedRatio(rates, peak.rates) * flops) / peak.contestant.ready.flops!,
      memory: contestant.memory(),
      ratios: Object.fromEntries(
        compared.map((other) => [other.contender.name, pairedRatio(rates, other.rates)]),
      ),
      detail: contestant.ready.detail,
    }
  }

  stop(): void {
    for (const { contestant } of [...this.#contenders, ...this.#peakRunners]) contestant.stop()
  }
}

async function slice(runner: Runner, seconds: number): Promise<void> {
  const { times } = await runner.contestant.work(seconds)
  runner.rates.push(1 / median(times))
}

/** The name with the instruction set that was chosen, unless it says so already. */
function nameOf(name: string, isa: string | undefined): string {
  return isa === undefined || name.endsWith(isa) ? name : `${name} ${isa}`
}
