import type { CellName, Configuration } from './models.ts'
import type { Start } from './start.ts'

/** What `npm run bench -- --json` prints, and docs/bench.json holds. */
export interface Report {
  readonly machine: MachineFacts
  /** Seconds that each contender worked in each section, over all rounds. */
  readonly seconds: number
  /** Rounds in which the contenders of a section took turns. */
  readonly rounds: number
  readonly sections: readonly Section[]
  /** Times and sizes before anything runs, where they were asked for. */
  readonly start?: Start
}

/** The machine that it ran on. */
export interface MachineFacts {
  readonly processor: string
  /** Instruction sets of the native runtime that it has, the best last. */
  readonly sets: readonly string[]
  readonly cores: number
  readonly platform: string
  readonly arch: string
  readonly node: string
  /** Load average of the last minute before the run. */
  readonly load: number
}

/** Contenders that were measured against each other, in turn. */
export interface Section extends Group {
  /** The configuration's name, or `cells` (every cell of the library), `layers` (forms of one layer)
   * or `busy` (beside another busy process). */
  readonly name: string
  readonly configuration: Configuration
  /** The cell of all rows; `all` where it differs from row to row. */
  readonly cell: CellName | 'all'
}

/** Everything that was measured of one section. */
export interface Group {
  readonly rows: readonly (Measured | Absent)[]
  readonly peaks: readonly Peak[]
}

/** `baseline`: one of Sluice's own that others are compared with. */
export type Role = 'entry' | 'baseline' | 'rival'

/** What was measured of one contender; rates are medians over rounds. */
export interface Measured {
  readonly name: string
  /** The instruction set, where the contender tells it. */
  readonly isa?: string
  readonly threads: number
  readonly role: Role
  /** 1,000,000 divided by this: microseconds a token. */
  readonly tokensPerSecond: number
  /** Floating-point operations a second, in billions; see flops.ts for what counts. */
  readonly gflops: number
  /** Share of the multiply-add peak of the same vector width and threads; absent where that was not measured. */
  readonly share?: number
  /** Peak resident memory in bytes, where the system tells. */
  readonly memory?: number
  /** Bytes of the plan's arena. */
  readonly arena?: number
  /** How many times as fast it is as with one thread. */
  readonly overOneThread?: number
  /** How many times as fast it is as each rival or baseline with as many threads, or as many as that can use. */
  readonly ratios: Readonly<Record<string, number>>
  /** What a token costs over what it costs the baseline, and what is allowed. */
  readonly cost?: Allowed & { readonly times: number }
  /** Versions and settings, for people. */
  readonly detail?: string
}

/** How many times as much as a baseline a token may cost; `most` is absent where nobody has said. */
export interface Allowed {
  readonly over: string
  readonly most?: number
}

/** A contender that was not measured. */
export interface Absent {
  readonly name: string
  readonly threads: number
  readonly role: Role
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

/** Spread of a peak from which on figures are not to be trusted. */
export const busySpread = 1.15
