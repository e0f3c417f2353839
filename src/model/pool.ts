import { cell } from '../cells/index.ts'
import { lazy } from '../core/lazy.ts'
import type { NamedStep } from './window-writer.ts'

/*
 * Pools are cells without parameters: what they give at a step is of all steps up to it, so that a row's last step has
 * that of the whole row, whatever its length.
 */

const mean = lazy(() =>
  cell(
    'mean',
    `
    state total: input
    state count: input
    output y
    total' = total + x
    count' = count + 1
    y = total' / count'
    `,
  ),
)

/** The first step has nothing to be compared with. */
const max = lazy(() =>
  cell(
    'max',
    `
    state best: input
    state begun: input
    best' = begun * max(best, x) + (1 - begun) * x
    begun' = 0 * begun + 1
    output y
    y = best'
    `,
  ),
)

/** A pool over vectors of a size. */
export function poolStep(kind: 'mean' | 'max', size: number): NamedStep {
  const pool = { mean, max }[kind]()({}).cell
  return { name: 'pool', step: pool.graph({ input: size }) }
}
