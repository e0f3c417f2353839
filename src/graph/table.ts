import { attention } from './operations/attention.ts'
import { elementwise } from './operations/elementwise.ts'
import { losses } from './operations/losses.ts'
import { masks } from './operations/masks.ts'
import { memories } from './operations/memories.ts'
import { structure } from './operations/structure.ts'
import { window } from './operations/window.ts'
import type { Operation } from './operation.ts'
import { invariant } from '../core/errors.ts'

/**
 * The operation table: each operation once, with its shape rule and cost; `scalars` and `meanings` have what it computes,
 * `derivatives` its derivative.
 */
export const table: ReadonlyMap<string, Operation> = new Map<string, Operation>(
  Object.entries({
    ...elementwise,
    ...structure,
    ...attention,
    ...window,
    ...losses,
    ...masks,
    ...memories,
  }),
)

/** The row of an operation. */
export function operation(name: string): Operation {
  const row = table.get(name)
  invariant(row, `no operation "${name}" in the table`)
  return row
}
