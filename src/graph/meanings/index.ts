import { attention } from './attention.ts'
import { logSoftmaxRow } from './log-softmax.ts'
import { losses } from './losses.ts'
import { masks } from './masks.ts'
import type { Meaning } from './meaning.ts'
import { memories } from './memories.ts'
import { scans } from './scan.ts'
import { sequences } from './sequence.ts'
import { structure } from './structure.ts'
import { window } from './window.ts'

export type { Context } from './meaning.ts'

/**
 * Float64 meanings of all operations that are not elementwise; those have theirs in the table, for planning needs them.
 * They stand apart from the table because the interpreter alone reads them, and a page seldom loads it.
 */
export const meanings: ReadonlyMap<string, Meaning> = new Map(
  Object.entries({
    ...structure,
    ...attention,
    ...window,
    log_softmax: logSoftmaxRow,
    ...sequences,
    ...scans,
    ...losses,
    ...masks,
    ...memories,
  }),
)
