import { fileURLToPath } from 'node:url'
import { reference } from '../src/runtime/index.ts'
import type { Command } from './contestant.ts'
import { type CellName, type Configuration, modelOf, symbols } from './models.ts'
import type { Options } from './options.ts'
import type { Rival } from './rivals/rivals.ts'
import type { SluiceTask } from './sluice.ts'
import { firstLosses } from './trainer.ts'

/** One that trains the model of a group. */
export interface Contender {
  readonly name: string
  /** Whether it is a rival: others are compared with it, and what goes wrong with it is only reported. */
  readonly rival: boolean
  readonly threads: number
  readonly runtime: 'native' | 'wasm'
  readonly command: Command | { readonly missing: string }
  /** What is wrong with the losses of its first updates, if anything. */
  complaint(losses: readonly number[]): string | undefined
}

/** Runs a script of this folder as these scripts are run: with types. */
export function script(name: string, ...args: string[]): Command {
  const file = fileURLToPath(new URL(name, import.meta.url))
  return { file: process.execPath, args: ['--import', 'tsx', file, ...args] }
}

/** All who train one model: Sluice in every form that is asked for, and the rivals. */
export async function contendersOf(
  cell: CellName,
  configuration: Configuration,
  options: Options,
  rivals: readonly Rival[],
): Promise<readonly Contender[]> {
  const expected = await firstLosses(modelOf(cell, configuration), reference)
  return options.threads.flatMap((threads) => [
    ...forms(options).map(({ runtime, isa }): Contender => {
      const task: SluiceTask = { cell, configuration, runtime, threads, isa }
      return {
        name: isa === undefined ? runtime : `${runtime} ${isa}`,
        rival: false,
        threads,
        runtime,
        command: script('sluice.ts', JSON.stringify(task)),
        complaint: (losses) => unlike(losses, expected),
      }
    }),
    ...rivals.map(({ name, command }): Contender => ({
      name,
      rival: true,
      threads,
      runtime: 'native',
      command: command(cell, configuration, threads),
      complaint: notLearning,
    })),
  ])
}

function forms({ runtimes, sets }: Options): readonly Pick<SluiceTask, 'runtime' | 'isa'>[] {
  return runtimes.flatMap((runtime) => {
    const wanted = runtime === 'native' ? sets : [undefined]
    return wanted.map((isa) => ({ runtime, isa }))
  })
}

const tolerance = 1e-4

/** Compares losses with those of float64. */
export function unlike(losses: readonly number[], expected: readonly number[]): string | undefined {
  const close = expected.every(
    (value, index) => Math.abs(losses[index]! - value) <= tolerance * Math.abs(value),
  )
  if (close && losses.length === expected.length) return undefined
  return `its first losses are ${losses.join(', ')}; in float64 they are ${expected.join(', ')}`
}

/** A rival starts from its own weights: its loss must start near that of a guess, and fall. */
export function notLearning(losses: readonly number[]): string | undefined {
  const [first = NaN, last = NaN] = losses
  const guess = Math.log(symbols)
  if (Math.abs(first - guess) < 0.1 * guess && last < first) return undefined
  return `its loss goes from ${first} to ${last}; a guess has ${guess}`
}
