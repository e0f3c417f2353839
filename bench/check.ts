import type { Model } from '../src/model/index.ts'
import type { Runtime } from '../src/runtime/index.ts'
import { type Task, symbols } from './models.ts'
import { Reader, Trainer, type WindowShape } from './sluice/trainer.ts'

/** Size of the windows that are checked before anything is timed. */
export const checked: Readonly<Record<Task, { readonly rows: number; readonly steps: number }>> = {
  training: { rows: 3, steps: 4 },
  forward: { rows: 3, steps: 4 },
  sampling: { rows: 1, steps: 1 },
}

/** Windows that are checked, one after the other. */
export const checkedWindows = 3

/**
 * What must come out: the losses of the first updates, or the logits of the first windows.
 * @param how whether each window starts from the states of the one before (it does unless said), and the precision
 */
export async function firstNumbers(
  task: Task,
  model: Model,
  runtime: Runtime,
  how: Partial<Pick<WindowShape, 'carries' | 'precision'>> = {},
): Promise<readonly number[]> {
  const shape = { ...checked[task], carries: true, ...how }
  const numbers: number[] = []
  if (task === 'training') {
    const trainer = await Trainer.open(model, runtime, shape)
    for (let i = 0; i < checkedWindows; i++) numbers.push(await trainer.step())
    trainer.dispose()
    return numbers
  }
  const reader = await Reader.open(model, runtime, shape)
  for (let i = 0; i < checkedWindows; i++) {
    await reader.step()
    numbers.push(...reader.logits())
  }
  reader.dispose()
  return numbers
}

/** Compares numbers with those of float64; `tolerance` is a share of the largest. Undefined: they agree. */
export function unlike(
  found: readonly number[],
  expected: readonly number[],
  tolerance: number,
): string | undefined {
  if (found.length !== expected.length) return `it gives ${found.length} numbers, not ${expected.length}`
  const most = tolerance * Math.max(...expected.map(Math.abs))
  const wrong = expected.findIndex((value, index) => !(Math.abs(found[index]! - value) <= most))
  return wrong < 0 ? undefined : `number ${wrong + 1} is ${found[wrong]}; in float64 it is ${expected[wrong]}`
}

/** Losses of weights that nobody knows must start near that of a guess, and fall. Undefined: they do. */
export function notLearning(losses: readonly number[]): string | undefined {
  const [first = NaN] = losses
  const last = losses.at(-1) ?? NaN
  const guess = Math.log(symbols)
  if (Math.abs(first - guess) < 0.1 * guess && last < first) return undefined
  return `its loss goes from ${first} to ${last}; a guess has ${guess}`
}
