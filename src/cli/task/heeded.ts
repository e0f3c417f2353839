import { SluiceError } from '../../core/errors.ts'
import type { TaskCodec } from '../../task/index.ts'

/** Tasks that heed some options; all heed the others. */
export type Heeded = Readonly<Record<string, readonly string[]>>

const writing = ['caption', 'translate']
const onTables = ['classify', 'tag', 'forecast', ...writing]
const tables: Heeded = { format: onTables, delimiter: onTables }

/** Options of `sluice eval`, `sluice inspect` and `sluice predict` that only some tasks heed. */
export const evaluating: Heeded = {
  ...tables,
  targets: onTables,
  beam: writing,
  window: ['lm'],
  keepCr: ['lm'],
}
export const inspecting: Heeded = { ...tables, keepCr: ['lm'] }
export const predicting: Heeded = { length: writing, temperature: writing, seed: writing, beam: writing }

/** Options of `sluice sample` that only texts that go on heed, and those that do not. */
export const sampling: Heeded = { prime: ['lm'], compare: ['lm'], class: ['caption'], count: ['caption'] }

/** Refuses options that the task of a model does not heed. @throws SluiceError `usage` */
export function requireHeeded(
  flags: object,
  { task }: { readonly task: TaskCodec['task'] | 'lm' },
  heeded: Heeded,
): void {
  for (const [name, tasks] of Object.entries(heeded)) {
    if ((flags as Readonly<Record<string, unknown>>)[name] === undefined || tasks.includes(task)) continue
    const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw new SluiceError('usage/task-option', { option, tasks: listed(tasks), task })
  }
}

/** `classify, tag and forecast`. */
function listed(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' and $1')
}
