import { reference } from '../src/runtime/index.ts'
import { arenaBytes } from './arena.ts'
import { firstNumbers, notLearning, unlike } from './check.ts'
import type { Command } from './contestant.ts'
import { flopsOf } from './flops.ts'
import { type CellName, type Configuration, modelOf } from './models.ts'
import type { Options } from './options.ts'
import type { Allowed, Role } from './report.ts'
import type { Rival } from './rivals/rival.ts'
import { twinOf } from './rivals/twin.ts'
import { script } from './scripts.ts'
import type { Form, SluiceTask } from './sluice/main.ts'

/** One that does the work of a section. */
export interface Contender {
  readonly name: string
  /** What goes wrong with a rival is only told. */
  readonly role: Role
  readonly threads: number
  /** What it runs on, which decides the peak that it is held against. */
  readonly engine: 'native' | 'wasm' | 'javascript'
  readonly command: Command | { readonly missing: string }
  /** Floating-point operations for a token. */
  readonly flops: number
  /** Tokens of one unit of work, unless it says otherwise when it is ready. */
  readonly tokens: number
  /** What its cost is held against: a baseline, and how many times as much as there a token may cost. */
  readonly allowed?: Allowed
  /** It works while another process keeps a core busy. */
  readonly busy?: boolean
  /** Bytes of its plan's arena for an instruction set. */
  arena?(isa: string): number | undefined
  /** What is wrong with its first numbers, if anything. */
  complaint(check: readonly number[]): string | undefined
}

/** Share of the largest number that rounding to float32 may cost, and what rivals may do differently. */
export const tolerance = { own: 1e-4, rivals: 1e-3, bf16: 2e-2 }

/** Makes contenders for one cell and configuration. */
export class Entrants {
  readonly #cell: CellName
  readonly #configuration: Configuration
  readonly #expected: readonly number[]
  readonly #flops: number
  readonly #tokens: number

  private constructor(cell: CellName, configuration: Configuration, expected: readonly number[]) {
    const { task, batch, steps } = configuration
    const { graph } = modelOf(cell, configuration).program({ rows: 1, steps: 1, training: false })
    this.#cell = cell
    this.#configuration = configuration
    this.#expected = expected
    this.#flops = flopsOf(task, graph)
    this.#tokens = batch * steps
  }

  /** Computes in float64 what must come out. @throws SluiceError for a cell that needs other sizes */
  static async of(cell: CellName, configuration: Configuration): Promise<Entrants> {
    const model = modelOf(cell, configuration)
    return new Entrants(cell, configuration, await firstNumbers(configuration.task, model, reference))
  }

  /** Sluice in one form. `bare`: sampling without choosing characters. */
  sluice(
    form: Form,
    more: Partial<Pick<Contender, 'name' | 'role' | 'busy'>> & { bare?: boolean },
  ): Contender {
    const { bare = false, ...rest } = more
    const task: SluiceTask = { cell: this.#cell, configuration: this.#configuration, form, bare }
    return {
      name: formName(form),
      role: 'entry',
      ...rest,
      threads: form.threads,
      engine: form.runtime,
      command: script('sluice', task),
      flops: this.#flops,
      tokens: this.#tokens,
      arena: (isa) => arenaBytes(this.#cell, this.#configuration, isa),
      complaint: (check) =>
        unlike(check, this.#expected, form.precision === 'bf16' ? tolerance.bf16 : tolerance.own),
    }
  }

  /** A rival with each number of threads that it can use; none if this is nothing for it. */
  async rival(rival: Rival, threads: readonly number[]): Promise<readonly Contender[]> {
    const entry = rival.enter(this.#cell, this.#configuration)
    if (entry === undefined) return []
    const { twin, expected } = await twinOf(this.#cell, this.#configuration)
    const counts = new Set(threads.map((count) => Math.min(count, rival.mostThreads)))
    return [...counts].map((count) => ({
      name: rival.name,
      role: 'rival',
      threads: count,
      engine: rival.engine,
      command: 'missing' in entry ? entry : entry.command(count, twin),
      flops: this.#flops,
      tokens: this.#tokens,
      complaint: (check) =>
        'exact' in entry && entry.exact ? unlike(check, expected, tolerance.rivals) : notLearning(check),
    }))
  }
}

/** The native forms with products in bf16, where they are asked for. */
export function bf16Forms({ precisions, ...options }: Options): readonly Form[] {
  if (!precisions.includes('bf16')) return []
  const forms = formsOf({ ...options, precisions, sets: [undefined] })
  return forms.filter(({ runtime }) => runtime === 'native').map((form) => ({ ...form, precision: 'bf16' }))
}

/** All forms of Sluice in float32 that are asked for. */
export function formsOf({ runtimes, sets, threads }: Options): readonly Form[] {
  return threads.flatMap((count) =>
    runtimes.flatMap((runtime) =>
      (runtime === 'native' ? sets : [undefined]).map((isa) => ({ runtime, threads: count, isa })),
    ),
  )
}

/** A form of Sluice as tables show it. */
export function formName({ runtime, isa, precision }: Form): string {
  return [runtime, isa, precision].filter((part) => part !== undefined).join(' ')
}
